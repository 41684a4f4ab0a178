import Foundation
import ZooData
import ZooFormat

extension AnnotationSet {
  /// The page: pictures, keys, progress kept in the browser, and the table to save. It fetches nothing; the one script is
  /// named in the page's own policy by its digest, so that no other can run.
  package var html: String {
    let script = AnnotationScript.text
    let digest = Data(SHA256.digest(Array(script.utf8))).base64EncodedString()
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-\(digest)'"/>
      <title>\(name) – annotate</title>
      <style>\(Stylesheet.css)
      \(AnnotationScript.css)</style>
      </head>
      <body>
      <main>
      <h1>\(name)</h1>
      \(isSimulated ? Page.simulated : Markup(""))
      <div class="bar"><progress id="progress" value="0" max="1"></progress> <span id="done"></span>
      <a id="save" class="button" href="#">Save the labels</a></div>
      <p id="trouble" class="cautions" hidden></p>
      <div id="keys" class="keys"></div>
      <h2 id="name" aria-live="polite"></h2>
      <div class="scroll"><div id="strip" class="strip"></div></div>
      <p id="suggestion" class="note" hidden></p>
      <details open><summary>How</summary>
      <dl>
      <dt>number or letter</dt><dd>gives the class to the marked crop and to all after it (or to it alone, or to the whole strip)</dd>
      <dt>u</dt><dd>uncertain</dd><dt>Backspace</dt><dd>takes the label away</dd><dt>z</dt><dd>undoes</dd>
      <dt>← →</dt><dd>the crop before, the crop after</dd><dt>↑ ↓ Enter</dt><dd>the strip before, the strip after</dd>
      <dt>n</dt><dd>the next strip without a label</dd><dt>t</dt><dd>changes what a key labels: <span id="scope"></span></dd>
      \(suggester.map { path -> Markup in "<dt>s</dt><dd>shows what the model says (\(path))</dd>" } ?? Markup(""))
      </dl>
      <p class="note">Labels are kept in this browser until you save them. The file joins by data.labels.from=annotations \
      and data.labels.file; a table of crops is a manifest of its own.</p></details>
      <footer>\(strips.count) of \(Figures.counted(available, "strip")), \(strips.reduce(0) { $0 + $1.crops.count }) crops. \
      Channels from top to bottom: \(channels.joined(separator: ", ")). One file, no network.</footer>
      </main>
      <script id="data" type="application/json">\(Markup(embedding: data))</script>
      <script>\(Markup(embedding: script))</script>
      </body>
      </html>

      """
    return page.text
  }

  /// What the script reads, as JSON that can't end its element.
  var data: String {
    func list(_ texts: [String]) -> String { "[" + texts.map(Escape.json).joined(separator: ",") + "]" }
    let strips = strips.map { strip in
      let crops = strip.crops.map { crop in
        let said = crop.suggestion.map { ",\"s\":\(list([$0.name, Figures.fixed($0.probability, 3)]))" } ?? ""
        return "{\"id\":\(Escape.json(crop.id)),\"v\":\(list(crop.values))\(said)}"
      }
      return
        "{\"name\":\(Escape.json(strip.name)),\"columns\":\(strip.columns),\"crops\":[\(crops.joined(separator: ","))],"
        + "\"png\":\"\(Data(strip.png).base64EncodedString())\"}"
    }
    let text =
      "{\"name\":\(Escape.json(name)),\"key\":\"\(key)\",\"classes\":\(list(classes)),"
      + "\"uncertain\":\(Escape.json(Self.uncertain)),\"channels\":\(list(channels)),\"columns\":\(list(columns)),"
      + "\"width\":\(tile.width),\"height\":\(tile.height),\"strips\":[\(strips.joined(separator: ","))]}"
    return text.replacing("<", with: "\\u003c")
  }

  /// Names the labels in the browser: the same crops and classes have the same, however the page was made.
  private var key: String {
    let ids = strips.flatMap { $0.crops.map(\.id) }.sorted()
    let digest = SHA256.digest(Array((classes + [""] + ids).joined(separator: "\n").utf8))
    return "zoo-annotate-" + Dataset.hexadecimal(digest.prefix(12))
  }
}
