"""Labels cells in a real browser: keys are pressed on the page of `zoo data annotate`, which is closed and opened again
halfway; the table that it saves must say what was pressed, and join.

    python annotate.py work --zoo .build/release/zoo [--chromium chromium] [--cells 200]

Needs chromium; no package. The browser is driven by its DevTools protocol. Screenshots are left in `work`.
"""

import argparse
import base64
import csv
import json
import os
import random
import re
import socket
import struct
import subprocess
import time
import urllib.request
from pathlib import Path

CLASSES = ["healthy", "apoptosis", "pyroptosis"]


class Browser:
    """A page of a headless browser."""

    def __init__(self, program, profile):
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--remote-debugging-port=0", "--window-size=1400,900", "about:blank"],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"DevTools listening on ws://127.0.0.1:(\d+)/", line)
            if found:
                break
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/json"))
        path = next(p for p in pages if p["type"] == "page")["webSocketDebuggerUrl"].split(found[1], 1)[1]
        self.socket = socket.create_connection(("127.0.0.1", int(found[1])))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.stream = self.socket.makefile("rb")
        while self.stream.readline().strip():
            pass
        self.number = 0

    def call(self, method, **arguments):
        self.number += 1
        text = json.dumps({"id": self.number, "method": method, "params": arguments}).encode()
        size = struct.pack(">BBH", 0x81, 0xFE, len(text)) if len(text) > 125 else struct.pack(">BB", 0x81, 0x80 | len(text))
        self.socket.sendall(size + bytes(4) + text)
        while True:
            answer = json.loads(self.message())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def message(self):
        whole = b""
        while True:
            first, size = self.stream.read(2)
            size &= 0x7F
            if size == 126:
                size = struct.unpack(">H", self.stream.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.stream.read(8))[0]
            whole += self.stream.read(size)
            if first & 0x80:
                return whole

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, page):
        self.call("Page.navigate", url=page.resolve().as_uri())
        for _ in range(200):
            time.sleep(0.05)
            if self.value("document.readyState === 'complete' && !!document.querySelector('.crop')"):
                return
        raise SystemExit("the page doesn't come up")

    def press(self, key):
        for kind in ["keyDown", "keyUp"]:
            self.call("Input.dispatchKeyEvent", type=kind, key=key, **({"text": key} if len(key) == 1 and kind == "keyDown" else {}))

    def picture(self, path, width=1400, height=900, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self):
        # A browser that is killed may not have written yet what its pages keep.
        self.call("Browser.close")
        self.process.wait(timeout=30)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--zoo", default="zoo")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--cells", type=int, default=200)
    options = parser.parse_args()
    work = options.work
    work.mkdir(parents=True)

    def zoo(*words):
        done = subprocess.run([options.zoo, *map(str, words)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    zoo("simulate", "fields", work / "plates", "--layout", "trackmate", "--experiments", 2, "--wells", 2, "--frames", 6,
        "--size", 160, "--cells", 14)
    spec = ["data.source=cells", f"data.root={work / 'plates'}", f"data.classes=[{','.join(CLASSES)}]"]
    page = work / "label.html"
    zoo("data", "annotate", "quickstart", *spec, "--html", page, "--limit", 1000)
    data = json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', page.read_text(), re.S)[1])
    profile = work / "profile"
    browser = Browser(options.chromium, profile)
    browser.open(page)
    browser.picture(work / "start.png")

    choose = random.Random(3)
    wanted, pressed, undone, halfway = {}, 0, 0, False
    for strip in data["strips"]:
        if len(wanted) >= options.cells:
            break
        if len(wanted) >= options.cells / 2 and not halfway:
            # The browser is ended and started again: what was pressed must be there, at the same place.
            halfway = True
            browser.picture(work / "halfway.png")
            browser.close()
            browser = Browser(options.chromium, profile)
            browser.open(page)
        ids = [crop["id"] for crop in strip["crops"]]

        def label(start):
            """Presses a key for a class, or for uncertain; what lies behind the marked crop gets it too."""
            key = choose.choice("123u")
            browser.press(key)
            for one in ids[start:]:
                wanted[one] = "uncertain" if key == "u" else CLASSES[int(key) - 1]

        label(0)
        pressed += 1
        if len(ids) > 1:
            # The cell dies on the way.
            start = choose.randrange(1, len(ids))
            for _ in range(start):
                browser.press("ArrowRight")
            if choose.random() < 0.3:
                # A slip that is taken back.
                before = dict(wanted)
                label(start)
                browser.press("z")
                wanted = before
                undone += 1
            label(start)
            pressed += 1
            browser.press("ArrowDown")
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(work.resolve()))
    browser.value("document.getElementById('save').click()")
    table = work / "annotations.csv"
    for _ in range(100):
        if table.exists() and table.stat().st_size:
            break
        time.sleep(0.1)
    for name, width, dark in [("wide", 1400, False), ("wide-dark", 1400, True), ("narrow", 420, False), ("narrow-dark", 420, True)]:
        browser.picture(work / f"{name}.png", width, 900, dark)
    overflow = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    browser.close()

    values = {crop["id"]: crop["v"] for strip in data["strips"] for crop in strip["crops"]}
    with open(table, newline="") as file:
        header, *rows = csv.reader(file)
    assert header == data["columns"] + ["label"], header
    expected = sorted(values[one] + [name] for one, name in wanted.items())
    assert sorted(rows) == expected, "the table isn't what was pressed"
    joined = zoo("data", "label", "quickstart", *spec, "data.labels.from=annotations", f"data.labels.file={table.resolve()}",
                 "-o", work / "joined.csv")
    with open(work / "joined.csv", newline="") as file:
        found = sum(bool(row["label"]) for row in csv.DictReader(file))
    sure = sum(name != "uncertain" for name in wanted.values())
    assert found == sure, (found, sure)
    print(f"{pressed} keys gave labels to {len(wanted)} cells, {undone} were taken back, the browser ended halfway: the saved "
          f"table is what was pressed, and {found} labels join ({len(wanted) - sure} uncertain); overflow at 420 px: {overflow}")


main()
