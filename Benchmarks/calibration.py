#!/usr/bin/env python3
"""Does `zoo export --calibrate` keep what it says? Twenty simulated experiments, each with a model of its own.

Each model is trained for long on few cells without augmentation, calibrated on its validation items, and held against test
items of other simulated experiments. With --overconfident it sees brightfield alone and learns its few cells by heart. Prints for each the expected calibration error before and after, and
the share of wrong answers among those that are certain, for a stated error.

    python3 Benchmarks/calibration.py --zoo .build/release/zoo [--experiments 20] [--max-error 0.05] [--overconfident] [--onnx]

With --onnx (needs onnx, onnxruntime and numpy) the exported ONNX file is held against the .zoo on random pixels of the training's mean and deviation, too.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

SETTINGS = [
    "data.simulation.experiments=20", "data.simulation.cellsPerClass=40", "data.height=32", "data.width=32",
    "data.split={by: [experiment], train: 0.2, validation: 0.4, test: 0.4}", "train.epochs=40", "train.batch=16",
    "train.augment={}", "train.earlyStopping.metric=accuracy", "train.optimizer.learningRate=0.003",
]


# One channel in which healthy and apoptotic cells look much alike: what sixty epochs learn by heart isn't so of other cells.
OVERCONFIDENT = ["data.channels=[BF]", "train.epochs=60", "train.labelSmoothing=0", "train.optimizer.weightDecay=0"]


def run(zoo, *words):
    return subprocess.run([zoo, *words], check=True, capture_output=True, text=True).stdout


def probabilities_agree(folder):
    """The largest difference between ONNX Runtime's probabilities and those of the tool, on random pixels."""
    import numpy
    import onnx
    import onnxruntime

    constants = {tensor.name: onnx.numpy_helper.to_array(tensor)
                 for tensor in onnx.load(f"{folder}/m.onnx").graph.initializer}
    session = onnxruntime.InferenceSession(f"{folder}/m.onnx", providers=["CPUExecutionProvider"])
    shape = [4 if not isinstance(size, int) else size for size in session.get_inputs()[0].shape]
    noise = numpy.random.default_rng(1).normal(size=shape)
    pixels = (constants["input.mean"] + constants["input.deviation"] * noise).astype(numpy.float32)
    name = session.get_inputs()[0].name
    numpy.save(f"{folder}/pixels.npy", pixels)
    theirs = session.run(["probabilities"], {name: pixels})[0]
    subprocess.run(
        [ARGUMENTS.zoo, "run", f"{folder}/m.zoo", "--input", f"{name}={folder}/pixels.npy", "--output",
         f"probabilities={folder}/probabilities.npy"], check=True, capture_output=True)
    ours = numpy.load(f"{folder}/probabilities.npy")
    return float(numpy.abs(ours - theirs).max())


def main():
    rows = []
    for experiment in range(1, ARGUMENTS.experiments + 1):
        with tempfile.TemporaryDirectory() as folder:
            run(ARGUMENTS.zoo, "train", "quickstart", f"seed={experiment}", f"data.simulation.seed={experiment}",
                f"data.split.seed={experiment}", *SETTINGS, *(OVERCONFIDENT if ARGUMENTS.overconfident else []), "--run-dir", f"{folder}/run", "--threads", ARGUMENTS.threads)
            result = json.loads(run(
                ARGUMENTS.zoo, "export", f"{folder}/run", "--calibrate", "validation", "--max-error",
                str(ARGUMENTS.max_error), "-o", f"{folder}/m.zoo", "--onnx", f"{folder}/m.onnx", "--json"))
            calibration = result["calibration"]
            test = calibration["subsets"]["test"]
            row = {
                "temperature": calibration["decision"]["temperature"], "accuracy": test["after"]["accuracy"],
                "before": test["before"]["expected_calibration_error"], "after": test["after"]["expected_calibration_error"],
                "certain": test["certain_items"] / test["items"], "wrong": test["certain_error"],
            }
            if ARGUMENTS.onnx:
                row["onnx"] = probabilities_agree(folder)
            rows.append(row)
            print(experiment, json.dumps({key: round(value, 7) for key, value in row.items()}), flush=True)
    count = len(rows)
    mean = {key: sum(row[key] for row in rows) / count for key in rows[0]}
    print("mean", json.dumps({key: round(value, 5) for key, value in mean.items()}))
    halved = sum(row["after"] <= row["before"] / 2 for row in rows)
    print(f"calibration error at least halved in {halved} of {count}; "
          f"of the certain answers {100 * mean['wrong']:.2f} % are wrong, for a stated {100 * ARGUMENTS.max_error:.0f} %")


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--zoo", default=".build/release/zoo")
parser.add_argument("--experiments", type=int, default=20)
parser.add_argument("--max-error", type=float, default=0.05)
parser.add_argument("--threads", default="2")
parser.add_argument("--overconfident", action="store_true")
parser.add_argument("--onnx", action="store_true")
ARGUMENTS = parser.parse_args()
if not os.access(ARGUMENTS.zoo, os.X_OK):
    sys.exit(f"{ARGUMENTS.zoo} isn't there: build it, or say where it is by --zoo")
main()
