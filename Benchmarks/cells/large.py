#!/usr/bin/env python3
"""How fast crops of large fields come, and that memory doesn't grow with the set.

    python3 Benchmarks/cells/large.py [--zoo .build/release/zoo] [--gigabytes 0.5 2] [--cells 10] [--threads 2]

Writes films of 1024 × 1024 pixels, five channels, 16 bits, and a table of cells, and trains a very small model on crops of
224 × 224 × 5 with 100 MB for decoded samples, twice: first the crops are packed on the disk, then they are found there. Prints
the time until the first step, the images a second of an epoch (a lower bound of the loader: the model takes its share), and
the peak of memory. Needs numpy and tifffile.
"""
import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np
import tifffile

parser = argparse.ArgumentParser()
parser.add_argument("--zoo", default=".build/release/zoo")
parser.add_argument("--gigabytes", type=float, nargs="+", default=[0.5, 2])
parser.add_argument("--cells", type=int, default=10)
parser.add_argument("--threads", default="2")
arguments = parser.parse_args()
SIDE, FRAMES, CHANNELS = 1024, 12, ["BF", "CE", "PI", "DNA", "DPC"]
random = np.random.default_rng(1)


def write(folder, gigabytes):
    films = max(3, round(gigabytes * 1e9 / (FRAMES * len(CHANNELS) * SIDE * SIDE * 2)))
    os.makedirs(folder)
    for film in range(films):
        path = os.path.join(folder, f"W{film:03}.ome.tif")
        planes = random.integers(200, 4000, (FRAMES, len(CHANNELS), SIDE, SIDE), dtype=np.uint16)
        tifffile.imwrite(path, planes, ome=True, photometric="minisblack", metadata={"axes": "TCYX", "Channel": {"Name": CHANNELS}})
        with open(os.path.join(folder, f"W{film:03}.csv"), "w") as table:
            table.write("track,frame,x,y,label\n")
            for track in range(arguments.cells):
                x, y = random.uniform(100, SIDE - 100, 2)
                for frame in range(FRAMES):
                    table.write(f"{track},{frame},{x:.2f},{y:.2f},{['healthy', 'dead'][track % 2]}\n")
    return films


def train(folder, cache, run):
    shutil.rmtree(run, ignore_errors=True)
    words = [arguments.zoo, "train", "quickstart", "--run-dir", run, "--threads", arguments.threads, "data.source=cells",
             f"data.root={folder}", "data.cells.layout=table", "data.cells.images={well}.ome.tif", "data.cells.tables={well}.csv",
             "data.cells.columns={x: x, y: y, frame: frame, track: track, label: label}", "data.cells.units=pixel",
             "data.channels=[]", "data.classes=[]", "data.height=224", "data.width=224", "data.split.by=[well]",
             "data.cacheMegabytes=100", f"data.cache={cache}", "train.epochs=2", "train.batch=16",
             "model.backbone={name: resnet10_tiny, width: 2}"]
    start = time.time()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    first, rates = None, []
    for line in process.stdout:
        if "epochs of" in line and first is None:
            first = time.time() - start
        found = re.search(r"epoch \d+/\d+ .*?(\d+) images/s", line)
        if found:
            rates.append(int(found.group(1)))
        if "packed" in line or "error" in line:
            print("   ", line.strip())
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"status {status}")
    return first or 0, rates, usage.ru_maxrss * 1024, time.time() - start


with tempfile.TemporaryDirectory() as work:
    for gigabytes in arguments.gigabytes:
        folder, cache = os.path.join(work, "fields"), os.path.join(work, "cache")
        films = write(folder, gigabytes)
        crops = films * FRAMES * arguments.cells
        print(f"{gigabytes} GB in {films} films, {crops} crops, {crops * 224 * 224 * 5 * 2 / 1e9:.2f} GB of crops")
        for attempt in ["first", "second"]:
            first, rates, peak, whole = train(folder, cache, os.path.join(work, "run"))
            print(f"  {attempt} run: {first:.1f} s until the first step ({crops / max(first, 1e-9):.0f} crops/s), "
                  f"epochs at {', '.join(map(str, rates))} images/s, peak {peak / 1e6:.0f} MB, {whole:.0f} s in all")
        shutil.rmtree(folder)
        shutil.rmtree(cache)
