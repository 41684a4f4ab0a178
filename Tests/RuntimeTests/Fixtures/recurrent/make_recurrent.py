"""Makes cases.json: LSTM, GRU and RNN nodes with inputs and the outputs that ONNX Runtime gives.

Needs numpy, onnx and onnxruntime. Run in this folder: python make_recurrent.py
"""

import json

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

rng = np.random.default_rng(7)
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def run(op, names, feeds, attributes):
    outputs = ["Y", "Y_h"] + (["Y_c"] if op == "LSTM" else [])
    node = helper.make_node(op, names, outputs, **attributes)
    kinds = {np.dtype("float32"): TensorProto.FLOAT, np.dtype("int32"): TensorProto.INT32}
    inputs = [helper.make_tensor_value_info(n, kinds[v.dtype], v.shape) for n, v in feeds.items()]
    graph = helper.make_graph(
        [node], "case", inputs, [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return dict(zip(outputs, session.run(outputs, feeds)))


def case(name, op, steps=4, batch=3, features=5, hidden=5, direction="forward", bias=True, lengths=None, initial=False,
         peepholes=False, batch_first=False, **attributes):
    d = 2 if direction == "bidirectional" else 1
    rows = GATES[op] * hidden

    def random(*shape):
        return (rng.standard_normal(shape) * 0.6).round(3).astype(np.float32)

    feeds = {"X": random(steps, batch, features), "W": random(d, rows, features), "R": random(d, rows, hidden)}
    names = ["X", "W", "R", "", "", "", "", ""][: 8 if op == "LSTM" else 6]
    if bias:
        feeds["B"], names[3] = random(d, 2 * rows), "B"
    if lengths is not None:
        feeds["sequence_lens"], names[4] = np.array(lengths, np.int32), "sequence_lens"
    if initial:
        feeds["initial_h"], names[5] = random(d, batch, hidden), "initial_h"
        if op == "LSTM":
            feeds["initial_c"], names[6] = random(d, batch, hidden), "initial_c"
    if peepholes:
        feeds["P"], names[7] = random(d, 3 * hidden), "P"
    attributes |= {"hidden_size": hidden, "direction": direction}
    outputs = run(op, names, feeds, attributes)
    if batch_first:
        # ONNX Runtime has no layout 1; it is the same numbers with other axes.
        attributes["layout"] = 1
        feeds["X"] = feeds["X"].transpose(1, 0, 2)
        for key in ("initial_h", "initial_c"):
            if key in feeds:
                feeds[key] = feeds[key].transpose(1, 0, 2)
        outputs["Y"] = outputs["Y"].transpose(2, 0, 1, 3)
        for key in ("Y_h", "Y_c"):
            if key in outputs:
                outputs[key] = outputs[key].transpose(1, 0, 2)

    def plain(tensor):
        values = [int(v) if tensor.dtype == np.int32 else float(f"{v:.7g}") for v in tensor.ravel()]
        return {"shape": list(tensor.shape), "values": values}

    return {"name": name, "op": op, "attributes": attributes, "inputs": names,
            "tensors": {k: plain(v) for k, v in feeds.items()}, "outputs": {k: plain(v) for k, v in outputs.items()}}


cases = []
for op, more in (("LSTM", {}), ("GRU", {"linear_before_reset": 0}), ("GRU", {"linear_before_reset": 1}), ("RNN", {})):
    label = op + (" resetting after" if more.get("linear_before_reset") else "")
    cases += [
        case(f"{label}, plain", op, **more),
        case(f"{label}, one step of one sequence without bias", op, steps=1, batch=1, bias=False, **more),
        case(f"{label}, reverse with lengths", op, direction="reverse", lengths=[4, 1, 2], initial=True, **more),
        case(f"{label}, both directions, two blocks of units", op, hidden=18, features=3, direction="bidirectional",
             initial=True, **more),
        case(f"{label}, lengths, clip, batch first", op, lengths=[2, 4, 3], batch_first=True, initial=True,
             direction="bidirectional", clip=0.4, **more),
    ]
cases += [
    case("LSTM, peepholes", "LSTM", peepholes=True, initial=True, direction="bidirectional"),
    case("LSTM, coupled gates", "LSTM", input_forget=1),
    case("LSTM, other activations", "LSTM", activations=["HardSigmoid", "Softsign", "ScaledTanh"],
         activation_alpha=[0.3, 1.2], activation_beta=[0.4, 0.7]),
    case("GRU, other activations", "GRU", activations=["HardSigmoid", "LeakyRelu"], activation_alpha=[0.25, 0.1],
         activation_beta=[0.5]),
] + [
    case(f"RNN, {name}", "RNN", activations=[name], **extra)
    for name, extra in [
        ("Relu", {}), ("Sigmoid", {}), ("Softplus", {}), ("Softsign", {}),
        ("Affine", {"activation_alpha": [0.5], "activation_beta": [0.2]}),
        ("LeakyRelu", {"activation_alpha": [0.2]}), ("Elu", {"activation_alpha": [0.7]}),
        ("ThresholdedRelu", {"activation_alpha": [0.3]}),
        ("ScaledTanh", {"activation_alpha": [0.8], "activation_beta": [1.5]}),
    ]
]
with open("cases.json", "w") as file:
    json.dump(cases, file, separators=(",", ":"))
