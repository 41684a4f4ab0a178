"""Makes the ONNX files that FormatTests reads. Usage: python make.py (needs onnx and numpy)."""

import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))


def save(model, name):
    onnx.checker.check_model(model)
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(model.SerializeToString(deterministic=True))


def make(nodes, inputs, outputs, initializers=(), functions=(), opsets=(("", 18),), metadata=None, name="g"):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid(*o) for o in opsets], functions=list(functions), ir_version=9
    )
    model.producer_name = "make.py"
    helper.set_model_props(model, metadata or {})
    return model


def value(name, shape, type=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, type, shape)


# Every element type, in the fields for typed data and as raw bytes.
types = [
    ("float32", TensorProto.FLOAT, [1.5, -0.0]), ("float64", TensorProto.DOUBLE, [1e300, -2.0]),
    ("int8", TensorProto.INT8, [-128, 127]), ("uint8", TensorProto.UINT8, [0, 255]),
    ("int16", TensorProto.INT16, [-32768, 5]), ("uint16", TensorProto.UINT16, [65535, 1]),
    ("int32", TensorProto.INT32, [-2147483648, 1]), ("uint32", TensorProto.UINT32, [4294967295, 1]),
    ("int64", TensorProto.INT64, [-9223372036854775808, 1]), ("uint64", TensorProto.UINT64, [18446744073709551615, 1]),
    ("bool", TensorProto.BOOL, [True, False]), ("float16", TensorProto.FLOAT16, [1.5, -2.0]),
    ("bfloat16", TensorProto.BFLOAT16, [1.5, -2.0]),
]
initializers = []
for name, type, values in types:
    typed = helper.make_tensor(name + ".typed", type, [2], values)
    raw = TensorProto(name=name + ".raw", data_type=type, dims=[2])
    raw.raw_data = numpy_helper.to_array(typed).tobytes()
    initializers += [typed, raw]
save(make([helper.make_node("Relu", ["x"], ["y"])], [value("x", ["N", 3, None])], [value("y", ["N", 3, None])],
          initializers, metadata={"zoo.classes": '["a", "\\u00fc\\n"]', "author": "nobody"}), "types.onnx")

# Names that are missing or stand twice, an initializer among the inputs, every kind of attribute, a subgraph.
branch = lambda op: helper.make_graph([helper.make_node(op, ["y"], ["b"])], op, [], [value("b", [2])])
nodes = [
    helper.make_node("Add", ["x", "w"], ["y"]),
    helper.make_node("Relu", ["y"], ["r1"], name="same"),
    helper.make_node("Relu", ["r1"], ["r2"], name="same"),
    helper.make_node("LeakyRelu", ["r2"], ["l"], alpha=0.25),
    helper.make_node("If", ["c"], ["z"], then_branch=branch("Relu"), else_branch=branch("Neg")),
    helper.make_node("Clip", ["l", "", ""], ["k"]),
    helper.make_node("Constant", [], ["ints"], value_ints=[1, -2]),
    helper.make_node("Constant", [], ["floats"], value_floats=[0.5, 2]),
    helper.make_node("Constant", [], ["tensor"], value=helper.make_tensor("t", TensorProto.INT64, [], [7])),
]
model = make(nodes, [value("x", [2]), value("w", [2]), value("c", [], TensorProto.BOOL)],
             [value("z", [2]), value("k", [2])], [helper.make_tensor("w", TensorProto.FLOAT, [2], [1, 2])])
save(model, "nodes.onnx")

# A function that calls another twice, with attributes handed on, with a default, and left out; an input passed through.
leaky = helper.make_function(
    "local", "Leaky", ["a"], ["b"], [helper.make_node("LeakyRelu", ["a"], ["t"], name="inner"),
                                     helper.make_node("Identity", ["t"], ["b"])],
    [helper.make_opsetid("", 18)], ["slope"])
leaky.node[0].attribute.add(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT)
twice = helper.make_function(
    "local", "Twice", ["a", "unused"], ["b", "a_again"],
    [helper.make_node("Leaky", ["a"], ["t"], domain="local", name="first"),
     helper.make_node("Leaky", ["t"], ["b"], domain="local", name="second", slope=0.5),
     helper.make_node("Identity", ["a"], ["a_again"])],
    [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)], [],
    [helper.make_attribute("gain", 0.75)])
twice.node[0].attribute.add(name="slope", ref_attr_name="gain", type=onnx.AttributeProto.FLOAT)
save(make([helper.make_node("Twice", ["x"], ["y", "x2"], domain="local", name="call"),
           helper.make_node("Leaky", ["y"], ["z"], domain="local")],
          [value("x", ["N"])], [value("z", ["N"]), value("x2", ["N"])], functions=[leaky, twice],
          opsets=(("", 18), ("local", 1))), "functions.onnx")

# External data: two tensors in one file, in a folder below.
os.makedirs(os.path.join(HERE, "data"), exist_ok=True)
with open(os.path.join(HERE, "data", "weights.bin"), "wb") as file:
    file.write(np.array([9, 1, 2], np.float32).tobytes() + np.array([3], np.int64).tobytes())
external = []
for name, type, dims, offset, length in [("w", TensorProto.FLOAT, [2], 4, 8), ("n", TensorProto.INT64, [1], 12, 8)]:
    tensor = TensorProto(name=name, data_type=type, dims=dims, data_location=TensorProto.EXTERNAL)
    for key, entry in [("location", "data/weights.bin"), ("offset", str(offset)), ("length", str(length))]:
        tensor.external_data.add(key=key, value=entry)
    external.append(tensor)
model = make([helper.make_node("Add", ["x", "w"], ["y"])], [value("x", [2])], [value("y", [2])], external)
with open(os.path.join(HERE, "external.onnx"), "wb") as file:
    file.write(model.SerializeToString(deterministic=True))

# Test data as ONNX's backend tests store it.
for name, proto in [
    ("tensor.pb", numpy_helper.from_array(np.array([[1, 2], [3, 4]], np.int32), "t")),
    ("sequence.pb", numpy_helper.from_list([np.zeros(2, np.float32)])),
    ("strings.pb", helper.make_tensor("s", TensorProto.STRING, [1], [b"text"])),
]:
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(proto.SerializeToString(deterministic=True))
