"""Trains on the same simulated crops, stored in four ways: 8-bit PNG, 12 bits in uint16, 16 bits, float32.

    python3 Benchmarks/storages.py [--zoo .build/release/zoo] [--seeds 5] [--epochs 12] [--cells 12] [--size 48]

Needs numpy, tifffile and pillow. Prints the test accuracy of each storage and seed, mean and deviation: they must agree within
the deviation of the seeds, for intensities are augmented in units of each channel's own spread. 8 bits lose the dim details of
a 12-bit camera, as they do for everybody: each channel is stretched over its own range before it is rounded.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import tempfile

import numpy as np
import tifffile
from PIL import Image

CHANNELS = ["BF", "CE", "PI", "DNA", "DPC"]


def written(source, target, kind, ranges):
    """Writes every image of `source` into `target` as `kind`, one file a channel, and a manifest."""
    with open(f"{source}/manifest.csv") as file:
        rows = list(csv.DictReader(file))
    os.makedirs(target)
    for index, row in enumerate(rows):
        planes = tifffile.imread(f"{source}/{row['path']}").astype(np.float64)
        for name, plane, (low, high) in zip(CHANNELS, planes, ranges):
            path = f"{index:04}-{name}.{'png' if kind == 'uint8' else 'tif'}"
            row[name] = path
            if kind == "uint8":
                values = np.clip((plane - low) / (high - low) * 255, 0, 255).round().astype(np.uint8)
                Image.fromarray(values).save(f"{target}/{path}")
                continue
            values = {"12 bits": plane.astype(np.uint16), "16 bits": (plane * 16).astype(np.uint16),
                      "float32": (plane / 4095).astype(np.float32)}[kind]
            tifffile.imwrite(f"{target}/{path}", values, photometric="minisblack")
    columns = ["id"] + CHANNELS + ["label", "experiment"]
    with open(f"{target}/manifest.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--cells", type=int, default=12)
    parser.add_argument("--size", type=int, default=48)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        crops = f"{folder}/crops"
        subprocess.run([options.zoo, "simulate", crops, "--format", "tiff", "--cells", str(options.cells), "--size",
                        str(options.size), "--experiments", "10"], check=True, capture_output=True)
        with open(f"{crops}/manifest.csv") as file:
            images = [tifffile.imread(f"{crops}/{row['path']}") for row in csv.DictReader(file)]
        ranges = [(min(i[c].min() for i in images), max(i[c].max() for i in images)) for c in range(len(CHANNELS))]
        pairs = ", ".join(f"{name}: {name}" for name in CHANNELS)
        print("storage    " + "  ".join(f"seed {s}" for s in range(1, options.seeds + 1)) + "  mean ± sd")
        for kind in ["uint8", "12 bits", "16 bits", "float32"]:
            data = f"{folder}/{kind.replace(' ', '-')}"
            written(crops, data, kind, ranges)
            found = []
            for seed in range(1, options.seeds + 1):
                run = f"{data}-{seed}"
                subprocess.run(
                    [options.zoo, "train", "pyroptosis-3class-2d-resnet18-all", f"data.root={data}",
                     f"data.columns.channelPaths={{{pairs}}}", f"data.height={options.size}",
                     f"data.width={options.size}", "model.backbone=resnet10_tiny", f"train.epochs={options.epochs}",
                     "train.optimizer.learningRate=3e-3", "train.augment.shift=3", f"seed={seed}", "--run-dir", run],
                    check=True, capture_output=True)
                with open(f"{run}/metrics.json") as file:
                    found.append(json.load(file)["subsets"]["test"]["metrics"]["accuracy"])
            spread = statistics.stdev(found) if len(found) > 1 else 0
            print(f"{kind:9}  " + "  ".join(f"{value:6.3f}" for value in found)
                  + f"  {statistics.mean(found):.3f} ± {spread:.3f}", flush=True)


main()
