"""Convolutions with all gradients as PyTorch computes them, written to cases.json beside this script."""

import json
import pathlib

import torch
import torch.nn.functional as functional

torch.manual_seed(20)

# name, transposed, x, weights, bias, stride, padding, dilation, groups
CASES = [
    ("stem of seven taps", False, (2, 3, 11, 9), (4, 3, 7, 7), True, 2, 3, 1, 1),
    ("three taps with stride", False, (1, 5, 8, 7), (6, 5, 3, 3), False, 2, 1, 1, 1),
    ("one tap with stride", False, (2, 4, 7, 7), (3, 4, 1, 1), True, 2, 0, 1, 1),
    ("dilated groups", False, (1, 4, 9, 10), (6, 2, 3, 2), True, (1, 2), (2, 1), (2, 3), 2),
    ("depthwise of five taps", False, (1, 6, 7, 9), (6, 1, 5, 5), False, 2, 2, 1, 6),
    ("one axis", False, (2, 3, 13), (4, 3, 5), True, 2, 1, 1, 1),
    ("three axes", False, (1, 2, 4, 5, 6), (3, 2, 3, 2, 3), True, (1, 2, 1), (1, 0, 1), 1, 1),
    ("transposed", True, (2, 4, 5, 4), (4, 3, 3, 3), True, 2, 1, 1, 1),
    ("transposed groups", True, (1, 4, 4, 5), (4, 2, 3, 2), False, (3, 1), 0, (1, 2), 2),
]


def tensor(value, digits=7):
    return {"shape": list(value.shape), "values": [float(f"{v:.{digits}g}") for v in value.flatten().tolist()]}


def spread(value, count):
    return [value] * count if isinstance(value, int) else list(value)


cases = []
for name, transposed, x_shape, w_shape, has_bias, stride, padding, dilation, groups in CASES:
    rank = len(x_shape) - 2
    # Few digits keep the file small; the gradients are those of the rounded numbers.
    x = (torch.randn(x_shape) * 8).round().div(8).requires_grad_()
    w = (torch.randn(w_shape) * 8).round().div(8).requires_grad_()
    channels = w_shape[1] * groups if transposed else w_shape[0]
    b = (torch.randn(channels) * 8).round().div(8).requires_grad_() if has_bias else None
    kind = ("conv_transpose" if transposed else "conv") + f"{rank}d"
    y = getattr(functional, kind)(x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups)
    dy = (torch.randn(y.shape) * 8).round().div(8)
    y.backward(dy)
    entry = {
        "name": name,
        "op": "ConvTranspose" if transposed else "Conv",
        "strides": spread(stride, rank),
        "pads": spread(padding, rank) * 2,
        "dilations": spread(dilation, rank),
        "group": groups,
        "x": tensor(x), "w": tensor(w), "dy": tensor(dy),
        "y": tensor(y), "dx": tensor(x.grad), "dw": tensor(w.grad),
    }
    if has_bias:
        entry["b"] = tensor(b)
        entry["db"] = tensor(b.grad)
    cases.append(entry)

path = pathlib.Path(__file__).with_name("cases.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
