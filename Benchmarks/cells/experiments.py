#!/usr/bin/env python3
"""By how much a random split overstates what a model does on an experiment that it hasn't seen, on simulated fields with
the batch effects of each experiment.

    python3 Benchmarks/cells/experiments.py [--zoo .build/release/zoo] [--threads N] [--experiments 6] [--epochs 6]

Trains the same small model with a random split (tracks and overlapping crops stay together all the same) and once for
each experiment left out, and prints both balanced accuracies and what `zoo check` said of the random split. Python alone.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--zoo", default=".build/release/zoo")
parser.add_argument("--threads", default="2")
parser.add_argument("--experiments", type=int, default=6)
parser.add_argument("--epochs", type=int, default=6)
parser.add_argument("--keep", help="folder to work in")
arguments = parser.parse_args()


def run(*line):
    done = subprocess.run([arguments.zoo, *line], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"zoo {' '.join(line)}: {done.stderr}")
    return done


def test_accuracy(folder):
    with open(os.path.join(folder, "metrics.json")) as file:
        return json.load(file)["subsets"]["test"]["metrics"]["balanced_accuracy"]


work = arguments.keep or tempfile.mkdtemp()
os.makedirs(work, exist_ok=True)
place = lambda name: os.path.join(work, name)
if not os.path.exists(place("plates")):
    run("simulate", "fields", place("plates"), "--layout", "trackmate", "--experiments", str(arguments.experiments),
        "--wells", "3", "--frames", "10", "--size", "224", "--cells", "32", "--threads", arguments.threads)
    run("new", place("cells.json5"), "--data", place("plates"))
common = [place("cells.json5"), "data.height=40", "data.width=40", f"train.epochs={arguments.epochs}", "train.batch=32"]
check = run("check", *common, "data.split.by=[]")
print("check of the random split: " + " / ".join(l.strip() for l in check.stdout.splitlines() if "at random" in l))
if not os.path.exists(place("random/metrics.json")):
    run("train", *common, "data.split.by=[]", "--run-dir", place("random"), "--threads", arguments.threads)
chance = test_accuracy(place("random"))
left = []
for fold in range(1, arguments.experiments + 1):
    folder = place(f"fold-{fold}")
    if not os.path.exists(os.path.join(folder, "metrics.json")):
        run("train", *common, "data.split.by=[experiment]", f"data.split.folds={arguments.experiments}",
            f"data.split.fold={fold}", "--run-dir", folder, "--threads", arguments.threads)
    left.append(test_accuracy(folder))
mean = sum(left) / len(left)
print(f"random split: balanced accuracy {chance:.3f}")
print(f"an experiment left out: {mean:.3f} ({', '.join(f'{v:.3f}' for v in left)})")
print(f"the random split overstates by {100 * (chance - mean):.1f} points")
