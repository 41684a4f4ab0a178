#!/usr/bin/env python3
"""Every model of the catalogue to ONNX, through ONNX's checker and ONNX Runtime, and back.

    python3 Benchmarks/round_trip.py [--zoo .build/release/zoo] [--only WORD]

Needs onnx, onnxruntime and numpy. Models are as before their first step, on simulated cells, except the first, which is
trained for one epoch. Outputs have to be within 1e-4 of ours, relative to the largest where that is more than 1; the
model that comes back has to give the same bytes.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime

TOLERANCE = 1e-4
CELLS = ["data.simulation.cellsPerClass=2", "data.simulation.experiments=8", "train.batch=2"]
IMAGE = ["quickstart", "data.height=64", "data.width=64"] + CELLS
SEQUENCE = ["pyroptosis-3class-sequence-resnet18-lstm-all", "data.height=32", "data.width=32"] + CELLS


def models(zoo):
    listed = json.loads(subprocess.run([zoo, "list", "--json"], check=True, capture_output=True, text=True).stdout)
    backbones = [plugin["name"] for plugin in listed["backbones"]]
    heads = [plugin["name"] for plugin in listed["heads"]]
    temporals = [plugin["name"] for plugin in listed["temporal"]]
    for backbone in backbones:
        for head in heads:
            yield f"image {backbone} {head}", IMAGE + [f"model.backbone={backbone}", f"model.head={head}"]
        for temporal in temporals:
            yield f"sequence {backbone} {temporal}", SEQUENCE + [f"model.backbone={backbone}",
                                                                 f"model.temporal={temporal}"]
    yield "sequence bidirectional, two layers", SEQUENCE + [
        "model.backbone=resnet10_tiny", "model.temporal={name: lstm, hidden: 24, layers: 2, bidirectional: true}"]


def zoo_outputs(zoo, model, name, samples, outputs, folder):
    numpy.save(folder / "input.npy", samples)
    words = [zoo, "run", str(model), "--input", f"{name}={folder / 'input.npy'}"]
    for output in outputs:
        words += ["--output", f"{output}={folder / (output + '.npy')}"]
    subprocess.run(words, check=True, capture_output=True, text=True)
    return [numpy.load(folder / (output + ".npy")) for output in outputs]


def check(zoo, model, folder):
    """The largest difference to ONNX Runtime; raises what is wrong."""
    exported, back = folder / "model.onnx", folder / "back.zoo"
    subprocess.run([zoo, "export", str(model), "--onnx", str(exported)], check=True, capture_output=True, text=True)
    proto = onnx.load(exported)
    onnx.checker.check_model(proto, full_check=True)
    metadata = {entry.key: entry.value for entry in proto.metadata_props}
    for key in ["zoo.channels", "zoo.classes", "zoo.image_height", "zoo.spec"]:
        if key not in metadata:
            raise RuntimeError(f"the metadata lack {key}")
    if not {"Sub", "Div"} <= {node.op_type for node in proto.graph.node if node.name.startswith("input.")}:
        raise RuntimeError("the normalisation is not in the graph")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(exported), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    outputs = [output.name for output in session.get_outputs()]
    random = numpy.random.default_rng(2)
    samples = random.random([3] + entry.shape[1:], dtype=numpy.float32)
    expected = session.run(outputs, {entry.name: samples})
    ours = zoo_outputs(zoo, model, entry.name, samples, outputs, folder)
    subprocess.run([zoo, "import", str(exported), "-o", str(back)], check=True, capture_output=True, text=True)
    again = zoo_outputs(zoo, back, entry.name, samples, outputs, folder)
    if any(one.tobytes() != other.tobytes() for one, other in zip(ours, again)):
        raise RuntimeError("the model that came back gives other bytes")
    return max(float(numpy.abs(a - e).max()) / max(1.0, float(numpy.abs(e).max())) for a, e in zip(ours, expected))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    failed = passed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        model = folder / "model.zoo"
        train = [arguments.zoo, "train"] + IMAGE + ["train.epochs=1", "--run-dir", str(folder / "run")]
        cases = [("trained resnet10_tiny linear", train, folder / "run" / "model.zoo")]
        cases += [(name, [arguments.zoo, "export"] + spec + ["-o", str(model)], model)
                  for name, spec in models(arguments.zoo)]
        for name, make, path in cases:
            if arguments.only not in name:
                continue
            try:
                subprocess.run(make, check=True, capture_output=True, text=True)
                difference = check(arguments.zoo, path, folder)
                right, outcome = difference <= TOLERANCE, f"{difference:.1e}"
            except (RuntimeError, onnx.checker.ValidationError) as error:
                right, outcome = False, str(error)
            except subprocess.CalledProcessError as error:
                right, outcome = False, error.stderr.strip()
            passed, failed = passed + right, failed + (not right)
            print(f"{'passed' if right else 'FAILED'}  {name:44} {outcome}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
