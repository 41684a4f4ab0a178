#!/usr/bin/env python3
"""Weights of timm's and torchvision's models against the libraries themselves.

    python3 Benchmarks/weights.py [--zoo .build/release/zoo] [--only WORD]

Needs torch, timm, torchvision, safetensors and numpy. Models are randomly initialised, with random biases, scales and
running statistics. Logits have to be within 1e-4, relative to the largest where that is more than 1. With five channels,
`--stem repeat` is compared with timm's own rule.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy
import safetensors.torch
import timm
import torch
import torchvision

TOLERANCE = 1e-4

# Backbone, library, format of the file, channels.
CASES = [
    ("resnet18", "timm", "safetensors", 3), ("resnet34", "timm", "safetensors", 3),
    ("resnet50", "timm", "safetensors", 3), ("efficientnet_b0", "timm", "safetensors", 3),
    ("efficientnet_b1", "timm", "safetensors", 3), ("resnet18", "timm", "pth", 3),
    ("efficientnet_b0", "timm", "pth", 3), ("resnet18", "timm", "safetensors", 1),
    ("resnet18", "torchvision", "pth", 3), ("resnet50", "torchvision", "safetensors", 3),
    ("efficientnet_b0", "torchvision", "safetensors", 3), ("efficientnet_b2", "torchvision", "pth", 3),
    ("resnet101", "timm", "safetensors", 3), ("resnext50_32x4d", "timm", "safetensors", 3),
    ("resnext50_32x4d", "torchvision", "pth", 3), ("wide_resnet50_2", "timm", "safetensors", 3),
    ("seresnet50", "timm", "safetensors", 3), ("efficientnet_b2", "timm", "safetensors", 3),
    ("efficientnet_b3", "timm", "safetensors", 3), ("efficientnet_b4", "timm", "safetensors", 3),
    ("efficientnetv2_s", "timm", "safetensors", 3), ("mobilenet_v2", "timm", "safetensors", 3),
    ("mobilenetv3_small_100", "timm", "safetensors", 3), ("mobilenetv3_large_100", "timm", "safetensors", 3),
    ("regnety_008", "timm", "safetensors", 3), ("regnety_016", "timm", "safetensors", 3),
    ("densenet121", "timm", "safetensors", 3), ("densenet121", "torchvision", "pth", 3),
    ("convnext_atto", "timm", "safetensors", 3), ("convnext_tiny", "timm", "safetensors", 3),
    ("vgg11_bn", "timm", "safetensors", 3), ("inception_v3", "timm", "safetensors", 3),
    ("vit_tiny_patch16", "timm", "safetensors", 3), ("vit_small_patch16", "timm", "safetensors", 3),
    ("r2plus1d_18", "torchvision", "pth", 3),
]

# What timm calls them, where it isn't the same.
TIMM = {"mobilenet_v2": "mobilenetv2_100", "vit_tiny_patch16": "vit_tiny_patch16_224",
        "vit_small_patch16": "vit_small_patch16_224"}
# With scales around 1 the images grow from block to block until PyTorch's float32 is off by a quarter of its float64.
DEEP = {"efficientnetv2_s"}
# Images smaller than these don't fit.
SMALLEST = {"vit_tiny_patch16": 224, "vit_small_patch16": 224, "vgg11_bn": 224}


# Take [N, C, T, H, W].
FILMS = {"r2plus1d_18"}


def randomize(model, scale=1.0):
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.BatchNorm3d)):
                module.running_mean.normal_(0, 0.2)
                module.running_var.uniform_(0.5, 2)
                module.weight.uniform_(0.5 * scale, 1.5 * scale)
                module.bias.normal_(0, 0.2)
            elif isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)) and module.bias is not None:
                module.bias.normal_(0, 0.2)
    return model.eval()


def build(library, name, channels):
    torch.manual_seed(3)
    if library == "timm":
        model = timm.create_model(TIMM.get(name, name), num_classes=10, in_chans=channels)
        return randomize(model, 0.5 if name in DEEP else 1.0)
    return randomize(torchvision.models.get_model(name, weights=None, num_classes=10))


def save(model, path):
    if path.suffix == ".safetensors":
        safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, path)
    else:
        torch.save(model.state_dict(), path)


def logits(zoo, weights, name, channels, samples, folder, words=()):
    model = folder / "model.zoo"
    done = subprocess.run([zoo, "import", str(weights), "--as", name, "--size", str(samples.shape[-1]), "-o", str(model),
                           *words], check=True, capture_output=True, text=True)
    numpy.save(folder / "input.npy", samples.numpy())
    subprocess.run([zoo, "run", str(model), "--input", f"image={folder / 'input.npy'}",
                    "--output", f"logits={folder / 'logits.npy'}"], check=True, capture_output=True, text=True)
    return torch.from_numpy(numpy.load(folder / "logits.npy")), done.stdout


def difference(actual, expected):
    return float((actual - expected).abs().max() / max(1.0, float(expected.abs().max())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    passed = failed = 0

    def report(name, make):
        nonlocal passed, failed
        try:
            found, note = make()
            right, outcome = found <= TOLERANCE, f"{found:.1e}  {note}"
        except subprocess.CalledProcessError as error:
            right, outcome = False, error.stderr.strip()
        passed, failed = passed + right, failed + (not right)
        print(f"{'passed' if right else 'FAILED'}  {name:48} {outcome}", flush=True)

    with tempfile.TemporaryDirectory() as temporary, torch.inference_mode():
        folder = pathlib.Path(temporary)

        def plain(name, library, kind, channels):
            model, path = build(library, name, channels), folder / f"weights.{kind}"
            save(model, path)
            size = SMALLEST.get(name, 96)
            samples = torch.randn(2, channels, size, size)
            actual, text = logits(arguments.zoo, path, name, channels, samples, folder)
            # A single image is a film of one frame.
            expected = model(samples.unsqueeze(2) if name in FILMS else samples)
            return difference(actual, expected), ", ".join(text.splitlines()[1:5])

        def stem():
            # timm's rule, as its loader applies it to a file with three channels.
            from timm.models import adapt_input_conv
            model, path = build("timm", "resnet18", 3), folder / "weights.safetensors"
            save(model, path)
            wide = build("timm", "resnet18", 5)
            state = model.state_dict()
            state["conv1.weight"] = adapt_input_conv(5, state["conv1.weight"])
            wide.load_state_dict(state)
            samples = torch.randn(2, 5, 96, 96)
            words = ["--channels", "a,b,c,d,e", "--stem", "repeat"]
            actual, text = logits(arguments.zoo, path, "resnet18", 5, samples, folder, words)
            return difference(actual, wide(samples)), ", ".join(text.splitlines()[1:5])

        for case in CASES:
            name = " ".join(map(str, case))
            if arguments.only in name:
                report(name, lambda: plain(*case))
        if arguments.only in "stem":
            report("resnet18 timm, stem repeated for 5 channels", stem)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
