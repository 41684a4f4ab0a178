"""Makes the weights files that FormatTests reads. Usage: python make.py (needs torch and safetensors)."""

import collections
import os

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(HERE, name)


typed = {
    str(type).removeprefix("torch."): torch.tensor([1, 0, 1], dtype=type)
    for type in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
                 torch.int8, torch.uint8, torch.bool)
}
more = {str(type).removeprefix("torch."): torch.tensor([1, 0, 1], dtype=type)
        for type in (torch.uint16, torch.uint32, torch.uint64)}
save_file({**typed, **more, "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3)}, path("types.safetensors"),
          metadata={"format": "pt", "note": 'quotes " and \\ and ü'})
torch.save({**typed, **more}, path("types.pth"))

# What real files have: shared and sliced storages, transposed weights, buffers, attributes of the dictionary.
matrix = torch.arange(6, dtype=torch.float32).reshape(2, 3)
state = collections.OrderedDict(
    [("fc.weight", torch.nn.Parameter(matrix)), ("fc.transposed", matrix.t()), ("fc.row", matrix[1]),
     ("fc.column", matrix[:, 1]), ("fc.shared", matrix), ("bn.num_batches_tracked", torch.tensor(7)),
     ("scalar", torch.tensor(1.5)), ("empty", torch.zeros(0, 2))])
state._metadata = collections.OrderedDict([("", {"version": 1})])
torch.save(state, path("state.pth"))
torch.save({"epoch": 3, "state_dict": {"module." + key: value for key, value in state.items()},
            "optimizer": {"lr": 0.1, "betas": (0.9, 0.999), "state": {0: {"exp_avg": torch.zeros(2)}}},
            "history": [0.5, None, True, 2**40, "text"]}, path("checkpoint.pth"))


class Malicious:
    def __reduce__(self):
        return os.system, ("touch executed",)


torch.save({"weight": torch.zeros(1), "more": Malicious()}, path("malicious.pth"))
torch.save({"weight": torch.zeros(1)}, path("old.pth"), _use_new_zipfile_serialization=False)
