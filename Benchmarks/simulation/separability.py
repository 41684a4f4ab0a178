"""Shows that the simulated cells are hard in the right way; needs numpy, scipy, Pillow and scikit-learn.

    zoo simulate cells --experiments 8 --cells 50
    python separability.py cells

What it must show: mean intensities alone don't tell the classes (logistic regression under 75 %), all channels together
beat any one, brightfield alone is above chance but clearly worse, and a split at random flatters.

Features are simple ones of each channel (intensities, rings around the centre, gradients and spots at three scales),
classified by extremely randomized trees; accuracy over four folds, by experiment and at random.
"""

import argparse
import csv
import os

import numpy as np
from PIL import Image
from scipy import ndimage
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

CHANNELS = ["BF", "CE", "PI", "DNA", "DPC"]


def load(folder):
    with open(os.path.join(folder, "manifest.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    images = np.stack(
        [[np.asarray(Image.open(os.path.join(folder, row[c])), dtype=np.float32) for c in CHANNELS] for row in rows])
    return images, np.array([row["label"] for row in rows]), np.array([row["experiment"] for row in rows])


def features(image):
    size = image.shape[0]
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    radius = np.hypot(x, y) / (size / 2)
    level = np.median(image)
    image = image - level
    found = [image.mean() + level, level, image.std(), *np.percentile(image, [1, 5, 25, 75, 95, 99])]
    found += [image[(radius >= low) & (radius < low + 0.125)].mean() for low in np.arange(0, 1, 0.125)]
    centre = radius < 0.7
    for sigma in (1, 2, 4):
        spots = ndimage.gaussian_laplace(image, sigma)
        slope = ndimage.gaussian_gradient_magnitude(image, sigma)
        found += [spots[centre].std(), *np.percentile(spots[centre], [1, 99])]
        found += [slope[centre].mean(), slope[centre].std(), np.percentile(slope[centre], 95)]
        found += [slope[(radius >= low) & (radius < low + 0.2)].mean() for low in (0, 0.2, 0.4, 0.6)]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="what `zoo simulate` has written as PNG")
    images, labels, experiments = load(parser.parse_args().folder)
    splits = {
        "by experiment": (GroupKFold(4), experiments),
        "at random": (StratifiedKFold(4, shuffle=True, random_state=0), None),
    }

    def accuracy(name, model, inputs):
        scores = {
            split: cross_val_score(model, inputs, labels, cv=folds, groups=groups).mean()
            for split, (folds, groups) in splits.items()
        }
        print(f"| {name} | " + " | ".join(f"{100 * score:.1f} %" for score in scores.values()) + " |", flush=True)
        return scores

    print(f"{len(images)} cells of {len(set(experiments))} experiments, {len(set(labels))} classes\n")
    print("| features | " + " | ".join(splits) + " |\n|---|---|---|")
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    means = accuracy("mean intensities, logistic regression", linear, images.mean((2, 3)))
    table = np.array([[features(channel) for channel in image] for image in images])
    trees = ExtraTreesClassifier(200, min_samples_leaf=2, random_state=0)
    single = {c: accuracy(f"{c}, trees", trees, table[:, i]) for i, c in enumerate(CHANNELS)}
    everything = accuracy("all channels, trees", trees, table.reshape(len(table), -1))

    split = "by experiment"
    checks = {
        "mean intensities stay under 75 %": max(means.values()) < 0.75,
        "all channels beat any one": everything[split] > max(scores[split] for scores in single.values()),
        "brightfield is above chance": single["BF"][split] > 0.45,
        "brightfield is clearly worse than all": single["BF"][split] < everything[split] - 0.1,
        "a split at random flatters": everything["at random"] > everything[split],
    }
    print()
    for name, holds in checks.items():
        print(f"{'yes' if holds else 'NO '}  {name}")
    raise SystemExit(0 if all(checks.values()) else 1)


if __name__ == "__main__":
    main()
