"""Makes evaluation.json: metrics, intervals and tests as scikit-learn and SciPy compute them.

    pip install numpy scipy==1.17.1 scikit-learn==1.9.1
    python make_evaluation.py
"""

import json
import pathlib
import warnings

import numpy as np
import scipy.stats as stats
import sklearn.metrics as skm

warnings.filterwarnings("ignore")
random = np.random.default_rng(20240611)


def probabilities(labels, classes, skill, never=None):
    """Multiples of 1/64 that add up to exactly 1, so that equal scores are frequent and nothing is rounded."""
    logits = random.normal(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += skill
    if never is not None:
        logits[:, never] -= 9
    p = np.exp(logits)
    p = np.floor(64 * p / p.sum(1, keepdims=True))
    p[np.arange(len(p)), p.argmax(1)] += 64 - p.sum(1)
    return p / 64


def one_vs_rest(metric, y, p):
    result = []
    for k in range(p.shape[1]):
        positive = (y == k).astype(int)
        defined = 0 < positive.sum() < len(y) if metric is skm.roc_auc_score else positive.sum() > 0
        result.append(float(metric(positive, p[:, k])) if defined else None)
    return result


def calibration_error(y, p, bins=15):
    confidence, right = p.max(1), p.argmax(1) == y
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    error = 0.0
    for b in range(bins):
        chosen = index == b
        if chosen.any():
            error += chosen.mean() * abs(right[chosen].mean() - confidence[chosen].mean())
    return float(error)


def mean(values):
    values = [v for v in values if v is not None]
    return float(np.mean(values)) if values else None


def case(name, y, p):
    y, k = np.asarray(y), p.shape[1]
    labels, predicted = list(range(k)), p.argmax(1)
    precision, recall, f1, support = skm.precision_recall_fscore_support(
        y, predicted, labels=labels, zero_division=np.nan)
    auroc, ap = one_vs_rest(skm.roc_auc_score, y, p), one_vs_rest(skm.average_precision_score, y, p)
    number = lambda x: None if x is None or not np.isfinite(x) else float(x)
    # Brier over all classes is ours to spell out when a class is absent: scikit-learn refuses some of these.
    brier = float(((p - np.eye(k)[y]) ** 2).sum(1).mean() / (2 if k == 2 else 1))
    if k == 2:
        assert np.isclose(brier, skm.brier_score_loss(y, p[:, 1]))
    else:
        assert np.isclose(brier, skm.brier_score_loss(y, p, labels=labels))
    return dict(
        name=name, labels=y.tolist(), probabilities=(p * 64).astype(int).tolist(),
        confusion=skm.confusion_matrix(y, predicted, labels=labels).tolist(),
        support=support.tolist(), precision=[number(x) for x in precision], recall=[number(x) for x in recall],
        f1=[number(x) for x in f1], auroc=auroc, average_precision=ap,
        metrics={m: v for m, v in dict(
            accuracy=float(skm.accuracy_score(y, predicted)),
            balanced_accuracy=float(skm.balanced_accuracy_score(y, predicted)),
            macro_f1=float(skm.f1_score(y, predicted, average="macro")),
            auroc=mean(auroc), average_precision=mean(ap),
            cohen_kappa=number(skm.cohen_kappa_score(y, predicted)),
            matthews=float(skm.matthews_corrcoef(y, predicted)),
            log_loss=float(skm.log_loss(y, p, labels=labels)),
            brier=brier, expected_calibration_error=calibration_error(y, p)).items() if v is not None})


def cases():
    y = random.integers(0, 3, 60)
    yield case("three classes", y, probabilities(y, 3, 1.5))
    y = random.integers(0, 2, 40)
    yield case("two classes", y, probabilities(y, 2, 1))
    y = random.choice([0, 1, 3], 50)
    yield case("a class without items", y, probabilities(y, 4, 1.2))
    y = random.integers(0, 3, 45)
    yield case("a class that is never predicted", y, probabilities(y, 3, 1, never=2))
    y = random.choice([0, 1], 30)
    yield case("a class in neither", y, probabilities(y, 3, 2, never=2))
    y = np.array([0, 1, 2, 2])
    yield case("all right with certainty", y, np.eye(3)[y])
    yield case("all wrong with certainty", y, np.eye(3)[(y + 1) % 3])
    y = np.zeros(6, int)
    yield case("one class only", y, probabilities(y, 2, 3))
    y = random.integers(0, 2, 20)
    yield case("the same score for all", y, np.tile([0.5, 0.5], (20, 1)))


def grouped():
    """Items in groups of unequal size with a skill of their own; SciPy's BCa over the groups with 100 000 resamples."""
    groups, labels, rows = [], [], []
    for group in range(24):
        size, skill = int(random.integers(4, 14)), random.normal(1.0, 0.9)
        y = random.integers(0, 3, size)
        groups += [group] * size
        labels += y.tolist()
        rows.append(probabilities(y, 3, skill))
    groups, labels, p = np.array(groups), np.array(labels), np.concatenate(rows)
    predicted = p.argmax(1)
    other = probabilities(labels, 3, 1.3)
    members = [np.flatnonzero(groups == g) for g in range(24)]

    def over(metric):
        def statistic(drawn, axis=-1):
            items = np.concatenate([members[int(g)] for g in drawn])
            return metric(items)
        return stats.bootstrap((np.arange(24),), statistic, vectorized=False, method="BCa", n_resamples=20000,
                               random_state=1).confidence_interval

    metrics = dict(
        accuracy=lambda i: skm.accuracy_score(labels[i], predicted[i]),
        balanced_accuracy=lambda i: skm.balanced_accuracy_score(labels[i], predicted[i]),
        log_loss=lambda i: skm.log_loss(labels[i], p[i], labels=[0, 1, 2]))
    difference = over(lambda i: skm.accuracy_score(labels[i], other.argmax(1)[i])
                      - skm.accuracy_score(labels[i], predicted[i]))
    return dict(
        groups=groups.tolist(), labels=labels.tolist(), probabilities=(p * 64).astype(int).tolist(),
        other=(other * 64).astype(int).tolist(),
        intervals={name: list(map(float, over(metric))) for name, metric in metrics.items()},
        accuracy_difference=list(map(float, difference)))


def mcnemar(b, c):
    n, k = b + c, min(b, c)
    exact = stats.binomtest(b, n, 0.5).pvalue if n else 1.0
    return dict(first=b, second=c, exact=float(exact),
                mid=float(min(1, 2 * stats.binom.cdf(k, n, 0.5) - stats.binom.pmf(k, n, 0.5))))


def holm(p):
    """Holm (1979), spelled out."""
    order, adjusted, largest = np.argsort(p), np.zeros(len(p)), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = largest
    return dict(p=list(p), adjusted=adjusted.tolist())


def wilson(successes, total):
    interval = stats.binomtest(successes, total).proportion_ci(method="wilson")
    return dict(successes=successes, total=total, lower=float(interval.low), upper=float(interval.high))


pathlib.Path(__file__).with_name("evaluation.json").write_text(json.dumps(dict(
    cases=list(cases()), grouped=grouped(),
    mcnemar=[mcnemar(*x) for x in [(0, 0), (1, 0), (10, 2), (7, 7), (40, 61), (900, 1010), (6, 0)]],
    holm=[holm([0.01, 0.04, 0.03, 0.005]), holm([0.5, 0.6]), holm([0.02, 0.02, 0.02])],
    wilson=[wilson(*x) for x in [(0, 10), (10, 10), (7, 10), (930, 1000), (1, 3)]],
    normal=[dict(p=p, z=float(stats.norm.ppf(p))) for p in [1e-10, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.99999]],
), separators=(",", ":")) + "\n")
