"""The program beside PyTorch, ONNX Runtime and OpenVINO: the same models, turn about in one run.

    python -m venv .venv
    .venv/bin/pip install torch onnx onnxscript onnxruntime openvino
    swift build -c release
    .venv/bin/python Benchmarks/peers.py --zoo .build/release/zoo

Writes a Markdown table and an SVG. `--work train-resnet18 --rounds 3` is the quick look at training alone; the work of other families
(`--families`) is trained only and needs timm. Every
contestant is a process of its own that waits while the others work. A figure is the median over the rounds.

`--precision int8` predicts with 8-bit models: ours by `zoo export --quantize int8` of a model that is trained for one epoch on a few
simulated cells, OpenVINO's by NNCF, ONNX Runtime's as QDQ by its static quantizer, weights by channel; it needs nncf too.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SPECS = {
    "resnet18": "pyroptosis-3class-2d-resnet18-all",
    "efficientnet_b0": "pyroptosis-3class-2d-efficientnet_b0-all",
    "resnet18_lstm": "pyroptosis-3class-sequence-resnet18-lstm-all",
}
TITLES = {"resnet18": "ResNet-18", "efficientnet_b0": "EfficientNet-B0", "resnet18_lstm": "ResNet-18+LSTM"}
TRAIN_BATCH = {"resnet18": 32, "efficientnet_b0": 32, "resnet18_lstm": 16}
# Backbones of the catalogue and what timm calls them: trained as the first spec says, in batches of 16.
FAMILIES = {
    "resnet50": "resnet50", "seresnet50": "seresnet50", "resnext50_32x4d": "resnext50_32x4d", "mobilenet_v2": "mobilenetv2_100",
    "mobilenetv3_large_100": "mobilenetv3_large_100", "regnety_008": "regnety_008", "densenet121": "densenet121",
    "convnext_atto": "convnext_atto", "efficientnetv2_s": "efficientnetv2_s", "vit_tiny_patch16": "vit_tiny_patch16_224",
    "inception_v3": "inception_v3", "vgg11_bn": "vgg11_bn",
}
WORK = {}
for model in SPECS:
    WORK[f"train-{model}"] = (model, "train", TRAIN_BATCH[model])
for model in FAMILIES:
    WORK[f"train-{model}"] = (model, "train", 16)
for model in SPECS:
    for batch in (1, 32):
        WORK[f"predict-{model}-{batch}"] = (model, "predict", batch)
PEERS = {"train": ["torch-eager", "torch-compiled"],
         "predict": ["torch-eager", "torch-compiled", "onnxruntime", "openvino"]}


# ---- contestants: a worker reads "go" and answers with items a second ------------------------------------------------

def torch_step(model, mode, batch, threads, compiled, bf16):
    import contextlib
    import peer_models
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net, x = peer_models.build(model), peer_models.sample(model, batch)
    if x.dim() == 4:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    precision = (lambda: torch.autocast("cpu", torch.bfloat16)) if bf16 else contextlib.nullcontext
    forward = torch.compile(net) if compiled else net
    if mode == "predict":
        net.eval()

        def step():
            with torch.inference_mode(), precision():
                forward(x)
        return step
    labels = torch.arange(batch) % 3
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
    net.train()

    def step():
        optimizer.zero_grad(set_to_none=True)
        with precision():
            loss = torch.nn.functional.cross_entropy(forward(x), labels)
        loss.backward()
        optimizer.step()
    return step


def export(model, batch):
    """The model as an ONNX file."""
    import peer_models
    import torch
    torch.manual_seed(1)
    path = pathlib.Path(tempfile.mkdtemp()) / "model.onnx"
    torch.onnx.export(peer_models.build(model).eval(), (peer_models.sample(model, batch),), str(path),
                      input_names=["x"], dynamo=False)
    return path


CALIBRATION = 4


def onnxruntime_quantized(path, x):
    """The file with 8-bit weights by channel and 8-bit activations between QuantizeLinear and DequantizeLinear."""
    from onnxruntime import quantization
    from onnxruntime.quantization import shape_inference

    class Samples(quantization.CalibrationDataReader):
        left = CALIBRATION

        def get_next(self):
            self.left -= 1
            return {"x": x} if self.left >= 0 else None

    prepared, quantized = path.with_suffix(".prepared.onnx"), path.with_suffix(".int8.onnx")
    shape_inference.quant_pre_process(str(path), str(prepared))
    quantization.quantize_static(
        str(prepared), str(quantized), Samples(), quant_format=quantization.QuantFormat.QDQ, per_channel=True,
        activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8)
    return quantized


def onnxruntime_step(model, batch, threads, int8):
    import onnxruntime
    import peer_models
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    path = export(model, batch)
    if int8:
        path = onnxruntime_quantized(path, peer_models.sample(model, batch).numpy())
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    x = peer_models.sample(model, batch).numpy()
    return lambda: session.run(None, {"x": x})


def openvino_step(model, batch, threads, bf16, int8):
    import openvino
    import peer_models
    core, x = openvino.Core(), peer_models.sample(model, batch).numpy()
    network = core.read_model(export(model, batch))
    if int8:
        import nncf
        network = nncf.quantize(network, nncf.Dataset([x] * CALIBRATION), subset_size=CALIBRATION)
    compiled = core.compile_model(network, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32"})
    request = compiled.create_infer_request()
    return lambda: request.infer([x])


def peak_memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def worker(arguments):
    model, mode, batch = WORK[arguments.work[0]]
    bf16, int8, name = arguments.precision == "bf16", arguments.precision == "int8", arguments.worker
    if name.startswith("torch"):
        step = torch_step(model, mode, batch, arguments.threads, name == "torch-compiled", bf16)
    elif name == "onnxruntime":
        step = onnxruntime_step(model, batch, arguments.threads, int8)
    else:
        step = openvino_step(model, batch, arguments.threads, bf16, int8)
    for _ in range(3):
        step()
    print("ready", flush=True)
    for _ in sys.stdin:
        steps, start = 0, time.perf_counter()
        while time.perf_counter() - start < arguments.seconds or steps < 2:
            step()
            steps += 1
        print(json.dumps(dict(rate=steps * batch / (time.perf_counter() - start), memory=peak_memory())), flush=True)


class Peer:
    def __init__(self, name, work, arguments):
        command = [sys.executable, __file__, "--worker", name, "--work", work, "--threads", str(arguments.threads),
                   "--seconds", str(arguments.seconds), "--precision", arguments.precision]
        environment = dict(os.environ, OMP_WAIT_POLICY="PASSIVE")
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, env=environment)
        while (line := self.process.stdout.readline()) and line.strip() != "ready":
            pass
        if not line:
            self.log.seek(0)
            raise RuntimeError(self.log.read().strip().splitlines()[-1:] or ["it ended"])

    def measure(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("it ended")
        result = json.loads(line)
        return result["rate"], result["memory"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


class Zoo:
    folders = {}

    def __init__(self, work, arguments):
        model, mode, batch = WORK[work]
        precision = "bfloat16" if arguments.precision == "bf16" else "float32"
        spec = [SPECS[model]] if model in SPECS else [SPECS["resnet18"], f"model.backbone={model}"]
        if arguments.precision == "int8":
            spec = [self.quantized(model, arguments)]
        self.command = [arguments.zoo, "bench", *spec, "--mode", mode, "--batch", str(batch), "--threads",
                        str(arguments.threads), "--seconds", str(round(arguments.seconds)), "--precision", precision, "--json"]
        self.measure()

    def quantized(self, model, arguments):
        """The 8-bit file of a model that has seen a few simulated cells; made once."""
        if model not in self.folders:
            folder = tempfile.mkdtemp()
            for line in (
                ["train", SPECS[model], "train.epochs=1", "train.batch=8", "data.simulation.cellsPerClass=3", "--run-dir", f"{folder}/run"],
                ["export", f"{folder}/run", "--quantize", "int8", "-o", f"{folder}/int8.zoo"],
            ):
                run = subprocess.run([arguments.zoo, *line], capture_output=True, text=True)
                if run.returncode:
                    raise RuntimeError(run.stderr.strip())
            self.folders[model] = f"{folder}/int8.zoo"
        return self.folders[model]

    def measure(self):
        run = subprocess.run(self.command, capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(run.stderr.strip())
        result = json.loads(run.stdout)
        return result["items_per_second"]["median"], result["peak_memory"]

    def close(self):
        pass


# ---- the run ----------------------------------------------------------------------------------------------------------

def measure(work, arguments):
    """Rates and peak memory of each contestant of one line of the table."""
    contestants = {}
    for name in ["zoo"] + [peer for peer in PEERS[WORK[work][1]] if peer in arguments.peers]:
        if name == "onnxruntime" and arguments.precision == "bf16" or name.startswith("torch") and arguments.precision == "int8":
            continue
        print(f"  starting {name}", file=sys.stderr)
        try:
            contestants[name] = Zoo(work, arguments) if name == "zoo" else Peer(name, work, arguments)
        except (RuntimeError, OSError) as error:
            print(f"  {name} is left out: {error}", file=sys.stderr)
    rates, memory = {name: [] for name in contestants}, {}
    for _ in range(arguments.rounds):
        for name, contestant in contestants.items():
            rate, memory[name] = contestant.measure()
            rates[name].append(rate)
            print(f"  {name}: {rate:.1f}", file=sys.stderr)
    for contestant in contestants.values():
        contestant.close()
    return rates, memory


def table(results, precision):
    columns = ["zoo"] + [name for name in PEERS["predict"] if any(name in r["rates"] for r in results.values())]
    lines = [f"Items a second ({precision}), median of the rounds (lowest – highest).", "",
             "| work | " + " | ".join(columns) + " | ratio to the best peer | peak memory, ratio |",
             "|---|" + "---|" * (len(columns) + 2)]
    for work, result in results.items():
        model, mode, batch = WORK[work]
        cells = [f"{mode} {TITLES.get(model, model)}, batch {batch}"]
        for name in columns:
            rates = result["rates"].get(name)
            cells.append(f"{statistics.median(rates):.1f} ({min(rates):.1f} – {max(rates):.1f})" if rates else "")
        cells.append(f"{result['ratio']:.2f}×" if result["ratio"] else "")
        cells.append(f"{result['memory_ratio']:.2f}" if result["memory_ratio"] else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def summarize(rates, memory):
    medians = {name: statistics.median(values) for name, values in rates.items()}
    peers = [name for name in medians if name != "zoo"]
    ratio = memory_ratio = None
    if "zoo" in medians and peers:
        ratio = medians["zoo"] / max(medians[name] for name in peers)
        torch = [memory[name] for name in peers if name.startswith("torch")]
        memory_ratio = memory["zoo"] / min(torch) if torch else None
    return dict(rates=rates, memory=memory, ratio=ratio, memory_ratio=memory_ratio)


def plot(results):
    """Ratios to the best peer as bars; the line is 1."""
    rows = [(work, result["ratio"]) for work, result in results.items() if result["ratio"]]
    limit = max([1.5] + [ratio for _, ratio in rows]) * 1.1
    height, left, width = 40 + 30 * len(rows), 270, 430
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {height}" role="img">',
             "<title>Speed as a multiple of the best peer's</title>",
             "<style>text{font:13px system-ui,sans-serif;fill:#1b1f24}.e{text-anchor:end}rect{fill:#0072b2}"
             "line{stroke:#d55e00;stroke-width:2}@media (prefers-color-scheme:dark){text{fill:#e6eaee}"
             "rect{fill:#56b4e9}}</style>"]
    for index, (work, ratio) in enumerate(rows):
        model, mode, batch = WORK[work]
        y, bar = 12 + 30 * index, width * ratio / limit
        parts.append(f'<text class="e" x="{left - 10}" y="{y + 14}">{mode} {TITLES.get(model, model)}, batch {batch}</text>'
                     f'<rect x="{left}" y="{y}" width="{bar:.1f}" height="20" rx="3"/>'
                     f'<text x="{left + bar + 8:.1f}" y="{y + 14}">{ratio:.2f}×</text>')
    one = left + width / limit
    parts.append(f'<line x1="{one:.1f}" x2="{one:.1f}" y1="4" y2="{height - 24}"/>'
                 f'<text x="{one - 30:.1f}" y="{height - 8}">best peer</text></svg>')
    return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", default=".build/release/zoo", help="the executable")
    parser.add_argument("--work", nargs="+", default=[work for work in WORK if WORK[work][0] in SPECS], choices=list(WORK), metavar="WORK",
                        help="lines of the table: " + ", ".join(WORK))
    parser.add_argument("--families", action="store_true", help="train the other families of the catalogue instead")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16", "int8"])
    parser.add_argument("--peers", nargs="+", default=PEERS["predict"], choices=PEERS["predict"], metavar="PEER",
                        help="contestants: " + ", ".join(PEERS["predict"]))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6, help="of one measurement")
    parser.add_argument("--output", default="peers", help="writes OUTPUT.md, OUTPUT.svg and OUTPUT.json")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return worker(arguments)
    results = {}
    for work in [f"train-{model}" for model in FAMILIES] if arguments.families else arguments.work:
        print(work, file=sys.stderr)
        results[work] = summarize(*measure(work, arguments))
        text = table(results, arguments.precision)
        pathlib.Path(arguments.output + ".md").write_text(text)
        pathlib.Path(arguments.output + ".svg").write_text(plot(results))
        pathlib.Path(arguments.output + ".json").write_text(json.dumps(results, indent=2) + "\n")
    print(text, end="")


if __name__ == "__main__":
    main()
