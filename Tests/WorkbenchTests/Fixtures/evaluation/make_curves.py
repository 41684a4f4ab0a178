"""Curves and principal components by scikit-learn; scores have ties. Writes curves.json."""

import json
import pathlib

import numpy
from sklearn.decomposition import PCA
from sklearn.metrics import precision_recall_curve, roc_curve

random = numpy.random.default_rng(1)


def curve(count, share, digits):
    positive = random.random(count) < share
    positive[:2] = [True, False]
    scores = numpy.round(random.normal(positive * 0.7), digits).astype(numpy.float32)
    false_rate, true_rate, thresholds = roc_curve(positive, scores, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(positive, scores)
    return {"scores": scores.tolist(), "isPositive": positive.tolist(), "falsePositiveRate": false_rate.tolist(),
            "truePositiveRate": true_rate.tolist(), "thresholds": thresholds[1:].tolist(),
            "precision": precision[::-1].tolist(), "recall": recall[::-1].tolist()}


def components(items, features):
    rows = (random.normal(size=(items, features)) * numpy.geomspace(4, 0.5, features)).astype(numpy.float32)
    pca = PCA(2, svd_solver="full").fit(rows.astype(numpy.float64))
    return {"rows": rows.tolist(), "scores": pca.transform(rows.astype(numpy.float64)).tolist(),
            "shares": pca.explained_variance_ratio_.tolist()}


if __name__ == "__main__":
    path = pathlib.Path(__file__).parent / "curves.json"
    path.write_text(json.dumps({
        "curves": [curve(40, 0.5, 1), curve(60, 0.2, 3), curve(25, 0.8, 0)],
        "components": [components(12, 5), components(8, 20), components(30, 3)]}))
