"""Where the time of a step goes against what bounds it: one line for each operator and image size.

    python Benchmarks/roofline.py pyroptosis-3class-2d-resnet18-all --mode train --batch 32

A group can't be faster than its arithmetic at the machine's measured peak, nor than its inputs and outputs at the speed of
memory; the last column is that bound over the time taken. Winograd's algorithm does less arithmetic than the definition,
which is counted here, so its groups can exceed 100 %; what stays in the caches can exceed the speed of memory.
"""

import argparse
import ctypes
import json
import re
import subprocess
import tempfile
import threading
import time


def bandwidth(threads):
    """GB/s that all threads together copy, bytes read and bytes written."""
    size, rounds = 256 << 20, 4
    buffers = [(ctypes.create_string_buffer(size), ctypes.create_string_buffer(size)) for _ in range(threads)]

    def copy(pair):
        for _ in range(rounds):
            ctypes.memmove(pair[0], pair[1], size)

    best = 0
    for _ in range(3):
        workers = [threading.Thread(target=copy, args=(pair,)) for pair in buffers]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        best = max(best, 2 * size * rounds * threads / (time.perf_counter() - start) / 1e9)
    return best


def group(event):
    """Operator and height × width of its image, channels innermost; the rest by operator alone."""
    operator = event["args"]["operator"]
    shape = [int(n) for n in re.findall(r"\d+", event["args"]["input"].partition("[")[2])]
    is_image = len(shape) == 4 and operator not in ("AdamW", "SGD")
    return operator, f"{shape[1]} × {shape[2]}" if is_image else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec")
    parser.add_argument("--zoo", default=".build/release/zoo", help="the executable")
    parser.add_argument("--mode", default="predict", choices=["train", "predict"])
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5, help="each group's best time counts")
    parser.add_argument("--lines", type=int, default=16)
    arguments = parser.parse_args()
    memory = bandwidth(arguments.threads)
    best, peak = {}, 0
    for _ in range(arguments.rounds):
        with tempfile.NamedTemporaryFile(suffix=".json") as trace:
            command = [arguments.zoo, "bench", arguments.spec, "--mode", arguments.mode, "--batch", str(arguments.batch),
                       "--threads", str(arguments.threads), "--precision", arguments.precision, "--seconds", "2",
                       "--profile", "--trace", trace.name, "--json"]
            result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            peak = max(peak, result["peak_gigaflops_per_second"])
            groups = {}
            for event in json.load(open(trace.name))["traceEvents"]:
                row = groups.setdefault(group(event), [0, 0, 0, 0])
                for index, value in enumerate([1, event["dur"] / 1e6, event["args"]["flops"], event["args"]["bytes"]]):
                    row[index] += value
        for name, row in groups.items():
            if name not in best or row[1] < best[name][1]:
                best[name] = row
    total = sum(row[1] for row in best.values())
    print(f"peak {peak:.0f} GFLOP/s, memory {memory:.0f} GB/s, {arguments.threads} threads; a step of {total * 1e3:.0f} ms\n")
    print("| operator | image | nodes | ms | share | GFLOP/s | GB/s | bound by | of the bound |\n" + "|---" * 9 + "|")
    for (operator, image), (nodes, seconds, flops, bytes) in sorted(best.items(), key=lambda item: -item[1][1])[:arguments.lines]:
        arithmetic, traffic = flops / peak / 1e9, bytes / memory / 1e9
        print(f"| {operator} | {image} | {nodes} | {seconds * 1e3:.1f} | {100 * seconds / total:.0f} % "
              f"| {flops / seconds / 1e9:.0f} | {bytes / seconds / 1e9:.0f} | {'arithmetic' if arithmetic > traffic else 'memory'} "
              f"| {100 * max(arithmetic, traffic) / seconds:.0f} % |")


if __name__ == "__main__":
    main()
