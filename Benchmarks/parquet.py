#!/usr/bin/env python3
"""Holds `zoo data import` against Parquet files that `datasets` and pyarrow write.

    pip install datasets pyarrow numpy tifffile
    python3 Benchmarks/parquet.py [--zoo .build/release/zoo] [--rows 1000] [--train]

Both schemas of the domain's sets: nested lists with a struct of channels that differs from row to row (2 and 3
dimensions, values 0 to 255 as floats), and `Array4D` with class labels, already normalised. Every pixel, label and column
of every row is compared. With --train, `zoo new` and `zoo train` follow, a command each. Damaged files follow: each is
read or refused by one message, and nothing half-written stays.
"""
import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tifffile

parser = argparse.ArgumentParser()
parser.add_argument("--zoo", default=".build/release/zoo")
parser.add_argument("--rows", type=int, default=1000)
parser.add_argument("--damaged", type=int, default=100)
parser.add_argument("--train", action="store_true")
arguments = parser.parse_args()
zoo = os.path.abspath(arguments.zoo)
generator = np.random.default_rng(1)
CLASSES = ["Alive", "Dying", "Pyroptosis"]
DATES = ["2023-11-02", "2023-11-16", "2023-12-01", "2024-01-12", "2024-02-09", "2024-03-08"]


def picture(side):
    """A smooth cell with some noise, 0 to 255."""
    y, x = np.mgrid[:side, :side] - side / 2
    radius = generator.uniform(side / 6, side / 3)
    spot = generator.uniform(60, 180) * np.exp(-(x**2 + y**2) / radius**2)
    return np.clip(np.round(spot + 30 + generator.normal(0, 4, (side, side))), 0, 255)


def nested(rows, frames, side, folder):
    """As the older sets: lists of floats, channels by a struct whose members are places or null."""
    os.makedirs(os.path.join(folder, "data"))
    truth = []
    for subset, count in [("train", rows * 4 // 5), ("test", rows - rows * 4 // 5)]:
        table = {k: [] for k in ["image", "label", "channels", "date", "timepoint", "x", "y"]}
        for _ in range(count):
            names = ["ce", "dna", "pi", generator.choice(["bf", "dpc"])]
            generator.shuffle(names)
            shape = [len(names)] if frames is None else [frames, len(names)]
            pixels = np.stack([picture(side) for _ in range(int(np.prod(shape)))]).reshape(shape + [side, side])
            label = CLASSES[generator.integers(3)]
            channels = {k: names.index(k) if k in names else None for k in ["bf", "ce", "dna", "dpc", "pi"]}
            values = {
                "date": DATES[generator.integers(len(DATES))], "timepoint": int(generator.integers(40)),
                "x": float(generator.integers(5000)), "y": float(generator.integers(0, 10000)) / 4}
            truth.append((subset, pixels.astype(np.uint8), label, [n.upper() for n in names], values))
            table["image"].append(pixels.tolist())
            table["label"].append(label)
            table["channels"].append(channels)
            for key, value in values.items():
                table[key].append(value)
        pq.write_table(pa.table(table), os.path.join(folder, "data", f"{subset}-00000-of-00001.parquet"), row_group_size=97)
    return truth


def array4d(rows, frames, side, folder):
    """As the newer sets, written by `datasets`: Array4D, class labels, z-scored."""
    os.makedirs(os.path.join(folder, "data"))
    features = datasets.Features({
        "image": datasets.Array4D((frames, 5, side, side), "float32"),
        "label": datasets.ClassLabel(names=["Negative"] + CLASSES), "experiment": datasets.Value("string"),
        "subfolder": datasets.Value("string"), "time": datasets.Value("int64"), "x": datasets.Value("float64"),
        "y": datasets.Value("float64"), "condition": datasets.Value("string")})
    truth = []
    for subset, count in [("train", rows * 4 // 5), ("test", rows - rows * 4 // 5)]:
        table = {k: [] for k in features}
        for _ in range(count):
            pixels = np.stack([picture(side) for _ in range(frames * 5)]).reshape(frames, 5, side, side)
            pixels = ((pixels - pixels.mean((2, 3), keepdims=True)) / pixels.std((2, 3), keepdims=True)).astype(np.float32)
            label = int(generator.integers(4))
            values = {
                "experiment": DATES[generator.integers(len(DATES))], "subfolder": "0305-ST",
                "time": int(generator.integers(40)), "x": 17.0, "y": 4.25, "condition": "LPS, nigericin"}
            truth.append((subset, pixels, (["Negative"] + CLASSES)[label], ["BF", "CE", "DNA", "DPC", "PI"], values))
            table["image"].append(pixels)
            table["label"].append(label)
            for key, value in values.items():
                table[key].append(value)
        datasets.Dataset.from_dict(table, features=features).to_parquet(
            os.path.join(folder, "data", f"{subset}-00000-of-00001.parquet"))
    return truth


def run(*words, timeout=1200):
    return subprocess.run([zoo, *words], capture_output=True, text=True, timeout=timeout)


def check(name, truth, source, folder, *words):
    done = run("data", "import", source, "-o", folder, "--python", sys.executable, *words)
    if done.returncode != 0:
        sys.exit(f"{name}: {done.stderr}")
    print(f"{name}: {done.stderr.strip()}")
    with open(os.path.join(folder, "manifest.csv")) as file:
        rows = list(csv.DictReader(file))
    # Files are taken in the order of their names.
    truth = sorted(truth, key=lambda item: item[0] != "test")
    assert len(rows) == len(truth), (len(rows), len(truth))
    for row, (subset, pixels, label, names, values) in zip(rows, truth):
        with tifffile.TiffFile(os.path.join(folder, row["path"])) as file:
            found = file.asarray()
        assert found.dtype == pixels.dtype and np.array_equal(found.reshape(pixels.shape), pixels), row["path"]
        assert row["label"] == label and row["subset"] == subset and row["channels"].split() == names, row
        for key, value in values.items():
            text = str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
            assert row[key] == text, (key, row[key], value)
    print(f"{name}: {len(rows)} rows, every pixel, label and column the same")


def train(folder, spec, *words):
    for line in [["new", spec, "--data", folder], ["train", spec, "train.epochs=1", "--run-dir", spec + ".run", *words]]:
        done = run(*line)
        if done.returncode != 0:
            sys.exit(f"zoo {' '.join(line)}: {done.stderr}")
    print("\n".join(done.stdout.strip().splitlines()[-2:]))


with tempfile.TemporaryDirectory() as work:
    place = lambda name: os.path.join(work, name)
    for name, frames, side in [("nested 2d", None, 64), ("nested 3d", 5, 32)]:
        key = name.replace(" ", "-")
        truth = nested(arguments.rows, frames, side, place(key))
        check(name, truth, place(key), place(key + "-out"))
        if arguments.train and frames is None:
            train(place(key + "-out"), place("nested.json5"), "data.height=32", "data.width=32")
    truth = array4d(arguments.rows, 9, 24, place("array4d"))
    check("Array4D", truth, place("array4d"), place("array4d-out"), "--channels", "BF,CE,DNA,DPC,PI")
    if arguments.train:
        train(place("array4d-out"), place("array4d.json5"))
    # Damage.
    shards = place("nested-2d/data/test-00000-of-00001.parquet")
    small = place("small.parquet")
    pq.write_table(pq.read_table(shards).slice(0, 8), small)
    whole = open(small, "rb").read()
    counts = {0: 0, 1: 0, 65: 0}
    random.seed(1)
    for _ in range(arguments.damaged):
        bytes_ = bytearray(whole)
        if random.random() < 0.3:
            del bytes_[random.randrange(len(bytes_)):]
        for _ in range(random.randrange(1, 6)):
            if bytes_:
                at = random.randrange(len(bytes_)) if random.random() < 0.5 else max(0, len(bytes_) - 1 - random.randrange(2000))
                bytes_[at] = random.randrange(256)
        open(place("damaged.parquet"), "wb").write(bytes_)
        shutil.rmtree(place("damaged-out"), ignore_errors=True)
        done = run("data", "import", place("damaged.parquet"), "-o", place("damaged-out"), "--python", sys.executable, timeout=120)
        assert done.returncode in counts, (done.returncode, done.stderr)
        assert done.returncode == 0 or not os.path.exists(place("damaged-out")), "half-written"
        counts[done.returncode] += 1
    print(f"damaged files: {counts[0]} read, {counts[65] + counts[1]} refused, nothing half-written")
