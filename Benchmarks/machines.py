#!/usr/bin/env python3
"""Holds the model of Documentation/Machines.md against what two ranks take on this machine, and says what it means for more.

The tool has to be built with the trait MPI. Give each rank a processor of its own, and leave the machine alone meanwhile:

    swift build -c release --product zoo --traits MPI
    Benchmarks/machines.py .build/release/zoo
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile

MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "core"]


def spec(batch, shards, backbone, size, epochs):
    return [
        "quickstart", f"train.batch={batch}", f"train.shards={shards}", f"model.backbone={backbone}",
        f"data.height={size}", f"data.width={size}", f"train.epochs={epochs}", "data.simulation.cellsPerClass=8",
        "data.simulation.experiments=40", "data.split.train=0.8", "data.split.validation=0.1", "data.split.test=0.1",
        "train.augment.gain=0", "data.audit=positions", "--threads", "1",
    ]


def step(zoo, words, batch, ranks=1, beside=1):
    """Seconds of a step: the median over epochs but the first, of `beside` runs at a time."""
    with tempfile.TemporaryDirectory() as folder:
        launcher = MPIRUN + ["-np", str(ranks)] if ranks > 1 else []
        runs = [
            subprocess.Popen(
                launcher + (["taskset", "-c", str(number)] if ranks == 1 else [])
                + [zoo, "train", *words, "--run-dir", f"{folder}/{number}"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for number in range(beside)
        ]
        for run in runs:
            _, errors = run.communicate()
            if run.returncode:
                raise SystemExit(errors)
        rates = []
        for number in range(beside):
            with open(f"{folder}/{number}/log.jsonl") as log:
                rates.append([json.loads(line)["items_per_second"] for line in log][1:])
        return batch / statistics.median(rate for run in rates for rate in run)


def exchange(zoo, backbone, seconds):
    text = subprocess.run(
        MPIRUN + ["-np", "2", zoo, "bench", "quickstart", f"model.backbone={backbone}", "--mode", "exchange", "--json",
                  "--seconds", str(seconds), "--threads", "1"], capture_output=True, text=True, check=True).stdout
    return json.loads(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zoo")
    parser.add_argument("--backbone", default="resnet18")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=48)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--network", nargs=2, type=float, default=(50e-6, 1.1e9), metavar=("SECONDS", "BYTES"),
                        help="latency and bytes a second of the network that more machines are predicted for")
    options = parser.parse_args()
    zoo = os.path.abspath(options.zoo)
    batch = options.batch

    def seconds(shards, of=batch, **kind):
        return step(zoo, spec(of, shards, options.backbone, options.size, options.epochs), of, **kind)

    figures = exchange(zoo, options.backbone, 1)
    latency, speed, size = figures["latency_seconds"], figures["bytes_per_second"], figures["gradient_byte_count"]
    one = seconds(2)
    # What a rank of two has: one shard of half the batch. Two shards in one process do the work for each parameter twice.
    whole, share = seconds(1), seconds(1, of=batch // 2)
    item = max(0, whole - share) / (batch - batch // 2)
    update = max(0, share - item * (batch // 2))
    side = seconds(2, beside=2) / one
    # The exchange is beside the backward pass but for what it keeps busy of the processor: copies and sums.
    predicted = side * share + figures["seconds_per_sum"]
    measured = seconds(2, ranks=2)
    print(f"latency {latency * 1e6:.0f} µs, {speed / 1e9:.2f} GB/s, gradient {size / 1e6:.1f} MB, "
          f"added up in {figures['seconds_per_sum'] * 1e3:.1f} ms")
    print(f"an item {item * 1e3:.3f} ms, the rest of a step {update * 1e3:.1f} ms; two processes side by side take "
          f"{side:.2f} times as long")
    print(f"one rank {one * 1e3:.1f} ms a step, two ranks {measured * 1e3:.1f} ms, predicted {predicted * 1e3:.1f} ms: "
          f"{predicted / measured - 1:+.0%}; {one / measured:.2f} times as fast")
    latency, speed = options.network
    print(f"by a network of {latency * 1e6:.0f} µs and {speed / 1e9:.2f} GB/s, {batch} items a rank:")
    buckets = max(1, round(size / (4 << 20)))
    for ranks in (2, 8, 64):
        sent = 2 * size * (ranks - 1) / ranks / speed
        waits = (2 * buckets + 2) * latency
        compute = item * batch + update
        # At worst nothing, at best two thirds of the computing (the backward pass) hides the exchange.
        worst = compute + sent + waits
        best = compute + max(0, sent + waits - 2 / 3 * item * batch)
        print(f"  {ranks:3} nodes: exchange {(sent + waits) * 1e3:.0f} ms a step, "
              f"{ranks * compute / worst:.1f} to {ranks * compute / best:.1f} times the items of one")


main()
