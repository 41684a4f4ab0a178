#!/usr/bin/env python3
"""Writes fields and a table of a million tracked cells, to see how long listing, checking and splitting them takes.

    python3 Benchmarks/cells/million.py OUT [CELLS]
    time zoo check pyroptosis data.root=OUT …   (the command is printed)

The fields are black and compress to nothing; positions, tracks and labels are random. Needs numpy and tifffile.
"""
import os
import sys

import numpy as np
import tifffile

out = sys.argv[1]
cells = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
experiments, wells, frames, side = 10, 10, 50, 2048
tracks = max(1, cells // (experiments * wells * frames))
random = np.random.default_rng(1)
plane = np.zeros((side, side), np.uint16)
film = None
for experiment in range(experiments):
    folder = os.path.join(out, f"2024-05-{experiment + 1:02}")
    os.makedirs(folder, exist_ok=True)
    for well in range(wells):
        name = f"A{well + 1:02}"
        path = os.path.join(folder, f"{name}.ome.tif")
        if film is None:
            tifffile.imwrite(
                path, np.broadcast_to(plane, (frames, side, side)), ome=True, compression="zlib", photometric="minisblack",
                metadata={"axes": "TYX", "Channel": {"Name": ["PI"]}})
            film = open(path, "rb").read()
        else:
            open(path, "wb").write(film)
        # Places of a grid: two positions less than 2 pixels apart are taken for one cell.
        places = random.choice((side // 8) ** 2, tracks, replace=False)
        x = places % (side // 8) * 8.0
        y = places // (side // 8) * 8.0
        label = random.choice(["healthy", "apoptosis", "pyroptosis"], tracks)
        with open(os.path.join(folder, f"{name}.csv"), "w") as table:
            table.write("track,frame,x,y,label\n")
            for frame in range(frames):
                for track in range(tracks):
                    table.write(f"{track},{frame},{x[track] + frame * 0.1:.3f},{y[track]:.3f},{label[track]}\n")
print(
    f"zoo check quickstart data.source=cells data.root={out} data.cells.layout=table "
    "'data.cells.images={experiment}/{well}.ome.tif' 'data.cells.tables={experiment}/{well}.csv' "
    "'data.cells.columns={x: x, y: y, frame: frame, track: track, label: label}' data.cells.units=pixel "
    "data.height=64 data.width=64 'data.channels=[]' 'data.classes=[]' 'data.split.by=[experiment]'")
