"""Deaths that `zoo deaths` found against the truth of simulated fields.

    zoo simulate fields plate --layout trackmate --experiments 3 --wells 16 --frames 60 --seed 2
    zoo predict MODEL plate -o predictions.csv
    zoo deaths predictions.csv --frame-interval 0.16667 -o deaths.csv
    python3 Benchmarks/deaths.py deaths.csv plate

Prints for each condition and kind the largest difference in points between the cumulative incidences (Aalen-Johansen, both by
this script) at any whole hour, and the errors of onset in frames. Needs Python alone.
"""

import csv
import statistics
import sys

FRAMES_PER_HOUR = 6


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def incidence(cells, kind, until):
    """The share of cells that died by `kind` until a frame; cells are (entry, frame, kind or None)."""
    alive, total = 1.0, 0.0
    for frame in sorted({cell[1] for cell in cells if cell[2] and cell[1] <= until}):
        risk = sum(1 for entry, last, _ in cells if entry < frame <= last)
        if risk == 0:
            continue
        deaths = [cell[2] for cell in cells if cell[2] and cell[1] == frame and cell[0] < frame]
        total += alive * deaths.count(kind) / risk
        alive *= 1 - len(deaths) / risk
    return total


def main():
    found = rows(sys.argv[1])
    folder = sys.argv[2]
    truth = {(row["experiment"], row["well"], row["track"]): row for row in rows(f"{folder}/tracks.csv")}
    conditions = {(row["experiment"], row["well"]): row["condition"] for row in rows(f"{folder}/plate_map.csv")}
    pairs = [(row, truth[row["experiment"], row["well"], row["track"]]) for row in found]
    errors = []
    curves = {}
    for row, true in pairs:
        condition = conditions[row["experiment"], row["well"]]
        here, there = curves.setdefault(condition, ([], []))
        first, last = int(true["begin"]), int(true["end"])
        entry = -1 if first == 0 else first
        if row["status"] != "dead_at_start":
            died = row["status"] == "died"
            here.append((entry, int(row["onset_frame"]) if died else last, row["kind"] if died else None))
        onset = int(true["onset_frame"]) if true["onset_frame"] else None
        if onset != first:
            there.append((entry, last if onset is None else onset, true["kind"] if onset is not None else None))
        if row["status"] == "died" and onset is not None and onset != first:
            errors.append(int(row["onset_frame"]) - onset)
    print(f"{len(pairs)} tracks; onsets found of {len(errors)} deaths, median absolute error",
          statistics.median(abs(error) for error in errors) if errors else "-", "frames")
    last = max(int(true["end"]) for _, true in pairs)
    for condition, (here, there) in sorted(curves.items()):
        for kind in sorted({cell[2] for cell in there if cell[2]}):
            differences = [
                (100 * (incidence(here, kind, frame) - incidence(there, kind, frame)), frame // FRAMES_PER_HOUR)
                for frame in range(0, last + 1, FRAMES_PER_HOUR)
            ]
            worst = max(differences, key=lambda pair: abs(pair[0]))
            print(f"{condition} {kind}: at most {worst[0]:+.2f} points from the truth, at {worst[1]} h "
                  f"(truth at the end {100 * incidence(there, kind, last):.1f} %)")


main()
