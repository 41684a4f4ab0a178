"""Plants leaks between training and test, and counts which of them `zoo check --pixels` finds, and what else it reports.

    zoo simulate pool --format tiff --experiments 10 --cells 340 --size 128
    python leaks.py pool work --zoo .build/release/zoo [--depth 8]

Needs numpy and tifffile. From each picture of `pool` comes a clean crop of 64 × 64 pixels, in training or in test. To the
test set are added, of pictures whose crop is in training: copies, the seven other rotations and mirror images, other gains
and offsets of each channel (rounded and cut off as a file of that depth does), both at once, and crops that overlap by
25 to 90 % of their area, a half of these turned and with another gain, too.
"""

import argparse
import collections
import csv
import json
import subprocess
import time
from pathlib import Path

import numpy as np
import tifffile

SIDE = 64
CHANNELS = ["BF", "CE", "PI", "DNA", "DPC"]


def turned(image, code):
    image = np.rot90(image, code % 4, axes=(1, 2))
    return image[:, :, ::-1] if code >= 4 else image


def changed(image, random, top):
    """Another gain and offset of each channel, as a file of whole numbers keeps it."""
    gain = random.uniform(0.6, 1.6, (len(image), 1, 1))
    offset = random.uniform(-0.02, 0.1, (len(image), 1, 1)) * top
    return np.clip(np.round(image * gain + offset), 0, top)


def overlapping(image, random):
    """Two crops of one picture that share 25 to 90 % of their area, and the share."""
    size = image.shape[1]
    while True:
        y, x, v, u = random.integers(0, size - SIDE + 1, 4)
        share = max(0, SIDE - abs(y - v)) * max(0, SIDE - abs(x - u)) / SIDE**2
        if 0.25 <= share <= 0.9:
            return image[:, y : y + SIDE, x : x + SIDE], image[:, v : v + SIDE, u : u + SIDE], share


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pool", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--zoo", default="zoo")
    parser.add_argument("--depth", type=int, default=16, choices=[8, 16], help="bits of the files")
    parser.add_argument("--each", type=int, default=160, help="planted leaks of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    options.work.mkdir(parents=True)
    top, kind = (255, np.uint8) if options.depth == 8 else (65535, np.uint16)
    rows = []

    def write(name, image, label, subset, compression=None):
        tifffile.imwrite(options.work / f"{name}.tif", image.astype(kind), metadata={"axes": "CYX"},
                         photometric="minisblack", compression=compression)
        rows.append([f"{name}.tif", label, subset])

    with open(options.pool / "manifest.csv", newline="") as file:
        pool = list(csv.DictReader(file))
    order = random.permutation(len(pool))
    kinds = ["copy", "turned", "intensity", "turned and intensity", "overlap", "overlap, turned, intensity"]
    planted, shares = {}, {}
    for number, index in enumerate(order):
        row = pool[index]
        image = tifffile.imread(options.pool / row["path"]).astype(np.float64)
        if options.depth == 8:
            image = np.round(image / 16)
        edge = (image.shape[1] - SIDE) // 2
        crop = image[:, edge : edge + SIDE, edge : edge + SIDE]
        leak = kinds[number // options.each] if number < options.each * len(kinds) else None
        if leak is None:
            write(f"clean-{number:05}", crop, row["label"], "test" if number % 4 == 0 else "train")
            continue
        other = crop
        name = f"planted-{number:05}"
        if leak.startswith("overlap"):
            crop, other, shares[name] = overlapping(image, random)
        if "turned" in leak:
            other = turned(other, int(random.integers(1, 8)))
        if "intensity" in leak:
            other = changed(other, random, 4095 if options.depth == 16 else 255)
        planted[name] = leak
        write(f"source-{number:05}", crop, row["label"], "train")
        # Files with the same bytes are found when the data are opened: a copy is written in another way.
        write(name, other, row["label"], "test", "zlib" if leak == "copy" else None)
    with open(options.work / "manifest.csv", "w", newline="") as file:
        csv.writer(file).writerows([["path", "label", "subset"]] + rows)
    words = [
        options.zoo, "check", "pyroptosis-3class-2d-resnet18-all", f"data.root={options.work}", "data.split.by=[]",
        "data.split.column=subset", "data.accept=[copies]", f"data.imageChannels=[{','.join(CHANNELS)}]",
        "--pixels", "--json", "train.batch=8",
    ]
    start = time.time()
    done = subprocess.run(words, capture_output=True, text=True)
    seconds = time.time() - start
    assert done.returncode == 0, done.stdout + done.stderr
    audit = json.loads(done.stdout)["runs"][0]["audit"]
    found = {Path(leak["item"]).stem: leak for leak in audit["leaks"]}
    right = sum(found.get(n, {}).get("other") == n.replace("planted", "source") + ".tif" for n in planted)
    for leak in kinds:
        names = [n for n, k in planted.items() if k == leak]
        hits = [n for n in names if n in found]
        told = collections.Counter(found[n]["kind"] for n in hits)
        print(f"{leak}: {len(hits)} of {len(names)} found, as {dict(told)}")
    missed = [n for n in planted if n not in found]
    for name in missed:
        print(f"  missed {name}: {planted[name]} {shares.get(name, '')}")
    clean = [r[0] for r in rows if r[0].startswith("clean")]
    false = [leak for name, leak in found.items() if name not in planted]
    for leak in false[:20]:
        print("  false", leak)
    print(f"{len(planted) - len(missed)} of {len(planted)} found ({right} with their source), "
          f"{len(false)} false alarms among {len(clean)} clean crops, {len(rows)} crops of {options.depth} bits, "
          f"{seconds:.1f} s for the whole check")


main()
