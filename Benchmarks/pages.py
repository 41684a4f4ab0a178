"""Looks at pages as a browser shows them: 1400 and 420 pixels wide, light, dark and printed.

    python3 Benchmarks/pages.py [--pictures DIR] PAGE…

Fails if a page writes an error to the console, asks for anything but itself, is wider than the window, has text in a figure
that leaves the figure or covers other text, or a table that is cut off. Needs chromium and websocket-client.
"""

import argparse
import base64
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

import websocket

MEASURE = """(() => {
  const problems = [];
  if (document.documentElement.scrollWidth > window.innerWidth + 1)
    problems.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect(), name = svg.querySelector('title')?.textContent;
    if (!frame.width) continue;
    const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect(), t.getAttribute('transform')]);
    for (const [text, box] of texts)
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        problems.push(`'${text}' leaves the figure '${name}'`);
    const straight = texts.filter(t => !(t[2] || '').includes('rotate'));
    straight.forEach(([a, x], i) => straight.slice(i + 1).forEach(([b, y]) => {
      const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left);
      const high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
      if (wide > 1 && high > 0.35 * Math.min(x.height, y.height)) problems.push(`'${a}' covers '${b}' in '${name}'`);
    }));
  }
  for (const box of document.querySelectorAll('.scroll'))
    if (box.scrollWidth > box.clientWidth + 1)
      problems.push(`cut off at the right: '${box.querySelector('caption')?.textContent.slice(0, 60)}' (${box.scrollWidth} of ${box.clientWidth})`);
  return problems;
})()"""


class Browser:
    def __init__(self):
        self.folder = tempfile.mkdtemp()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [shutil.which("chromium") or "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--remote-debugging-port={port}", "--remote-allow-origins=*", f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
                break
            except OSError:
                time.sleep(0.1)
        target = next(page for page in pages if page["type"] == "page")
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=120)
        self.number, self.events = 0, []
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                return message.get("result", {})
            self.events.append(message)

    def open(self, page, width, scheme):
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=page.resolve().as_uri())
        for _ in range(200):
            if self.evaluate("document.readyState") == "complete":
                break
            time.sleep(0.05)
        time.sleep(0.2)

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True).get("result", {}).get("value")

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def problems(browser, page, pictures):
    found = []
    for width in (1400, 420):
        for scheme in ("light", "dark"):
            browser.open(page, width, scheme)
            said = [f"'{p}'" if not isinstance(p, str) else p for p in browser.evaluate(MEASURE)]
            for event in browser.events:
                parameters = event.get("params", {})
                if event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                    said.append(f"console: {parameters['entry']['text']}")
                if event["method"] == "Runtime.exceptionThrown":
                    said.append("console: an exception")
                if event["method"] == "Network.requestWillBeSent":
                    address = parameters["request"]["url"]
                    if not address.startswith(("data:", page.resolve().as_uri(), "about:")):
                        said.append(f"asks for {address}")
            found += [f"{width} {scheme}: {problem}" for problem in dict.fromkeys(said)]
            if pictures:
                image = browser.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                name = f"{page.parent.name}-{page.stem}-{width}-{scheme}.png"
                (pictures / name).write_bytes(base64.b64decode(image))
    printed = browser.call("Page.printToPDF", printBackground=True)["data"]
    if pictures:
        (pictures / f"{page.parent.name}-{page.stem}.pdf").write_bytes(base64.b64decode(printed))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, help="write what the browser shows into this folder")
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    browser, bad = Browser(), 0
    try:
        for page in arguments.pages:
            found = problems(browser, page, arguments.pictures)
            bad += bool(found)
            print(f"{page}: {page.stat().st_size // 1000} kB, {len(found)} problems")
            for problem in found:
                print(f"  {problem}")
    finally:
        browser.close()
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
