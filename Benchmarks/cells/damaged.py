#!/usr/bin/env python3
"""Damages files of simulated experiments, one at a time, and has them checked: each is read or refused by a message.

    python3 Benchmarks/cells/damaged.py [--zoo .build/release/zoo] [--cases 1000] [--seed 1]

Fields, tables and maps of all layouts are cut short, have bytes changed, lines doubled, or are emptied. A crash, a status
that isn't 0, 1 or 65, or more than a minute is reported with the case and ends the run with 1. Python alone.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--zoo", default=".build/release/zoo")
parser.add_argument("--cases", type=int, default=1000)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
random.seed(arguments.seed)
LAYOUTS = ["shuttletracker", "trackmate", "celldetective", "ultrack", "ctc"]


def run(*line, timeout=60):
    return subprocess.run([arguments.zoo, *line], capture_output=True, text=True, timeout=timeout)


def damage(content, name):
    kind = random.randrange(5)
    content = bytearray(content)
    if kind == 0 or not content:
        return bytes(content[: random.randrange(len(content) + 1)])
    if kind == 1 and name.endswith((".csv", ".txt", ".ini")):
        lines = content.split(b"\n")
        lines.insert(random.randrange(len(lines)), random.choice(lines))
        return b"\n".join(lines)
    if kind == 2:
        start = random.randrange(len(content))
        del content[start : start + random.randrange(1, 64)]
        return bytes(content)
    for _ in range(random.randrange(1, 8)):
        # Headers are worth more than pixels.
        at = random.randrange(min(len(content), 400)) if random.random() < 0.5 else random.randrange(len(content))
        content[at] = random.randrange(256)
    return bytes(content)


counts, bad = {}, 0
with tempfile.TemporaryDirectory() as work:
    for layout in LAYOUTS:
        folder, spec = os.path.join(work, layout), os.path.join(work, layout + ".json5")
        done = run("simulate", "fields", folder, "--layout", layout, "--experiments", "2", "--wells", "2", "--frames", "3",
                   "--size", "96", "--cells", "8", timeout=600)
        assert done.returncode == 0, done.stderr
        done = run("new", spec, "--data", folder)
        assert done.returncode == 0, done.stderr
        files = sorted(os.path.join(f, n) for f, _, names in os.walk(folder) for n in names if n != "README.md")
        for case in range(arguments.cases // len(LAYOUTS)):
            path = random.choice(files)
            content = open(path, "rb").read()
            open(path, "wb").write(damage(content, path))
            line = random.choice([["check", spec], ["check", spec, "data.split.by=[]", "data.labels.from=pi"], ["data", "label", spec, "data.labels.from=pi", "-o", os.path.join(work, "o.csv")]])
            try:
                done = run(*line)
                status = done.returncode
            except subprocess.TimeoutExpired:
                status = "more than a minute"
            counts[status] = counts.get(status, 0) + 1
            if status not in (0, 1, 65):
                bad += 1
                print(f"{layout} case {case} {os.path.relpath(path, work)} {' '.join(line)}: {status}")
                shutil.copy(path, os.path.join(tempfile.gettempdir(), f"damaged-{bad}-{os.path.basename(path)}"))
            open(path, "wb").write(content)
print(", ".join(f"status {k}: {v}" for k, v in sorted(counts.items(), key=str)) + (f"; {bad} BAD" if bad else "; no crash, no hang"))
sys.exit(1 if bad else 0)
