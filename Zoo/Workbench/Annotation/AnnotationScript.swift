/// The script and the look of the page of annotation.
enum AnnotationScript {
  static let css: Markup = """
    .bar{display:flex;flex-wrap:wrap;align-items:center;gap:8px 16px;position:sticky;top:0;background:var(--page);
    padding:8px 0;z-index:1}
    .bar progress{flex:1;min-width:120px}
    .button,.keys button{font:inherit;color:var(--ink);background:var(--soft);border:1px solid var(--rule);border-radius:6px;
    padding:5px 12px;text-decoration:none;cursor:pointer}
    .button{border-color:var(--heat)}
    .keys{display:flex;flex-wrap:wrap;gap:8px}.keys b{margin-right:6px}
    .keys button.on{outline:2px solid var(--heat)}
    h2{border:0;margin:14px 0 6px;padding:0;font-size:16px;overflow-wrap:anywhere}
    .strip{display:flex;gap:3px;padding:3px 0}
    .crop{border:2px solid transparent;border-radius:6px;padding:2px;cursor:pointer;text-align:center;font-size:12px}
    .crop.here{border-color:var(--heat);background:var(--soft)}
    .tilebox{overflow:hidden;position:relative}.tilebox img{position:absolute;top:0;image-rendering:pixelated}
    .label{min-height:1.4em;font-weight:600;white-space:nowrap}.label.none{color:var(--muted);font-weight:400}
    .rows{display:flex;flex-direction:column;justify-content:space-around;color:var(--muted);font-size:12px;text-align:right;
    padding:4px 4px 22px 0}
    """

  static let text = #"""
    "use strict";
    const data = JSON.parse(document.getElementById("data").textContent);
    const at = id => document.getElementById(id);
    const letters = "123456789abcdefhijklmopqrvwy";
    const scopes = ["this crop and all after it", "this crop alone", "the whole strip"];
    let state = {labels: {}, strip: 0, crop: 0, scope: 0};
    let undo = [];
    let shows = false;

    function trouble(text) { at("trouble").hidden = false; at("trouble").textContent = text; }

    function load() {
      try {
        const kept = JSON.parse(localStorage.getItem(data.key) || "null");
        if (kept && typeof kept.labels === "object") state = Object.assign(state, kept);
      } catch (error) { trouble("What was kept in this browser can't be read: " + error.message); }
      state.strip = Math.min(Math.max(0, state.strip | 0), data.strips.length - 1);
      state.crop = Math.min(Math.max(0, state.crop | 0), strip().crops.length - 1);
      state.scope = (state.scope | 0) % scopes.length;
    }

    function keep() {
      try { localStorage.setItem(data.key, JSON.stringify(state)); } catch (error) {
        trouble("This browser keeps nothing for this page: save the labels before you close it (" + error.message + ")");
      }
    }

    function strip() { return data.strips[state.strip]; }

    function label(name) {
      const crops = strip().crops;
      const from = state.scope === 2 ? 0 : state.crop;
      const to = state.scope === 1 ? state.crop + 1 : crops.length;
      const before = [];
      for (let i = from; i < to; i++) {
        before.push([crops[i].id, state.labels[crops[i].id]]);
        if (name === null) delete state.labels[crops[i].id]; else state.labels[crops[i].id] = name;
      }
      undo.push({strip: state.strip, crop: state.crop, before: before});
      if (name !== null && to === crops.length && crops.length === 1) go(state.strip + 1);
      else if (name !== null && state.scope === 1 && state.crop + 1 < crops.length) state.crop += 1;
      keep();
      show();
    }

    function takeBack() {
      const last = undo.pop();
      if (!last) return;
      for (const [id, name] of last.before) { if (name === undefined) delete state.labels[id]; else state.labels[id] = name; }
      state.strip = last.strip;
      state.crop = last.crop;
      keep();
      show();
    }

    function go(number) {
      const bounded = Math.min(Math.max(number, 0), data.strips.length - 1);
      if (bounded === state.strip) return;
      state.strip = bounded;
      state.crop = 0;
    }

    function nextOpen() {
      for (let i = 1; i <= data.strips.length; i++) {
        const number = (state.strip + i) % data.strips.length;
        if (data.strips[number].crops.some(crop => !(crop.id in state.labels))) return go(number);
      }
    }

    function field(text) { return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text; }

    function csv() {
      const lines = [data.columns.concat("label").map(field).join(",")];
      const rows = [];
      for (const one of data.strips) for (const crop of one.crops) {
        if (crop.id in state.labels) rows.push([crop.id, crop.v.concat(state.labels[crop.id]).map(field).join(",")]);
      }
      rows.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
      return lines.concat(rows.map(row => row[1])).join("\n") + "\n";
    }

    function save(event) {
      event.preventDefault();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([csv()], {type: "text/csv"}));
      link.download = "annotations.csv";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }

    function element(kind, name, text) {
      const made = document.createElement(kind);
      if (name) made.className = name;
      if (text !== undefined) made.textContent = text;
      return made;
    }

    function showStrip() {
      const one = strip();
      const zoom = one.columns > 12 ? 1 : one.columns > 4 ? 1.5 : 2.5;
      const [width, height] = [data.width * zoom, data.height * zoom * data.channels.length];
      const each = one.columns / one.crops.length;
      const rows = element("div", "rows");
      for (const name of data.channels) rows.append(element("span", "", name));
      at("strip").replaceChildren(rows);
      one.crops.forEach((crop, index) => {
        const box = element("div", "crop" + (index === state.crop ? " here" : ""));
        const tile = element("div", "tilebox");
        tile.style.width = width * each + "px";
        tile.style.height = height + "px";
        const image = element("img");
        image.src = "data:image/png;base64," + one.png;
        image.alt = "crop " + (index + 1);
        image.style.width = width * one.columns + "px";
        image.style.height = height + "px";
        image.style.left = -index * width * each + "px";
        tile.append(image);
        const name = state.labels[crop.id];
        box.append(tile, element("div", "label" + (name === undefined ? " none" : ""), name === undefined ? "–" : name));
        box.addEventListener("click", () => { state.crop = index; keep(); show(); });
        at("strip").append(box);
      });
      at("strip").children[state.crop + 1].scrollIntoView({block: "nearest", inline: "nearest"});
    }

    function show() {
      const all = data.strips.reduce((sum, one) => sum + one.crops.length, 0);
      const done = data.strips.reduce((sum, one) => sum + one.crops.filter(crop => crop.id in state.labels).length, 0);
      at("progress").max = all;
      at("progress").value = done;
      at("done").textContent = done + " of " + all + " labelled";
      // A name that has a class in it, as in a folder of classes, would say what is to be found.
      const tells = strip().name.split("/").some(part => data.classes.includes(part));
      at("name").textContent = (state.strip + 1) + " of " + data.strips.length + (tells ? "" : ": " + strip().name);
      at("scope").textContent = scopes[state.scope] + " (now)";
      const here = state.labels[strip().crops[state.crop].id];
      for (const button of at("keys").children) button.classList.toggle("on", button.value === here);
      const said = strip().crops[state.crop].s;
      at("suggestion").hidden = !shows;
      at("suggestion").textContent = said ? "The model says " + said[0] + " (" + said[1] + ")" : "The model says nothing of this crop";
      showStrip();
    }

    function press(key) {
      const place = letters.indexOf(key);
      if (place >= 0 && place < data.classes.length) return label(data.classes[place]);
      switch (key) {
        case "u": return label(data.uncertain);
        case "Backspace": case "Delete": return label(null);
        case "z": return takeBack();
        case "ArrowLeft": state.crop = Math.max(0, state.crop - 1); break;
        case "ArrowRight": state.crop = Math.min(strip().crops.length - 1, state.crop + 1); break;
        case "ArrowUp": go(state.strip - 1); break;
        case "ArrowDown": case "Enter": go(state.strip + 1); break;
        case "n": nextOpen(); break;
        case "t": state.scope = (state.scope + 1) % scopes.length; break;
        case "s": shows = !shows; break;
        default: return false;
      }
      keep();
      show();
    }

    function button(key, name, value) {
      const made = element("button");
      made.type = "button";
      made.value = value;
      made.append(element("b", "", key), document.createTextNode(name));
      made.addEventListener("click", () => { press(key); made.blur(); });
      at("keys").append(made);
    }

    data.classes.forEach((name, index) => { if (index < letters.length) button(letters[index], name, name); });
    button("u", data.uncertain, data.uncertain);
    at("save").addEventListener("click", save);
    document.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (press(key) !== false) event.preventDefault();
    });
    load();
    show();
    """#
}
