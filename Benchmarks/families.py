"""24 families of timm's models beside ONNX Runtime and OpenVINO: the same ONNX file, turn about in one run.

    python -m venv .venv
    .venv/bin/pip install torch timm onnx onnxruntime openvino
    swift build -c release --product zoo
    .venv/bin/python Benchmarks/families.py --zoo .build/release/zoo

Exports each model as torch does (opset 17, a fixed batch, random weights), holds our logits against ONNX Runtime's, measures
images a second, and prints the ratios to the best peer and the operators that take the most time, as `zoo bench --profile`
says. `--only fastvit mixnet --batch 8 --peers onnxruntime --seconds 2` is the quick look. Every contestant is a process of
its own that waits while the others work; a figure is the median of the rounds. Files are kept in `--models` and not exported
again.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

FAMILIES = [
    "fastvit_t8", "mixnet_s", "ghostnet_100", "edgenext_xx_small", "convnext_atto", "regnety_008", "resnext50_32x4d",
    "xcit_nano_12_p16_224", "vit_tiny_patch16_224", "hrnet_w18_small", "mnasnet_100", "swin_tiny_patch4_window7_224",
    "mobilenetv3_large_100", "mixer_s16_224", "densenet121", "mobileone_s0", "inception_v3", "mobilenetv2_100",
    "seresnet50", "efficientnetv2_rw_t", "resnet50", "dla34", "repvgg_a0", "vgg11_bn",
]
PEERS = ["onnxruntime", "openvino"]
TOLERANCE = 1e-3


def randomize(model):
    """Statistics and biases that aren't 0 and 1, so that nothing is folded away that a trained model has; scales below 1, so
    that what adds up over many blocks stays in range."""
    import torch
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.7, 1.4)
                module.weight.uniform_(0.3, 0.9)
                module.bias.normal_(0, 0.1)
            elif isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)) and module.bias is not None:
                module.bias.normal_(0, 0.1)
    return model.eval()


def export(name, batch, folder):
    """The ONNX file of a model for a batch, made unless it is there."""
    path = folder / f"{name}-{batch}.onnx"
    if path.exists():
        return path
    import timm
    import torch
    torch.manual_seed(1)
    model = randomize(timm.create_model(name, num_classes=10))
    size = model.default_cfg["input_size"]
    part = path.with_suffix(".part")
    torch.onnx.export(model, (torch.randn(batch, *size),), str(part), input_names=["x"], output_names=["y"],
                      opset_version=17, dynamo=False)
    part.rename(path)
    return path


def onnxruntime_session(path, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])


def sample(path):
    """An input for a model: the same numbers each time."""
    import numpy
    import onnx
    dimensions = onnx.load(str(path), load_external_data=False).graph.input[0].type.tensor_type.shape.dim
    shape = [dimension.dim_value for dimension in dimensions]
    return numpy.random.default_rng(1).standard_normal(shape).astype(numpy.float32)


def worker(arguments):
    """Reads "go", answers with images a second."""
    path, x = arguments.file, sample(arguments.file)
    if arguments.worker == "onnxruntime":
        session = onnxruntime_session(path, arguments.threads)
        step = lambda: session.run(None, {"x": x})
    else:
        import openvino
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(path), "CPU", {
            "INFERENCE_NUM_THREADS": arguments.threads, "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32"})
        request = compiled.create_infer_request()
        step = lambda: request.infer([x])
    for _ in range(3):
        step()
    print("ready", flush=True)
    for _ in sys.stdin:
        steps, start = 0, time.perf_counter()
        while time.perf_counter() - start < arguments.seconds or steps < 2:
            step()
            steps += 1
        print(steps * len(x) / (time.perf_counter() - start), flush=True)


class Peer:
    def __init__(self, name, path, arguments):
        command = [sys.executable, __file__, "--worker", name, "--file", str(path), "--threads",
                   str(arguments.threads), "--seconds", str(arguments.seconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True,
                                        env=dict(os.environ, OMP_WAIT_POLICY="PASSIVE"))
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{name} doesn't run {path.name}")

    def measure(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


class Zoo:
    def __init__(self, zoo, path, batch, arguments):
        self.command = [zoo, "bench", str(path), "--batch", str(batch), "--threads", str(arguments.threads),
                        "--seconds", str(max(1, round(arguments.seconds))), "--json"]

    def run(self, *more):
        run = subprocess.run(self.command + list(more), capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(run.stderr.strip())
        return json.loads(run.stdout)

    def measure(self):
        return self.run()["items_per_second"]["median"]

    def profile(self):
        return self.run("--profile")["profile"]

    def close(self):
        pass


def difference(zoo, path, arguments):
    """The largest difference of our logits from ONNX Runtime's, relative to the largest logit."""
    import numpy
    x = sample(path)
    expected = onnxruntime_session(path, arguments.threads).run(None, {"x": x})[0]
    with tempfile.TemporaryDirectory() as folder:
        numpy.save(f"{folder}/x.npy", x)
        run = subprocess.run([zoo, "run", str(path), "--input", f"x={folder}/x.npy", "--output",
                              f"y={folder}/y.npy"], capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(run.stderr.strip())
        found = numpy.load(f"{folder}/y.npy")
    return float(numpy.abs(found - expected).max() / numpy.abs(expected).max())


def measure(name, batch, arguments):
    """The rates of all contestants, the profile and the difference of the logits."""
    path = export(name, batch, arguments.models)
    contestants = {}
    for index, zoo in enumerate(arguments.zoo):
        contestants["zoo" if index == 0 else f"zoo {index + 1}"] = Zoo(zoo, path, batch, arguments)
    for peer in arguments.peers:
        try:
            contestants[peer] = Peer(peer, path, arguments)
        except RuntimeError as error:
            print(f"  {error}", file=sys.stderr)
    rates = {contestant: [] for contestant in contestants}
    try:
        for _ in range(arguments.rounds):
            for contestant in contestants:
                rates[contestant].append(contestants[contestant].measure())
        profile = contestants["zoo"].profile() if arguments.profile else []
    finally:
        for contestant in contestants.values():
            contestant.close()
    medians = {contestant: statistics.median(values) for contestant, values in rates.items()}
    peers = [medians[peer] for peer in arguments.peers if peer in medians]
    result = dict(rates=rates, medians=medians, ratio=medians["zoo"] / max(peers) if peers else None, profile=profile)
    if arguments.check:
        result["difference"] = difference(arguments.zoo[0], path, arguments)
    return result


def table(results):
    columns = list(dict.fromkeys(name for result in results.values() for name in result["medians"]))
    lines = ["| model | batch | " + " | ".join(columns) + " | ratio to the best peer | logits |",
             "|---|---|" + "---|" * (len(columns) + 2)]
    for (name, batch), result in results.items():
        cells = [f"{result['medians'][column]:.1f}" if column in result["medians"] else "" for column in columns]
        ratio = f"{result['ratio']:.2f}" if result["ratio"] else ""
        logits = f"{result['difference']:.0e}" if "difference" in result else ""
        lines.append("| " + " | ".join([name, str(batch)] + cells + [ratio, logits]) + " |")
    ratios = [result["ratio"] for result in results.values() if result["ratio"]]
    if ratios:
        lines += ["", f"geometric mean {math.exp(statistics.fmean(map(math.log, ratios))):.2f}, lowest {min(ratios):.2f}"]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", nargs="+", default=[".build/release/zoo"],
                        help="the executable; a second one is measured beside it")
    parser.add_argument("--only", nargs="+", default=[""], metavar="WORD", help="families whose names begin so")
    parser.add_argument("--batch", nargs="+", type=int, default=[8, 1])
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of one measurement")
    parser.add_argument("--models", type=pathlib.Path, default=pathlib.Path("families"), help="folder of ONNX files")
    parser.add_argument("--profile", action="store_true", help="operators that take more than 4 %% of the time")
    parser.add_argument("--check", action="store_true", help="hold the logits against ONNX Runtime's")
    parser.add_argument("--export", action="store_true", help="write the ONNX files and stop")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return worker(arguments)
    arguments.models.mkdir(parents=True, exist_ok=True)
    results = {}
    for name in [name for name in FAMILIES if any(name.startswith(word) for word in arguments.only)]:
        for batch in arguments.batch:
            if arguments.export:
                export(name, batch, arguments.models)
                continue
            try:
                result = results[name, batch] = measure(name, batch, arguments)
            except RuntimeError as error:
                print(f"{name}, batch {batch}: {error}", file=sys.stderr)
                continue
            print(f"{name}, batch {batch}: " + ", ".join(f"{key} {value:.1f}" for key, value in result["medians"].items()),
                  file=sys.stderr)
            for row in result["profile"]:
                if row["share"] >= 0.04:
                    print(f"    {row['op']} × {row['nodes']}: {row['milliseconds']:.2f} ms, {row['share']:.0%}, "
                          f"{row['gigaflops_per_second']:.0f} GFLOP/s", file=sys.stderr)
    if results:
        print(table(results))
        failed = [name for (name, _), result in results.items() if result.get("difference", 0) > TOLERANCE]
        if failed:
            sys.exit(f"logits differ by more than {TOLERANCE}: {', '.join(failed)}")


if __name__ == "__main__":
    main()
