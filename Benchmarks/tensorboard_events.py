"""TensorBoard's own reading and writing of event files beside ours.

    python3 Benchmarks/tensorboard_events.py RUN   reads a run's events by TensorBoard's EventAccumulator and holds every
                                                   figure against log.jsonl
    python3 Benchmarks/tensorboard_events.py       writes the fixture of the tests

Needs tensorboard (without TensorFlow). RUN is the folder of `zoo train … --tensorboard`.
"""

import json
import pathlib
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "Tests/WorkbenchTests/Fixtures/tensorboard/events.tfevents"


def write():
    scalars = [("train/loss", 0.25), ("validation/accuracy", 0.0), ("validation/loss", 1e-3)]
    events = [Event(wall_time=1.5, file_version="brain.Event:2"),
              Event(wall_time=2.5, step=300, summary=Summary(
                  value=[Summary.Value(tag=tag, simple_value=value) for tag, value in scalars]))]
    FIXTURE.parent.mkdir(exist_ok=True)
    with open(FIXTURE, "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def check(run):
    accumulator = EventAccumulator(str(run))
    accumulator.Reload()
    records = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    expected = {"train/loss": "train_loss", "train/learning_rate": "learning_rate",
                "train/items_per_second": "items_per_second", "train/data_wait_share": "data_wait_share",
                "train/epoch": "epoch"}
    wanted = {tag: [(r["step"], single(r[key])) for r in records] for tag, key in expected.items()}
    for key in records[0]["validation"]:
        wanted[f"validation/{key}"] = [(r["step"], single(r["validation"][key])) for r in records]
    found = {tag: [(e.step, e.value) for e in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}
    assert found == wanted, (found, wanted)
    print(f"{run}: {len(found)} scalars of {len(records)} epochs are those of log.jsonl: {', '.join(sorted(found))}")


if __name__ == "__main__":
    check(pathlib.Path(sys.argv[1])) if len(sys.argv) > 1 else write()
