#!/usr/bin/env python3
"""Tiny models with timm's and torchvision's names, random in every tensor, and their logits.

    python3 make.py

Needs torch, torchvision, timm and safetensors.
"""

import pathlib

import safetensors.torch
import timm
import torch
import torchvision
from torch import nn
from torchvision.models import efficientnet, resnet

FOLDER = pathlib.Path(__file__).parent
WIDTH = 4


class TinyResNet(resnet.ResNet):
    """torchvision's ResNet with one narrow block a stage."""

    def __init__(self):
        nn.Module.__init__(self)
        self._norm_layer = nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = WIDTH, 1, 1, 64
        self.conv1 = nn.Conv2d(3, WIDTH, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTH)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = self._make_layer(resnet.BasicBlock, WIDTH, 1)
        self.layer2 = self._make_layer(resnet.BasicBlock, 2 * WIDTH, 1, stride=2)
        self.layer3 = self._make_layer(resnet.BasicBlock, 4 * WIDTH, 1, stride=2)
        self.layer4 = self._make_layer(resnet.BasicBlock, 8 * WIDTH, 1, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8 * WIDTH, 5)


def tiny_efficientnet(library):
    if library == "timm":
        return timm.models.efficientnet._gen_efficientnet(
            "efficientnet_b0", channel_multiplier=0.1, depth_multiplier=0.1, num_classes=5)
    settings, last = efficientnet._efficientnet_conf("efficientnet_b0", width_mult=0.1, depth_mult=0.1)
    return efficientnet.EfficientNet(settings, dropout=0, last_channel=128, num_classes=5)


def randomize(model):
    torch.manual_seed(5)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.2)
                module.running_var.uniform_(0.5, 2)
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.2)
            elif isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
                module.bias.normal_(0, 0.2)
    return model.eval()


torch.manual_seed(4)
expected = {"input": torch.randn(2, 3, 32, 32)}
for name, model in [("resnet", TinyResNet()), ("efficientnet-timm", tiny_efficientnet("timm")),
                    ("efficientnet-torchvision", tiny_efficientnet("torchvision"))]:
    model = randomize(model)
    with torch.inference_mode():
        expected[name] = model(expected["input"])
    state = {key: tensor.contiguous() for key, tensor in model.state_dict().items()}
    if name == "resnet":
        torch.save(state, FOLDER / f"{name}.pth")
    else:
        safetensors.torch.save_file(state, FOLDER / f"{name}.safetensors")
safetensors.torch.save_file(expected, FOLDER / "expected.safetensors")
