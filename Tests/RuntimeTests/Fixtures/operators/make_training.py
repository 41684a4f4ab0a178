"""Writes training.json: cross entropy and optimizer steps as PyTorch computes them.

Run in this folder, with torch installed: python make_training.py
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(7)


def numbers(tensor):
    return [float(x) for x in tensor.detach().flatten()]


def cross_entropy(items, classes, weighted, smoothing, ignored):
    logits = (3 * torch.randn(items, classes)).requires_grad_()
    labels = torch.randint(classes, (items,))
    for item in ignored:
        labels[item] = -100
    weights = torch.rand(classes) + 0.1 if weighted else None
    loss = F.cross_entropy(logits, labels, weights, label_smoothing=smoothing)
    loss.backward()
    return {
        "items": items, "classes": classes, "smoothing": smoothing, "logits": numbers(logits),
        "labels": labels.tolist(), "weights": None if weights is None else numbers(weights),
        "loss": loss.item(), "gradient": numbers(logits.grad),
    }


def focal(items, classes, gamma, weighted=False, item_weighted=False, smoothing=0.0, ignored=(), scale=3):
    """Autograd of the formula; for two classes it is held against the published form for one logit."""
    logits = (scale * torch.randn(items, classes)).requires_grad_()
    labels = torch.randint(classes, (items,))
    for item in ignored:
        labels[item] = -100
    counts = labels != -100
    own = labels.clamp(min=0)
    weights = torch.rand(classes) + 0.1 if weighted else torch.ones(classes)
    shares = torch.rand(items) + 0.1 if item_weighted else torch.ones(items)
    logarithms = logits.log_softmax(1)
    targets = (1 - smoothing) * F.one_hot(own, classes) * weights[own][:, None] + smoothing / classes * weights
    each = (targets * (1 - logarithms.exp()) ** gamma * -logarithms).sum(1)
    loss = (counts * shares * each).sum() / (counts * shares * weights[own]).sum()
    if classes == 2 and not weighted and not item_weighted and not smoothing and not ignored:
        logit, label = (logits[:, 1] - logits[:, 0]).detach(), labels.float()
        right = label * logit.sigmoid() + (1 - label) * (1 - logit.sigmoid())
        peer = ((1 - right) ** gamma * F.binary_cross_entropy_with_logits(logit, label, reduction="none")).mean()
        assert abs(peer - loss.detach()) < 1e-6 * abs(peer), (peer, loss)
    loss.backward()
    return {
        "items": items, "classes": classes, "smoothing": smoothing, "gamma": gamma, "logits": numbers(logits),
        "labels": labels.tolist(), "weights": numbers(weights) if weighted else None,
        "item_weights": numbers(shares) if item_weighted else None,
        "loss": loss.item(), "gradient": numbers(logits.grad),
    }


def optimizer(name, steps, make, attributes):
    parameter = torch.randn(5).requires_grad_()
    start = numbers(parameter)
    optimizer = make([parameter])
    gradients, results = [], []
    for _ in range(steps):
        parameter.grad = torch.randn(5)
        gradients.append(numbers(parameter.grad))
        optimizer.step()
        results.append(numbers(parameter))
    return {
        "name": name, "start": start, "learning_rate": 0.01,
        "attributes": [{"name": k, "value": v} for k, v in attributes.items()], "gradients": gradients,
        "results": results,
    }


cases = {
    "cross_entropy": [
        cross_entropy(5, 3, False, 0.0, []),
        cross_entropy(6, 4, True, 0.0, [1]),
        cross_entropy(6, 4, True, 0.1, [0, 5]),
        cross_entropy(1, 7, False, 0.3, []),
    ],
    "optimizers": [
        optimizer(
            "AdamW", 20, lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.05),
            {"weight_decay": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
        optimizer("SGD", 8, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9), {"momentum": 0.9}),
        optimizer(
            "SGD", 8, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
            {"momentum": 0.9, "nesterov": 1}),
    ],
}
cases["cross_entropy"] += [
    focal(8, 2, 2.0),
    focal(6, 4, 2.0, weighted=True, ignored=[2]),
    focal(6, 4, 0.5, item_weighted=True),
    focal(5, 3, 1.5, weighted=True, item_weighted=True, smoothing=0.1, ignored=[0]),
    focal(6, 4, 0.0, weighted=True, item_weighted=True, smoothing=0.1),
]
with open("training.json", "w") as file:
    json.dump(cases, file)
