#!/usr/bin/env python3
"""How near to the truth the frame of rupture is that `zoo data label` finds by propidium iodide in simulated fields.

    python3 Benchmarks/cells/rupture.py [--zoo .build/release/zoo] [KEY=VALUE …] [-- words for zoo simulate fields]

Counts the cells that rupture at least two frames before their track ends (a dye that is seen in one frame only is taken for
noise), and those found within one frame; lists what is missed or found too much. Needs Python alone.
"""
import csv
import os
import subprocess
import sys
import tempfile

words = sys.argv[1:]
zoo = ".build/release/zoo"
if words[:1] == ["--zoo"]:
    zoo, words = words[1], words[2:]
overrides, simulation = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
# Files that name their channels, so that one of them is known to be propidium iodide.
if "--layout" not in simulation:
    simulation += ["--layout", "trackmate"]


def run(*line):
    done = subprocess.run([zoo, *line], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"zoo {' '.join(line)}: {done.stderr}")
    return done


with tempfile.TemporaryDirectory() as work:
    fields, spec, table = (os.path.join(work, n) for n in ["fields", "cells.json5", "pi.csv"])
    run("simulate", "fields", fields, *simulation)
    run("new", spec, "--data", fields)
    done = run("data", "label", spec, "data.labels.from=pi", *overrides, "-o", table)
    print("\n".join(line for line in done.stderr.splitlines() if "threshold" in line))
    truth = {(r["experiment"], r["well"], r["track"]): r for r in csv.DictReader(open(os.path.join(fields, "tracks.csv")))}
    found, spans = {}, {}
    for row in csv.DictReader(open(table)):
        key = (row["experiment"], row["well"], row["track"])
        spans.setdefault(key, []).append(int(row["frame"]))
        if row["rupture"]:
            found[key] = int(row["rupture"])

dying = near = 0
offsets, missed = {}, []
false = [k for k in found if k in truth and not truth[k]["rupture"]]
for key, row in truth.items():
    if not row["rupture"] or key not in spans:
        continue
    # The first frame that is taken after the rupture.
    rupture = float(row["rupture"])
    first = max(int(-(-rupture // 1)), min(spans[key]))
    if first > max(spans[key]) - 2:
        continue
    dying += 1
    if key not in found:
        missed.append((key, "never", first, max(spans[key])))
        continue
    offset = found[key] - first
    offsets[offset] = offsets.get(offset, 0) + 1
    if abs(offset) <= 1:
        near += 1
    else:
        missed.append((key, found[key], first, max(spans[key])))
alive = sum(1 for k, r in truth.items() if not r["rupture"] and k in spans)
print(f"{near} of {dying} ruptures within one frame ({100 * near / max(dying, 1):.1f} %)")
print("frames too late: " + ", ".join(f"{k:+}: {v}" for k, v in sorted(offsets.items())))
print(f"{len(false)} of {alive} cells that never rupture are found to")
for key, when, first, last in missed[:20]:
    print(f"missed: {'/'.join(key)} true {first}, found {when}, last frame {last}")
