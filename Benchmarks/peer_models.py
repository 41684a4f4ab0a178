"""ResNet-18, EfficientNet-B0 and ResNet-18 + LSTM in plain PyTorch, block for block as torchvision has them; others by timm."""

import torch
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        skip = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(x)) + skip)


def resnet18_features(channels):
    """[N, channels, H, W] to [N, 512]."""
    layers = [nn.Conv2d(channels, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True),
              nn.MaxPool2d(3, 2, 1)]
    width = 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [BasicBlock(width, outputs, stride), BasicBlock(outputs, outputs, 1)]
        width = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)
        self.silu = nn.SiLU(inplace=True)

    def forward(self, x):
        return x * torch.sigmoid(self.expand(self.silu(self.reduce(self.pool(x)))))


class StochasticDepth(nn.Module):
    def __init__(self, probability):
        super().__init__()
        self.keep = 1 - probability

    def forward(self, x):
        if not self.training or self.keep == 1:
            return x
        return x * torch.empty(x.shape[0], 1, 1, 1, dtype=x.dtype).bernoulli_(self.keep).div_(self.keep)


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion, drop):
        super().__init__()
        hidden = inputs * expansion

        def convolution(a, b, kernel=1, stride=1, groups=1):
            return [nn.Conv2d(a, b, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(b)]

        layers = [] if expansion == 1 else convolution(inputs, hidden) + [nn.SiLU(inplace=True)]
        layers += convolution(hidden, hidden, kernel, stride, hidden) + [nn.SiLU(inplace=True)]
        layers += [SqueezeExcite(hidden, max(1, inputs // 4))] + convolution(hidden, outputs)
        self.block = nn.Sequential(*layers)
        self.drop = StochasticDepth(drop)
        self.has_skip = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.drop(self.block(x)) if self.has_skip else self.block(x)


def efficientnet_b0_features(channels):
    """[N, channels, H, W] to [N, 1280]."""
    stages = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
              (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
    layers = [nn.Conv2d(channels, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.SiLU(inplace=True)]
    total, index, width = sum(stage[4] for stage in stages), 0, 32
    for expansion, kernel, stride, outputs, repeats in stages:
        for repeat in range(repeats):
            layers.append(InvertedResidual(
                width, outputs, kernel, stride if repeat == 0 else 1, expansion, 0.2 * index / total))
            width, index = outputs, index + 1
    return nn.Sequential(
        *layers, nn.Conv2d(320, 1280, 1, bias=False), nn.BatchNorm2d(1280), nn.SiLU(inplace=True),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2))


class Sequence(nn.Module):
    """ResNet-18 on every frame, an LSTM over the frames, the last state to logits."""

    def __init__(self, channels, classes, hidden=256):
        super().__init__()
        self.backbone = resnet18_features(channels)
        self.lstm = nn.LSTM(512, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        n, frames = x.shape[:2]
        features = self.backbone(x.flatten(0, 1)).view(n, frames, -1)
        return self.head(self.lstm(features)[0][:, -1])


def build(name, channels=5, classes=3):
    if name == "resnet18":
        return nn.Sequential(resnet18_features(channels), nn.Linear(512, classes))
    if name == "efficientnet_b0":
        return nn.Sequential(efficientnet_b0_features(channels), nn.Linear(1280, classes))
    if name != "resnet18_lstm":
        import peers
        import timm
        return timm.create_model(peers.FAMILIES[name], in_chans=channels, num_classes=classes)
    return Sequence(channels, classes)


def sample(name, batch, channels=5):
    """Input of the size that the table is about."""
    shape = (batch, 9, channels, 64, 64) if name == "resnet18_lstm" else (batch, channels, 224, 224)
    return torch.rand(*shape)
