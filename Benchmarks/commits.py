#!/usr/bin/env python3
"""Whether a commit is slower than another: both are built, and measured turn about on this machine.

    Benchmarks/commits.py main HEAD
    Benchmarks/commits.py 0.1.0 HEAD --work "quickstart --mode train" --rounds 9

The noise is measured in the same run: the first commit is measured twice in each round, as two contestants. A line is called slower
if the ratio of the medians is below 0.95 and below what the first commit shows against itself. Leave the machine alone meanwhile.
Ends with 1 if a line is slower. Building two commits takes as long as it takes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

WORK = [
    f"pyroptosis-3class-{model} --mode {mode} --batch {batch}"
    for model in ("2d-resnet18-all", "2d-efficientnet_b0-all", "sequence-resnet18-lstm-all")
    for mode, batch in (("train", 16), ("predict", 1), ("predict", 32))
]


def build(commit, folder):
    """The tool of a commit, built in a work tree of its own."""
    tree = os.path.join(folder, commit.replace("/", "-"))
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, commit], check=True)
    subprocess.run(["swift", "build", "-c", "release", "--product", "zoo"], cwd=tree, check=True, stdout=sys.stderr)
    return os.path.join(tree, ".build", "release", "zoo")


def items_per_second(zoo, work, seconds):
    line = [zoo, "bench", *work.split(), "--seconds", str(seconds), "--json"]
    return json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)["items_per_second"]["median"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="a commit, or the path of a tool that is built")
    parser.add_argument("after", help="the same")
    parser.add_argument("--work", nargs="+", default=WORK, help="what `zoo bench` is given")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    arguments = parser.parse_args()
    slower = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            before, after = (
                side if os.path.isfile(side) else build(side, folder) for side in (arguments.before, arguments.after))
            print("| work | before | after | after / before | before / before |\n|---|---|---|---|---|")
            for work in arguments.work:
                figures = {"before": [], "again": [], "after": []}
                for _ in range(arguments.rounds):
                    for name, zoo in (("before", before), ("after", after), ("again", before)):
                        figures[name].append(items_per_second(zoo, work, arguments.seconds))
                medians = {name: statistics.median(values) for name, values in figures.items()}
                both = statistics.median(figures["before"] + figures["again"])
                noise = min(medians["before"], medians["again"]) / max(medians["before"], medians["again"])
                ratio = medians["after"] / both
                print(f"| {work} | {both:.1f} | {medians['after']:.1f} | {ratio:.3f} | {noise:.3f} |", flush=True)
                if ratio < min(0.95, noise):
                    slower.append(work)
        finally:
            subprocess.run(["git", "worktree", "prune"], check=False)
    for work in slower:
        print(f"slower: {work}", file=sys.stderr)
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
