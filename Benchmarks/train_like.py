"""Trains a ResNet-18 in PyTorch on the same split and by the same recipe as a run of `zoo train`.

    python3 Benchmarks/train_like.py RUN_FOLDER DATA_ROOT --seeds 1 2 3

RUN_FOLDER is a finished run on a CSV manifest of one-channel PNGs (it holds spec.json and split.csv); DATA_ROOT is the
folder that its paths are relative to. Needs torch, numpy, pillow. The recipe is read from the run's spec: AdamW without
decay on biases and normalisations, warm-up and cosine, label smoothing, flips, right-angle turns, shifts and gain. The
checkpoint with the best validation balanced accuracy is tested, as `zoo train` does.
"""

import argparse
import csv
import json
import math
import pathlib

import numpy
import torch
from PIL import Image
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(x)) + shortcut)


class ResNet18(nn.Module):
    """torchvision's ResNet-18 with its initialization, for any number of channels."""

    def __init__(self, channels, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1),
                  (256, 512, 2), (512, 512, 1)]
        self.layers = nn.Sequential(*[Block(*width) for width in widths])
        self.fc = nn.Linear(512, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.layers(x).mean((2, 3)))


def augmented(image, settings, generator):
    """One image [C, H, W] after flips, right-angle turns, shift and gain."""

    def chance():
        return torch.rand((), generator=generator)

    if settings["flipHorizontal"] and chance() < 0.5:
        image = image.flip(-1)
    if settings["flipVertical"] and chance() < 0.5:
        image = image.flip(-2)
    if settings["rotate90"]:
        image = image.rot90(int(4 * chance()), (-2, -1))
    if settings["shift"]:
        reach, (height, width) = settings["shift"], image.shape[1:]
        dy, dx = (int(v) for v in torch.randint(0, 2 * reach + 1, (2,), generator=generator))
        image = functional.pad(image[None], (reach,) * 4, mode="replicate")[0, :, dy:dy + height, dx:dx + width]
    return image * (1 + settings["gain"] * (2 * chance() - 1))


def train(spec, data, seed):
    """The test balanced accuracy of the checkpoint that is best in validation."""
    recipe, classes = spec["train"], len(spec["data"]["classes"])
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    x, y = data["train"]
    model = ResNet18(x.shape[1], classes).to(memory_format=torch.channels_last)
    settings = recipe["optimizer"]
    groups = [{"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": settings["weightDecay"]},
              {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(
        groups, lr=settings["learningRate"], betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"])
    steps = len(x) // recipe["batch"]
    total, warmup = steps * recipe["epochs"], round(steps * recipe["schedule"]["warmupEpochs"])
    mean, deviation = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)

    def evaluate(subset):
        model.eval()
        images, labels = data[subset]
        with torch.no_grad():
            predicted = torch.cat([model((part - mean) / deviation) for part in images.split(64)]).argmax(1)
        return float(numpy.mean([float((predicted[labels == c] == c).float().mean()) for c in range(classes)]))

    best, tested, step = -1.0, 0.0, 0
    for _ in range(recipe["epochs"]):
        model.train()
        order = torch.randperm(len(x), generator=generator)[: steps * recipe["batch"]]
        for rows in order.split(recipe["batch"]):
            progress = (step - warmup) / max(total - 1 - warmup, 1)
            share = (step + 1) / warmup if step < warmup else 0.5 * (1 + math.cos(math.pi * progress))
            for group in optimizer.param_groups:
                group["lr"] = settings["learningRate"] * share
            images = torch.stack([augmented(x[row], recipe["augment"], generator) for row in rows])
            optimizer.zero_grad()
            logits = model((images - mean) / deviation)
            functional.cross_entropy(logits, y[rows], label_smoothing=recipe["labelSmoothing"]).backward()
            optimizer.step()
            step += 1
        value = evaluate("validation")
        if value > best:
            best, tested = value, evaluate("test")
    return tested


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    spec = json.loads((arguments.run / "spec.json").read_text())
    items = {subset: ([], []) for subset in ("train", "validation", "test")}
    with open(arguments.run / "split.csv", newline="") as file:
        for row in csv.DictReader(file):
            pixels = numpy.asarray(Image.open(arguments.root / row["id"]), numpy.float32)
            items[row["subset"]][0].append(pixels[None])
            items[row["subset"]][1].append(spec["data"]["classes"].index(row["label"]))
    data = {name: (torch.from_numpy(numpy.stack(x)), torch.tensor(y)) for name, (x, y) in items.items()}
    values = [train(spec, data, seed) for seed in arguments.seeds]
    print(json.dumps({"seeds": arguments.seeds, "balanced_accuracy": values, "mean": float(numpy.mean(values))}))


if __name__ == "__main__":
    main()
