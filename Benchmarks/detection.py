"""Dying cells found in whole fields by a dense head, beside a threshold on the dye and its connected components.

    zoo simulate fields film --layout trackmate --experiments 4 --wells 4 --seed 1
    zoo simulate fields held --layout trackmate --experiments 1 --wells 4 --frames 12 --seed 7
    zoo new cells.json5 --data film
    zoo train cells.json5 …                                    (as Documentation/Deaths.md says)
    zoo predict runs/dense held --find --threshold 0.05 -o found.csv
    zoo predict runs/cells held -o predictions.csv
    python3 Benchmarks/detection.py found.csv held [predictions.csv]

Prints the average precision within 10 pixels (area under the highest precision at each recall or above) of both, by this
script alone, for dying cells of any kind and for each kind. The threshold is given every advantage: smoothing, the least
area and the factor on Otsu's threshold of each film are the best of a grid on the very fields that are measured. Its score
is the brightness of a component above the frame's median.

The predictions of a classifier of crops around the true places say what can be had: it neither misses a cell nor sees one
where there is none. And since simulated cells are called dying from the moment at which it begins, before it shows, a
second table says by frames since then which share of the dying is found as what it is. Needs numpy, SciPy and tifffile.
"""

import csv
import itertools
import sys
from collections import defaultdict

import numpy as np
import tifffile
from scipy import ndimage

CHANNELS = ["BF", "CE", "PI", "DNA", "DPC"]
DISTANCE = 10
DYING = ["apoptosis", "pyroptosis"]
AGES = [1, 2, 3, 5, 10, 20]


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def average_precision(found, points):
    """`found`: (moment, x, y, score); `points`: moment → list of (x, y)."""
    total = sum(map(len, points.values()))
    free = {moment: list(places) for moment, places in points.items()}
    right, curve = 0, []
    for number, (moment, x, y, _) in enumerate(sorted(found, key=lambda cell: -cell[3]), 1):
        places = free.get(moment)
        if places:
            best = min(places, key=lambda place: (place[0] - x) ** 2 + (place[1] - y) ** 2)
            if (best[0] - x) ** 2 + (best[1] - y) ** 2 <= DISTANCE ** 2:
                places.remove(best)
                right += 1
        curve.append((right / total, right / number))
    area, highest, recall = 0.0, 0.0, curve[-1][0] if curve else 0.0
    for here, precision in reversed(curve):
        area += (recall - here) * highest
        recall, highest = here, max(highest, precision)
    return area + recall * highest


def truth(folder, kinds):
    points = defaultdict(list)
    for row in rows(f"{folder}/annotations.csv"):
        if row["label"] in kinds:
            points[row["experiment"], row["well"], int(row["frame"])].append((float(row["x"]), float(row["y"])))
    return points


def network(table, kinds):
    return [
        ((row["experiment"], row["well"], int(row["frame"])), float(row["x"]), float(row["y"]),
         float(row["score"]) * sum(float(row[f"p_{kind}"]) for kind in kinds))
        for row in table
    ]


def films(folder, moments):
    """For each film its frames of the dye, above their medians."""
    for experiment, well in sorted({moment[:2] for moment in moments}):
        pixels = tifffile.imread(f"{folder}/{experiment}/{well}.ome.tif").astype(np.float32)
        dye = pixels.reshape(-1, len(CHANNELS), *pixels.shape[-2:])[:, CHANNELS.index("PI")]
        yield (experiment, well), dye - np.median(dye, axis=(1, 2), keepdims=True)


def otsu(values):
    """The threshold with the largest variance between the two classes (Otsu 1979)."""
    counts, edges = np.histogram(values, 256)
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * centres)
    above = below[-1] + counts[-1] - below
    variance = below * above * (sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)) ** 2
    return centres[variance.argmax()]


def components(smoothed, threshold, area):
    found = []
    for (experiment, well), frames in smoothed:
        level = threshold * otsu(frames)
        for time, frame in enumerate(frames):
            labels, count = ndimage.label(frame > level)
            pixels = np.flatnonzero(labels)
            owners = labels.ravel()[pixels]
            sizes = np.bincount(owners, minlength=count + 1)

            def mean(values):
                return np.bincount(owners, values, count + 1) / np.maximum(sizes, 1)

            x, y = mean(pixels % frame.shape[1]), mean(pixels // frame.shape[1])
            brightness = mean(frame.ravel()[pixels])
            found += [((experiment, well, time), x[n], y[n], brightness[n]) for n in np.flatnonzero(sizes >= area)]
    return found


def crops(path, folder, kinds):
    """Each cell at its true place, with the probability that the classifier of crops gives it."""
    places = {
        (row["experiment"], row["well"], row["frame"], row["track"]): (float(row["x"]), float(row["y"]))
        for row in rows(f"{folder}/annotations.csv")
    }
    for row in rows(path):
        experiment, well, frame = moment = row["experiment"], row["well"], row["frame"]
        if (*moment, row["track"]) in places:
            score = sum(float(row[f"p_{kind}"]) for kind in kinds)
            yield (experiment, well, int(frame)), *places[*moment, row["track"]], score


def by_age(found, folder):
    """Frames since the onset of dying (up to 1, 2 …) and kind → whether a cell of the same kind was found there."""
    onsets = {(row["experiment"], row["well"], row["track"]): row["onset"] for row in rows(f"{folder}/tracks.csv")}
    cells = defaultdict(list)
    for row in found:
        if float(row["score"]) >= 0.5:
            place = (float(row["x"]), float(row["y"]), row["predicted"])
            cells[row["experiment"], row["well"], int(row["frame"])].append(place)
    shares = defaultdict(list)
    for row in rows(f"{folder}/annotations.csv"):
        if row["label"] in DYING:
            x, y, frame = float(row["x"]), float(row["y"]), int(row["frame"])
            age = frame - float(onsets[row["experiment"], row["well"], row["track"]])
            near = sorted(
                ((cell[0] - x) ** 2 + (cell[1] - y) ** 2, cell[2]) for cell in cells[row["experiment"], row["well"], frame]
            )
            here = near[0][1] if near and near[0][0] <= DISTANCE**2 else None
            shares[next((limit for limit in AGES if age < limit), None), row["label"]].append(here == row["label"])
    return shares


def main():
    table, folder = rows(sys.argv[1]), sys.argv[2]
    cut = sys.argv[3] if len(sys.argv) > 3 else None
    targets = {"dying": DYING} | {kind: [kind] for kind in DYING}
    points = {name: truth(folder, kinds) for name, kinds in targets.items()}
    planes = list(films(folder, truth(folder, DYING + ["healthy"])))
    best = dict.fromkeys(targets, (0.0, None))
    for sigma in [1, 2.5]:
        smoothed = [(key, np.stack([ndimage.gaussian_filter(frame, sigma) for frame in frames])) for key, frames in planes]
        for threshold, area in itertools.product([0.2, 0.4, 0.7, 1.0], [15, 60]):
            found = components(smoothed, threshold, area)
            for name in targets:
                result = average_precision(found, points[name])
                if result > best[name][0]:
                    best[name] = (result, f"sigma {sigma}, {threshold} x Otsu, {area} pixels or more")
    print(f"average precision within {DISTANCE} pixels, {len(planes)} films of {len(planes[0][1])} frames")
    print(f"{'':12}{'points':>8}{'dense head':>12}{'PI threshold':>14}{'margin':>9}" + (f"{'crops':>8}" if cut else ""))
    for name, kinds in targets.items():
        dense = average_precision(network(table, kinds), points[name])
        count = sum(map(len, points[name].values()))
        ceiling = f"{average_precision(list(crops(cut, folder, kinds)), points[name]):8.3f}" if cut else ""
        print(f"{name:12}{count:8}{dense:12.3f}{best[name][0]:14.3f}{dense - best[name][0]:+9.3f}{ceiling}   ({best[name][1]})")
    print("\nfound as what it is, of the dying, by frames since the onset")
    shares = by_age(table, folder)
    print(f"{'':12}" + "".join(f"{f'below {limit}' if limit else f'{AGES[-1]} or more':>14}" for limit in AGES + [None]))
    for kind in DYING:
        cells = [shares[limit, kind] for limit in AGES + [None]]
        print(f"{kind:12}" + "".join(f"{f'{sum(c) / len(c):.2f} of {len(c)}' if c else '-':>14}" for c in cells))


main()
