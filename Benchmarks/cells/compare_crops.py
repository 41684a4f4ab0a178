"""Holds the crops of `zoo data export` against slices that NumPy cuts from the same fields.

    zoo simulate fields fields --layout trackmate
    zoo data export fields.json5 -o crops
    python compare_crops.py fields crops [--border reflect|zero] [--before N] [--gaps hold|interpolate] [--ends repeat|zero]

Needs numpy, pillow and tifffile. Images and positions are read here by other libraries than the tool's, and positions come
from annotations.csv, which the simulation writes beside the files of every layout.
"""

import argparse
import csv
import glob
import random
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image


def read_field(root, experiment, well):
    """All planes of a field: [frame, channel, y, x]."""
    folder = root / experiment
    if (folder / f"{well}-ST").is_dir():
        names = sorted(glob.glob(str(folder / f"{well}-ST" / "Img_t*_ch1.png")))
        return np.stack([
            np.stack([np.array(Image.open(n.replace("_ch1.", f"_ch{c}."))) for c in range(1, 6)]) for n in names
        ])
    if (folder / f"{well}.ome.tif").exists():
        return tifffile.imread(folder / f"{well}.ome.tif")
    if (folder / f"W{well}").is_dir():
        return tifffile.imread(folder / f"W{well}" / f"{well}00" / "movie" / "movie.tif")
    if (folder / str(well) / "01").is_dir():
        return np.stack([tifffile.imread(n) for n in sorted(glob.glob(str(folder / well / "01" / "t*.tif")))])
    names = sorted(glob.glob(str(folder / f"W{int(well):04}F0001T*Z001C1.tif")))
    return np.stack([np.stack([tifffile.imread(n[:-5] + f"{c}.tif") for c in range(1, 6)]) for n in names])


def corner(position, size):
    return int(np.floor(np.round(position, 3) + 0.5)) - size // 2


def cut(plane, x, y, size, border):
    pad = 4 * size
    mode = {"reflect": "reflect", "zero": "constant", "drop": "constant"}[border]
    while pad > min(plane.shape) - 1 and mode == "reflect":
        pad //= 2
    padded = np.pad(plane, pad, mode=mode)
    left, top = corner(x, size) + pad, corner(y, size) + pad
    return padded[top : top + size, left : left + size]


def place(track, frame, gaps):
    """Where a track is in a frame, or None to leave the sample out."""
    if frame in track:
        return track[frame]
    if gaps == "drop":
        return None
    earlier = [f for f in track if f < frame]
    later = [f for f in track if f > frame]
    if not earlier:
        return track[min(later)]
    if not later:
        return track[max(earlier)]
    a, b = max(earlier), min(later)
    share = (frame - a) / (b - a)
    if gaps == "hold":
        return track[a] if share <= 0.5 else track[b]
    return tuple(p + share * (q - p) for p, q in zip(track[a], track[b]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fields", type=Path)
    parser.add_argument("crops", type=Path)
    parser.add_argument("--border", default="reflect")
    parser.add_argument("--before", type=int, default=0)
    parser.add_argument("--gaps", default="drop")
    parser.add_argument("--ends", default="drop")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--tables", type=Path, help="positions, if they are others than those of annotations.csv")
    arguments = parser.parse_args()

    tracks = {}
    for row in csv.DictReader(open(arguments.tables or arguments.fields / "annotations.csv")):
        key = (row["experiment"], row["well"], row["track"])
        tracks.setdefault(key, {})[int(row["frame"])] = (float(row["x"]), float(row["y"]))
    rows = list(csv.DictReader(open(arguments.crops / "manifest.csv")))
    random.seed(1)
    random.shuffle(rows)
    fields = {}
    differing = 0
    for row in rows[: arguments.count]:
        stored = tifffile.imread(arguments.crops / row["path"])
        size = stored.shape[-1]
        planes = fields.setdefault(
            (row["experiment"], row["well"]), read_field(arguments.fields, row["experiment"], row["well"]))
        # Celldetective and ultrack name wells as the plate map does, without leading zeros.
        well = row["well"].lstrip("0")
        track = tracks[(row["experiment"], well, row["track"].split("/")[-1])]
        time = next(
            f for f, (x, y) in track.items() if abs(x - float(row["x"])) < 1e-3 and abs(y - float(row["y"])) < 1e-3)
        expected = []
        for frame in range(time - arguments.before, time + arguments.before + 1):
            if not 0 <= frame < len(planes):
                if arguments.ends == "zero":
                    expected.append(np.zeros((planes.shape[1], size, size), planes.dtype))
                    continue
                frame = min(max(frame, 0), len(planes) - 1)
            x, y = place(track, frame, arguments.gaps)
            expected.append(np.stack([cut(p, x, y, size, arguments.border) for p in planes[frame]]))
        expected = np.stack(expected)
        if not np.array_equal(np.squeeze(expected), np.squeeze(stored)):
            differing += 1
    print(f"{min(len(rows), arguments.count)} crops compared, {differing} differ")
    raise SystemExit(differing > 0)


main()
