"""Runs all of ONNX's backend tests that the installed onnx package ships (1,905 cases in 1.22.0) and lists what fails.

    swift build -c release --product zoo
    python3 Benchmarks/conformance.py [--reasons]
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

import onnx

# Operators that count as the core: vision, sequences, quantized models, control flow.
CORE = set(
    """
    Conv ConvTranspose ConvInteger QLinearConv MatMul MatMulInteger QLinearMatMul Gemm Einsum BatchNormalization
    InstanceNormalization LayerNormalization GroupNormalization LRN LpNormalization MaxPool AveragePool LpPool
    GlobalAveragePool GlobalMaxPool LSTM GRU RNN Relu LeakyRelu PRelu Elu Selu Celu Gelu Mish Sigmoid HardSigmoid
    HardSwish Swish Tanh Softplus Softsign ThresholdedRelu Shrink Clip Softmax LogSoftmax Hardmax Add Sub Mul Div Mod Pow
    Neg Abs Sign Reciprocal Sqrt Exp Log Erf Floor Ceil Round Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Min
    Max Mean Sum ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum
    ReduceLogSumExp ArgMax ArgMin CumSum TopK Equal Less LessOrEqual Greater GreaterOrEqual Not And Or Xor Where IsNaN
    IsInf Reshape Flatten Transpose Squeeze Unsqueeze Concat Split Slice Pad Expand Tile Gather GatherElements GatherND
    ScatterElements ScatterND DepthToSpace SpaceToDepth Resize GridSample CenterCropPad ReverseSequence Trilu OneHot Range
    Shape Size ConstantOfShape Constant Identity Cast CastLike NonZero NonMaxSuppression RoiAlign EyeLike Dropout
    SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss QuantizeLinear DequantizeLinear DynamicQuantizeLinear If Loop Scan
    Attention RotaryEmbedding RMSNormalization
    """.split()
)
PLAIN = {"FLOAT", "BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"}


def element_types(graph, found):
    """The element types of all values of a graph; anything but a tensor counts as a type of its own."""
    for value in [*graph.input, *graph.output, *graph.value_info]:
        kind = value.type.WhichOneof("value")
        if kind == "tensor_type":
            found.add(onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type))
        elif kind:
            found.add(kind)
    for tensor in graph.initializer:
        found.add(onnx.TensorProto.DataType.Name(tensor.data_type))
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                element_types(attribute.g, found)
    return found - {"UNDEFINED"}


def is_core(root, row):
    model = onnx.load(root / row["name"] / "model.onnx", load_external_data=False)
    functions = {function.name for function in model.functions}
    operators = {name.rsplit(".", 1)[-1] for name in row["operators"]} - functions
    return operators <= CORE and element_types(model.graph, set()) <= PLAIN


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--zoo", default=".build/release/zoo")
parser.add_argument("--reasons", action="store_true", help="count why cases are unsupported")
options = parser.parse_args()
data = pathlib.Path(onnx.__file__).parent / "backend/test/data"
result = json.loads(subprocess.run([options.zoo, "conformance", data, "--json"], check=True, capture_output=True).stdout)
core = [row for row in result["cases"] if is_core(data, row)]
passed = sum(row["status"] == "passed" for row in core)
print(f"onnx {onnx.__version__}: {len(result['cases'])} cases")
print(f"{result['passed']} passed, {result['failed']} failed, {result['unsupported']} unsupported")
print(f"core operators with float32, integers and bool: {passed} of {len(core)} ({100 * passed / len(core):.1f} %)")
for row in core:
    if row["status"] != "passed":
        print(f"  core, {row['status']}: {row['name']}: {row['reason']}")
for row in result["cases"]:
    if row["status"] == "failed":
        print(f"  failed: {row['name']}: {row['reason']}")
if options.reasons:
    names = re.compile(r"(node|tensor) '[^']*': ")
    reasons = collections.Counter(
        names.sub("", row["reason"]) for row in result["cases"] if row["status"] == "unsupported"
    )
    for reason, count in reasons.most_common():
        print(f"{count:6} {reason}")
sys.exit(result["failed"] > 0)
