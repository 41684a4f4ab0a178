"""Computes with PyTorch what our models must compute too: logits, gradients and the losses of 20 AdamW steps.

    python3 Benchmarks/parity.py            writes the small fixtures of the tests
    python3 Benchmarks/parity.py --full     holds the models at their full size against PyTorch (some minutes)

Needs torch, timm, safetensors. The blocks are timm's own, the recurrent layers torch's. Everything is computed in
float64 from float32 weights, so that a difference is ours. A model starts from random weights of which none is zero
(timm starts the last normalisation of a block at 0, which makes most gradients 0), with running statistics of a few
batches. Blocks add little to their input, and steps are small: with more of either, PyTorch's own losses in float32
leave those in float64 by a tenth within 20 steps, and nothing could be told from a comparison. A gradient jumps where
a ReLU's input crosses zero, and at full size some input always lies within rounding of it: PyTorch's own float32 is off
by up to 3e-2 (ResNet-50) and 5e-3 (ResNet-18, channels last). `sensitivity` says by how much at most the gradient of a
parameter changes if each weight is off by about 1e-5 of itself; differences of that size prove nothing. A fixture is a safetensors file: `pixels` (uint8; a sample is pixel / 64 - 2), `labels`, `weight/NAME`,
`gradient/NAME` (of the first batch, in training mode), `logits` (of the first batch, in prediction mode), `losses`
(of steps that go over the batches in turn); its metadata say what it is a model of.
"""

import argparse
import copy
import json
import os
import pathlib
import subprocess
import tempfile

import timm
import torch
from safetensors.torch import save_file
from timm.models.resnet import BasicBlock, Bottleneck
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parent.parent
SMALL = ROOT / "Tests/WorkbenchTests/Fixtures/parity"
STEPS, BATCHES, CLASSES = 20, 3, 4
RECIPE = {"weightDecay": 0.05, "labelSmoothing": 0.1}
# The deepest model, and the one of blocks without an activation at their end, are the worst conditioned.
LEARNING_RATES = {"resnet50": 1e-4, "mobilenet_v2": 1e-4}


class ResNet(nn.Module):
    """timm's ResNet with any width, which timm itself fixes at 64."""

    def __init__(self, block, blocks, width, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for stage, count in enumerate(blocks):
            layers = []
            for index in range(count):
                planes, stride = width << stage, 2 if stage > 0 and index == 0 else 1
                downsample = None
                if stride != 1 or inputs != planes * block.expansion:
                    downsample = nn.Sequential(
                        nn.Conv2d(inputs, planes * block.expansion, 1, stride, bias=False),
                        nn.BatchNorm2d(planes * block.expansion))
                layers.append(block(inputs, planes, stride, downsample))
                inputs = planes * block.expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.num_features = inputs

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3))


class Model(nn.Module):
    """A backbone, a recurrent layer for sequences, and a linear head."""

    def __init__(self, backbone, recurrent=None):
        super().__init__()
        self.backbone, self.recurrent = backbone, recurrent
        features = getattr(backbone, "head_hidden_size", backbone.num_features)
        if recurrent is not None:
            features = recurrent.hidden_size * (2 if recurrent.bidirectional else 1)
        self.head = nn.ModuleDict({"fc": nn.Linear(features, CLASSES)})

    def forward(self, x):
        if self.recurrent is None:
            return self.head["fc"](self.backbone(x))
        batch, frames = x.shape[:2]
        x = self.backbone(x.flatten(0, 1)).view(batch, frames, -1)
        states = self.recurrent(x)[1]
        states = states[0] if isinstance(states, tuple) else states
        directions = 2 if self.recurrent.bidirectional else 1
        return self.head["fc"](states[-directions:].transpose(0, 1).flatten(1))


def resnet(name, blocks, block=BasicBlock, width=4, channels=2):
    return {"name": name, "width": width}, lambda: ResNet(block, blocks, width, channels)


def efficientnet(name, factor, channels=2):
    def build():
        model = timm.models.efficientnet._gen_efficientnet(
            name, channel_multiplier=factor, in_chans=channels, num_classes=0, drop_path_rate=0.0)
        return model

    return {"name": name, "width": factor, "dropPathRate": 0}, build


def mobilenet_v2(factor, channels=2):
    return {"name": "mobilenet_v2", "width": factor}, lambda: timm.models.efficientnet._gen_mobilenet_v2(
        "mobilenetv2_100", factor, in_chans=channels, num_classes=0)


def mobilenet_v3(name, factor, channels=2):
    return {"name": name, "width": factor}, lambda: timm.models.mobilenetv3._gen_mobilenet_v3(
        name, factor, in_chans=channels, num_classes=0)


def efficientnet_v2(width, depth, channels=2):
    settings = {"name": "efficientnetv2_s", "width": width, "depth": depth, "dropPathRate": 0}
    return settings, lambda: timm.models.efficientnet._gen_efficientnetv2_s(
        "efficientnetv2_s", channel_multiplier=width, depth_multiplier=depth, in_chans=channels, num_classes=0)


def regnet(channels=2):
    config = timm.models.regnet.RegNetCfg(w0=16, wa=24, wm=2.0, group_size=8, depth=5, se_ratio=0.25, stem_width=16)
    return {"name": "regnety_tiny"}, lambda: timm.models.regnet.RegNet(config, in_chans=channels, num_classes=0)


def densenet(channels=2):
    return {"name": "densenet_tiny"}, lambda: timm.models.densenet.DenseNet(
        growth_rate=8, block_config=(2, 2, 2, 2), in_chans=channels, num_classes=0)


def convnext(channels=2):
    return {"name": "convnext_micro", "width": 8}, lambda: timm.models.convnext.ConvNeXt(
        depths=(1, 1, 2, 1), dims=(8, 16, 32, 64), ls_init_value=1.0, conv_mlp=True, in_chans=channels, num_classes=0)


def vision_transformer(size, channels=2):
    settings = {"name": "vit_micro_patch8", "width": 32, "depth": 2, "heads": 2}
    return settings, lambda: timm.models.vision_transformer.VisionTransformer(
        img_size=size, patch_size=8, embed_dim=32, depth=2, num_heads=2, in_chans=channels, num_classes=0)


def small_cases():
    tiny = resnet("resnet10_tiny", [1, 1, 1, 1])
    yield "resnet18", 48, None, resnet("resnet18", [2, 2, 2, 2]), None
    yield "resnet50", 48, None, resnet("resnet50", [3, 4, 6, 3], Bottleneck, width=3), None
    yield "efficientnet_b0", 64, None, efficientnet("efficientnet_b0", 0.1), None
    yield "mobilenet_v2", 64, None, mobilenet_v2(0.1), None
    yield "mobilenetv3_small", 48, None, mobilenet_v3("mobilenetv3_small_100", 0.1), None
    yield "efficientnetv2", 64, None, efficientnet_v2(0.1, 0.2), None
    yield "regnety", 64, None, regnet(), None
    yield "densenet", 64, None, densenet(), None
    yield "convnext", 64, None, convnext(), None
    yield "vit", 40, None, vision_transformer(40), None
    yield "lstm", 32, 3, tiny, ({"name": "lstm", "hidden": 12}, lambda n: nn.LSTM(n, 12, batch_first=True))
    yield "lstm-two-layers", 32, 3, tiny, (
        {"name": "lstm", "hidden": 6, "layers": 2, "bidirectional": True},
        lambda n: nn.LSTM(n, 6, num_layers=2, bidirectional=True, batch_first=True))
    yield "gru", 32, 3, tiny, ({"name": "gru", "hidden": 12}, lambda n: nn.GRU(n, 12, batch_first=True))


def full_cases():
    def model(name, **more):
        return {"name": name, **more}, lambda: timm.create_model(name, num_classes=0, in_chans=2)

    yield "resnet18", 160, None, model("resnet18"), None
    yield "resnet50", 160, None, model("resnet50"), None
    yield "efficientnet_b0", 160, None, model("efficientnet_b0", dropPathRate=0), None
    for name in ["resnext50_32x4d", "seresnet50", "regnety_008", "densenet121", "convnext_atto", "inception_v3"]:
        yield name, 160, None, model(name), None
    yield "lstm", 64, 9, model("resnet18"), (
        {"name": "lstm", "hidden": 256}, lambda n: nn.LSTM(n, 256, batch_first=True))


def our_name(name):
    """`recurrent` is the temporal part's `rnn`, a head's normalisation belongs to the backbone; others are ours already."""
    return name.replace("recurrent.", "temporal.rnn.").replace("backbone.head.norm.", "backbone.norm.")


def randomize(model):
    """No weight at zero, and a well-conditioned start; see above."""
    basic = {name for name, module in model.named_modules() if isinstance(module, BasicBlock)}
    for name, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            block, _, layer = name.rpartition(".")
            scale = 0.3 if layer == "bn3" or (layer == "bn2" and block in basic) else 1
            nn.init.uniform_(module.weight, 0.5 * scale, 1.5 * scale)
            nn.init.uniform_(module.bias, -0.3, 0.3)
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            nn.init.uniform_(module.bias, -0.3, 0.3)


def sensitivity(model, x, y, loss):
    """The largest relative change of a parameter's gradient under changes of all weights as small as roundings."""
    def gradients(model):
        model.train()
        loss(model(x), y).backward()
        return [p.grad for p in model.parameters()]

    exact, worst = gradients(copy.deepcopy(model)), 0.0
    whole = torch.cat([g.flatten() for g in exact]).norm()
    for _ in range(3):
        changed = copy.deepcopy(model)
        with torch.no_grad():
            for parameter in changed.parameters():
                parameter.mul_(1 + 1e-5 * torch.randn_like(parameter))
        for ours, theirs in zip(gradients(changed), exact):
            if theirs.norm() > 1e-6 * whole:
                worst = max(worst, ((ours - theirs).norm() / theirs.norm()).item())
    return worst


def start(name, size, frames, backbone, recurrent, batch=8):
    """The model that all references are computed from, its batches, and both as the file holds them."""
    torch.manual_seed(1)
    settings, build = backbone
    network = build()
    model = Model(network, recurrent and recurrent[1](network.num_features))
    randomize(model)
    shape = (BATCHES * batch, frames, 2, size, size) if frames else (BATCHES * batch, 2, size, size)
    pixels = torch.randint(0, 256, shape, dtype=torch.uint8)
    labels = torch.randint(0, CLASSES, (BATCHES * batch,))
    model.double()
    samples = pixels.double() / 64 - 2
    batches = list(zip(samples.split(batch), labels.split(batch)))
    model.train()
    with torch.no_grad():
        for _ in range(10):
            for x, _ in batches:
                model(x)
    # All that follows starts from what the file holds.
    model.float().double()
    tensors = {f"weight/{our_name(key)}": value.float() for key, value in model.state_dict().items()
               if not key.endswith("num_batches_tracked")}
    tensors |= {"pixels": pixels, "labels": labels}
    description = {"backbone": settings, "temporal": recurrent and recurrent[0], "frames": frames, "size": size,
                   "batch": batch, "learningRate": LEARNING_RATES.get(name, 1e-3), **RECIPE}
    return model, batches, tensors, description


def file_of(tensors, description):
    return {key: value.contiguous().clone() for key, value in tensors.items()}, {"model": json.dumps(description)}


def fixture(name, size, frames, backbone, recurrent):
    model, batches, tensors, description = start(name, size, frames, backbone, recurrent)
    model.eval()
    with torch.no_grad():
        tensors["logits"] = model(batches[0][0]).float()
    model.train()
    loss = nn.CrossEntropyLoss(label_smoothing=RECIPE["labelSmoothing"])
    sensitive = sensitivity(model, *batches[0], loss) if size > 64 or (frames or 0) > 3 else 0
    parameters = dict(model.named_parameters())
    learning_rate = description["learningRate"]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters.values() if p.ndim > 1], "weight_decay": RECIPE["weightDecay"]},
         {"params": [p for p in parameters.values() if p.ndim <= 1], "weight_decay": 0.0}], lr=learning_rate)
    losses = []
    for step in range(STEPS):
        x, y = batches[step % BATCHES]
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        losses.append(value.item())
        if step == 0:
            tensors |= {f"gradient/{our_name(key)}": p.grad.float() for key, p in parameters.items()}
        optimizer.step()
    tensors["losses"] = torch.tensor(losses)
    if sensitive:
        description["sensitivity"] = sensitive
    return file_of(tensors, description)


def write(cases, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        tensors, metadata = fixture(*case)
        path = folder / f"{case[0]}.safetensors"
        save_file(tensors, path, metadata)
        print(f"{path}: {path.stat().st_size} bytes, losses {tensors['losses'][0]:.4f} … {tensors['losses'][-1]:.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="compare the models at their full size")
    parser.add_argument("--only", default="", help="the fixtures whose names begin with this")
    arguments = parser.parse_args()
    if not arguments.full:
        return write((case for case in small_cases() if case[0].startswith(arguments.only)), SMALL)
    with tempfile.TemporaryDirectory() as folder:
        write(full_cases(), pathlib.Path(folder))
        subprocess.run(
            ["swift", "test", "-c", "release", "--filter", "ParityTests"], cwd=ROOT, check=True,
            env={**os.environ, "ZOO_PARITY": folder})


if __name__ == "__main__":
    main()
