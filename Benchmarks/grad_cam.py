"""Grad-CAM as PyTorch's autograd computes it, for models whose weights ours have too.

    python3 Benchmarks/grad_cam.py            writes the small fixture of the tests from those of parity.py
    python3 Benchmarks/grad_cam.py --full     holds five backbones at their full size against PyTorch (some minutes)

Needs torch, timm, safetensors. Everything is computed in float64: the map is relu(sum of the layer's channels, each times
the mean of the gradient of the logit) of the last layer with more than one pixel, and of an earlier one. The fixture is
JSON: for each model and layer, by its name in our graph, the classes explained and the maps.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import torch
from safetensors import safe_open
from safetensors.torch import save_file

import parity

FIXTURE = parity.SMALL.parent / "grad_cam/maps.json"
ITEMS = 4


def full_cases():
    yield from parity.full_cases()
    yield "resnet34", 160, None, ({"name": "resnet34"}, lambda: parity.timm.create_model(
        "resnet34", num_classes=0, in_chans=2)), None


def load(model, path):
    """The weights of a fixture of parity.py into `model`, and its first samples."""
    with safe_open(path, "pt") as file:
        names = {parity.our_name(key): key for key in model.state_dict() if not key.endswith("num_batches_tracked")}
        state = {key: file.get_tensor(f"weight/{name}") for name, key in names.items()}
        model.load_state_dict(state, strict=False)
        pixels = file.get_tensor("pixels")[:ITEMS]
    return model.double().eval(), pixels.double() / 64 - 2


def layers(backbone):
    """Names in our graph and modules of torch, the last layers first."""
    if hasattr(backbone, "layer4"):
        for stage in (4, 3, 2):
            block = getattr(backbone, f"layer{stage}")
            yield f"layer{stage}", block
    else:
        yield "conv_head", backbone.bn2
        yield "blocks.4", backbone.blocks[4]
        yield "blocks.3", backbone.blocks[3]


def maps(model, x, module):
    kept = {}
    hook = module.register_forward_hook(lambda _, __, output: kept.update(layer=output))
    logits = model(x)
    hook.remove()
    classes = logits.argmax(1)
    gradient, = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), kept["layer"])
    layer = kept["layer"]
    cam = torch.relu((gradient.mean((2, 3), keepdim=True) * layer).sum(1))
    return classes, cam.detach()


def reference(case, path):
    name, size, frames, (settings, build), recurrent = case
    network = build()
    model, x = load(parity.Model(network, recurrent and recurrent[1](network.num_features)), path)
    found = []
    for layer, module in layers(model.backbone):
        classes, cam = maps(model, x, module)
        if cam[0].numel() == 1:
            continue
        found.append({"layer": layer, "isLast": not found, "classes": classes.tolist(),
                      "height": cam.shape[1], "width": cam.shape[2], "frames": frames or 1,
                      "maps": [float(f"{value:.7g}") for value in cam.flatten().tolist()]})
    return found[:2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="compare five backbones at their full size")
    if not parser.parse_args().full:
        found = {case[0]: reference(case, parity.SMALL / f"{case[0]}.safetensors") for case in parity.small_cases()
                 if case[0] == "efficientnet_b0" or hasattr(case[3][1](), "layer4")}
        FIXTURE.parent.mkdir(exist_ok=True)
        return FIXTURE.write_text(json.dumps(found))
    with tempfile.TemporaryDirectory() as folder:
        folder, found = pathlib.Path(folder), {}
        for case in full_cases():
            # Those whose layers this script can name.
            backbone = case[3][1]()
            if not (hasattr(backbone, "layer4") or hasattr(backbone, "conv_head") and hasattr(backbone, "bn2")):
                continue
            _, _, tensors, description = parity.start(*case)
            tensors, metadata = parity.file_of(tensors, description)
            save_file(tensors, folder / f"{case[0]}.safetensors", metadata)
            found[case[0]] = reference(case, folder / f"{case[0]}.safetensors")
        (folder / "maps.json").write_text(json.dumps(found))
        subprocess.run(
            ["swift", "test", "-c", "release", "-Xswiftc", "-enable-testing", "--filter", "GradCAMParityTests"],
            cwd=parity.ROOT, check=True, env={**os.environ, "ZOO_PARITY": str(folder)})


if __name__ == "__main__":
    main()
