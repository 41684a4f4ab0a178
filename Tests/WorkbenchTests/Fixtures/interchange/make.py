"""python make.py: small ONNX files as other tools write them, with what they compute, in the form of ONNX's own test cases.

Outputs are those of ONNX Runtime, which made the operators of com.microsoft; those of versions before 7, which it doesn't
execute, are NumPy's by the words of the operators' documentation. Needs numpy, onnx, onnxruntime.
"""
import pathlib
import shutil

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

HERE = pathlib.Path(__file__).parent
MS = "com.microsoft"
TYPES = {np.dtype(k): v for k, v in dict(
    float32=T.FLOAT, float16=T.FLOAT16, int64=T.INT64, int32=T.INT32, int8=T.INT8, uint8=T.UINT8, bool=T.BOOL).items()}
random = np.random.default_rng(7)


def floats(*shape, scale=1.0):
    return (scale * random.standard_normal(shape)).astype(np.float32)


def numbers(*shape, low=0, high=256, dtype=np.uint8):
    return random.integers(low, high, shape).astype(dtype)


def write(name, nodes, inputs, constants=None, outputs=("y",), version=17, expected=None, edit=None, ir=8, order=None):
    """`order`: positions of the nodes in the file. `expected`: outputs that ONNX Runtime doesn't give."""
    constants = constants or {}
    infos = [h.make_tensor_value_info(k, TYPES[v.dtype], list(v.shape)) for k, v in inputs.items()]
    results = [h.make_tensor_value_info(o, T.UNDEFINED, None) for o in outputs]
    graph = h.make_graph(nodes, pathlib.Path(name).name, infos, results, [nh.from_array(v, k) for k, v in constants.items()])
    model = h.make_model(
        graph, opset_imports=[h.make_opsetid("", version), h.make_opsetid(MS, 1)], ir_version=ir)
    for info in model.graph.output:
        info.ClearField("type")
    if edit:
        edit(model)
    if expected is None:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        expected = session.run(list(outputs), inputs)
    for info, value in zip(model.graph.output, expected):
        info.CopyFrom(h.make_tensor_value_info(info.name, TYPES[value.dtype], list(value.shape)))
    if order:
        kept = [model.graph.node[i] for i in order]
        nodes = [onnx.NodeProto.FromString(n.SerializeToString()) for n in kept]
        del model.graph.node[:]
        model.graph.node.extend(nodes)
    folder = HERE / name / "test_data_set_0"
    shutil.rmtree(HERE / name, ignore_errors=True)
    folder.mkdir(parents=True)
    (HERE / name / "model.onnx").write_bytes(model.SerializeToString())
    for index, (key, value) in enumerate(inputs.items()):
        (folder / f"input_{index}.pb").write_bytes(nh.from_array(value, key).SerializeToString())
    for index, (key, value) in enumerate(zip(outputs, expected)):
        (folder / f"output_{index}.pb").write_bytes(nh.from_array(np.asarray(value), key).SerializeToString())


def ms(op, inputs, outputs=("y",), **attributes):
    return h.make_node(op, list(inputs), list(outputs), domain=MS, **attributes)


N = h.make_node


def fusions():
    x, w = floats(1, 3, 6, 6), floats(4, 3, 3, 3)
    for name, kind, parameters in (
        ("relu", "Relu", []), ("leaky", "LeakyRelu", [0.1]), ("clip", "Clip", [-0.5, 1.0]), ("tanh", "Tanh", []),
        ("sigmoid", "Sigmoid", []), ("hard_sigmoid", "HardSigmoid", [0.3, 0.4]),
    ):
        given = dict(activation_params=parameters) if parameters else {}
        write(f"fused_conv_{name}", [ms("FusedConv", "xwb", activation=kind, pads=[1] * 4, **given)],
              dict(x=x), dict(w=w, b=floats(4)), version=13)
    write("fused_conv_sum", [ms("FusedConv", "xwbz", activation="Relu", pads=[1] * 4)],
          dict(x=x, z=floats(1, 4, 6, 6)), dict(w=w, b=floats(4)), version=11)
    write("fused_gemm", [ms("FusedGemm", "xwb", activation="LeakyRelu", activation_alpha=0.2, transB=1, alpha=0.5)],
          dict(x=floats(2, 4)), dict(w=floats(3, 4), b=floats(3)))
    for a in (0, 1):
        for b in (0, 1):
            write(f"fused_matmul_{a}{b}", [ms("FusedMatMul", "ab", transA=a, transB=b, alpha=0.25)],
                  dict(a=floats(2, *((4, 3) if a else (3, 4))), b=floats(2, *((5, 4) if b else (4, 5)))))
    write("fused_matmul_batch", [ms("FusedMatMul", "ab", transBatchA=1, transB=1)],
          dict(a=floats(3, 2, 4), b=floats(2, 5, 4)))
    write("nhwc_max_pool", [ms("NhwcMaxPool", "x", kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 0])],
          dict(x=numbers(1, 6, 5, 3, low=-128, high=128, dtype=np.int8)))


def transformers():
    x = floats(2, 3, 8)
    for version in (13, 20):
        write(f"gelu_{version}", [ms("Gelu", "x")], dict(x=x), version=version)
        write(f"bias_gelu_{version}", [ms("BiasGelu", "xb")], dict(x=x), dict(b=floats(8)), version=version)
        write(f"fast_gelu_{version}", [ms("FastGelu", "xb")], dict(x=0.4 * x), dict(b=floats(8, scale=0.4)), version=version)
        write(f"skip_layer_normalization_{version}",
              [ms("SkipLayerNormalization", "xsgbc", ("y", "", "", "sum"), epsilon=1e-5)], dict(x=x, s=floats(2, 3, 8)),
              dict(g=floats(8), b=floats(8), c=floats(8)), outputs=("y", "sum"), version=version)
        write(f"skip_simplified_{version}", [ms("SkipSimplifiedLayerNormalization", "xsg", epsilon=1e-5)],
              dict(x=x, s=floats(2, 3, 8)), dict(g=floats(8)), version=version)
    write("fast_gelu_alone", [ms("FastGelu", "x")], dict(x=x))
    write("quick_gelu", [ms("QuickGelu", "x", alpha=1.5)], dict(x=x))
    write("simplified_layer_normalization", [N("SimplifiedLayerNormalization", ["x", "g"], ["y"], axis=-1, epsilon=1e-5)],
          dict(x=x), dict(g=floats(8)))
    write("embed_layer_normalization",
          [ms("EmbedLayerNormalization", ["ids", "types", "w", "p", "t", "g", "b"], ("y", ""), epsilon=1e-5)],
          dict(ids=numbers(2, 5, high=9, dtype=np.int32), types=numbers(2, 5, high=2, dtype=np.int32)),
          dict(w=floats(9, 8), p=floats(6, 8), t=floats(2, 8), g=floats(8), b=floats(8)))
    weights = dict(w=floats(8, 24, scale=0.3), b=floats(24))
    mask = np.int32([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0]])
    tokens = floats(2, 5, 8)
    write("attention", [ms("Attention", "xwb", num_heads=2)], dict(x=tokens), weights)
    write("attention_causal", [ms("Attention", "xwb", num_heads=2, unidirectional=1)], dict(x=tokens), weights)
    write("attention_mask", [ms("Attention", "xwbm", num_heads=2)], dict(x=tokens, m=mask), weights)
    write("attention_mask_3d", [ms("Attention", "xwbm", num_heads=2)],
          dict(x=tokens, m=np.repeat(mask[:, None], 5, 1)), weights)
    write("attention_lengths", [ms("Attention", "xwbm", num_heads=2)], dict(x=tokens, m=np.int32([3, 4])), weights)
    write("attention_scale", [ms("Attention", ["x", "w", "b", "", "", "a"], num_heads=2, scale=0.4)],
          dict(x=tokens, a=floats(2, 2, 5, 5)), weights)
    write("attention_sizes", [ms("Attention", "xwb", num_heads=2, qkv_hidden_sizes=[8, 8, 4])], dict(x=tokens),
          dict(w=floats(8, 20, scale=0.3), b=floats(20)))
    query, key, value = floats(2, 5, 8), floats(2, 4, 8), floats(2, 4, 8)
    write("multi_head_attention", [ms("MultiHeadAttention", "qkv", num_heads=2)], dict(q=query, k=key, v=value))
    write("multi_head_attention_bias", [ms("MultiHeadAttention", "qkvb", num_heads=2, scale=0.3)],
          dict(q=query, k=key, v=value), dict(b=floats(24)))
    write("multi_head_attention_mask", [ms("MultiHeadAttention", ["q", "k", "v", "", "m", "a"], num_heads=2)],
          dict(q=query, k=key, v=value, m=np.int32([[1, 1, 1, 0], [1, 1, 0, 0]]), a=floats(2, 2, 5, 4)))
    write("q_attention", [ms("QAttention", ["x", "w", "b", "xs", "ws", "", "xz", "wz"], num_heads=2)],
          dict(x=numbers(2, 5, 8)),
          dict(w=numbers(8, 24, low=-128, high=128, dtype=np.int8), b=floats(24), xs=np.float32(0.02),
               ws=np.float32(0.01), xz=np.uint8(120), wz=np.int8(0)))


def quantized():
    facts = dict(s=np.float32(0.02), z=np.uint8(128), t=np.float32(0.037), q=np.uint8(100), u=np.float32(0.05), v=np.uint8(7))
    x, o = numbers(1, 3, 4, 4), numbers(1, 3, 4, 4)
    for op in ("Add", "Mul"):
        write(f"qlinear_{op.lower()}", [ms(f"QLinear{op}", ["x", "s", "z", "o", "t", "q", "u", "v"])], dict(x=x, o=o), facts)
    write("qlinear_add_broadcast", [ms("QLinearAdd", ["x", "s", "z", "c", "t", "q", "u", "v"])], dict(x=x),
          dict(facts, c=numbers(3, 1, 1)))
    signed = dict(s=np.float32(0.02), z=np.int8(3), t=np.float32(0.03), q=np.int8(-5))
    write("qlinear_leaky_relu", [ms("QLinearLeakyRelu", ["x", "s", "z", "t", "q"], alpha=0.2)], dict(x=x), facts)
    write("qlinear_sigmoid", [ms("QLinearSigmoid", ["x", "s", "z", "t", "q"])],
          dict(x=numbers(2, 9, low=-128, high=128, dtype=np.int8)),
          dict(signed, t=np.float32(1 / 256), q=np.int8(-128)))
    write("qlinear_concat", [ms("QLinearConcat", ["u", "v", "x", "s", "z", "o", "t", "q"], axis=1)], dict(x=x, o=o), facts)
    write("qlinear_global_average_pool", [ms("QLinearGlobalAveragePool", ["x", "s", "z", "t", "q"])], dict(x=x), facts)
    write("qlinear_global_average_pool_last",
          [ms("QLinearGlobalAveragePool", ["x", "s", "z", "t", "q"], channels_last=1)], dict(x=x), facts)
    write("qlinear_average_pool",
          [ms("QLinearAveragePool", ["x", "s", "z", "t", "q"], kernel_shape=[2, 2], strides=[2, 2])], dict(x=x), facts)
    write("qlinear_softmax", [ms("QLinearSoftmax", ["x", "s", "z", "t", "q"], axis=-1, opset=13)], dict(x=numbers(3, 7)),
          dict(facts, t=np.float32(1 / 256), q=np.uint8(0)))
    write("qlinear_where", [ms("QLinearWhere", ["c", "x", "s", "z", "o", "t", "q", "u", "v"])],
          dict(c=random.integers(0, 2, (1, 3, 4, 4)).astype(bool), x=x, o=o), facts)
    a = numbers(4, 6)
    weights = numbers(6, 5, low=-127, high=128, dtype=np.int8)
    gemm = dict(w=weights, s=np.float32(0.02), z=np.uint8(128), t=np.float32(0.01), q=np.int8(0),
                c=numbers(5, low=-500, high=500, dtype=np.int32), u=np.float32(0.04), v=np.uint8(120))
    write("qgemm", [ms("QGemm", ["x", "s", "z", "w", "t", "q", "c", "u", "v"])], dict(x=a), gemm)
    write("qgemm_float", [ms("QGemm", ["x", "s", "z", "w", "t", "q", "c"], transB=1, alpha=0.5)], dict(x=a),
          dict(gemm, w=weights.T.copy(), t=random.uniform(0.01, 0.02, 5).astype(np.float32), q=np.zeros(5, np.int8)))
    write("dynamic_quantize_matmul", [ms("DynamicQuantizeMatMul", ["x", "w", "t", "q", "b"])], dict(x=floats(3, 6)),
          dict(w=weights, t=np.float32(0.01), q=np.int8(2), b=floats(5)))
    write("matmul_integer_to_float", [ms("MatMulIntegerToFloat", ["x", "w", "s", "t", "z", "q", "b"])], dict(x=a),
          dict(w=weights, s=np.float32(0.02), t=random.uniform(0.01, 0.02, 5).astype(np.float32), z=np.uint8(120),
               q=np.zeros(5, np.int8), b=floats(5)))
    packed = numbers(8, 3, 8)
    write("matmul_nbits", [ms("MatMulNBits", "xws", K=40, N=8, bits=4, block_size=16)], dict(x=floats(2, 40)),
          dict(w=packed, s=np.abs(floats(24, scale=0.1))))
    write("matmul_nbits_zero", [ms("MatMulNBits", ["x", "w", "s", "z"], K=48, N=8, bits=4, block_size=16)],
          dict(x=floats(2, 48)), dict(w=packed, s=np.abs(floats(24, scale=0.1)), z=numbers(16)))
    directions = dict(
        w=numbers(1, 3, 16, low=-127, high=128, dtype=np.int8), r=numbers(1, 4, 16, low=-127, high=128, dtype=np.int8),
        b=floats(1, 32), ws=np.float32([0.006]), wz=np.int8([0]), rs=np.float32([0.004]), rz=np.int8([0]))
    write("rounded/dynamic_quantize_lstm",
          [ms("DynamicQuantizeLSTM", ["x", "w", "r", "b", "", "", "", "", "ws", "wz", "rs", "rz"], ("y", "h", "c"), hidden_size=4)],
          dict(x=floats(5, 2, 3)), directions, outputs=("y", "h", "c"))


def legacy():
    """Versions before 7: operand b stands at `axis` of a."""
    a, b = floats(2, 3, 3, 3), np.abs(floats(3)) + 0.5
    column = b.reshape(3, 1, 1)
    for op, f in (("Add", np.add), ("Sub", np.subtract), ("Mul", np.multiply), ("Div", np.divide), ("Pow", np.power),
                  ("Greater", np.greater), ("Less", np.less)):
        x = np.abs(a) if op == "Pow" else a
        write(f"legacy_{op.lower()}", [N(op, ["a", "b"], ["y"], broadcast=1, axis=1)], dict(a=x, b=b), version=6, ir=3,
              expected=[f(x, column)])
        write(f"legacy_{op.lower()}_constant", [N(op, ["a", "b"], ["y"], broadcast=1, axis=1)], dict(a=x), dict(b=b),
              version=6, ir=3, expected=[f(x, column)])
    i = numbers(3, 3, high=3, dtype=np.int32)
    write("legacy_equal", [N("Equal", ["a", "b"], ["y"], broadcast=1, axis=0)], dict(a=i, b=i[0].copy()), version=6, ir=3,
          expected=[i == i[0].reshape(3, 1)])
    flags = random.integers(0, 2, (3, 3)).astype(bool)
    for op, f in (("And", np.logical_and), ("Or", np.logical_or), ("Xor", np.logical_xor)):
        write(f"legacy_{op.lower()}", [N(op, ["a", "b"], ["y"], broadcast=1, axis=0)],
              dict(a=flags, b=flags[:, 0].copy()), version=6, ir=3, expected=[f(flags, flags[:, :1])])
    x, m = floats(2, 3, 4, 5), floats(3, 4)
    write("legacy_add_middle", [N("Add", ["a", "b"], ["y"], broadcast=1, axis=1)], dict(a=x, b=m), version=6, ir=3,
          expected=[x + m[:, :, None]])
    s = floats(4, 5)
    write("legacy_add_suffix", [N("Add", ["a", "b"], ["y"], broadcast=1)], dict(a=x, b=s), version=6, ir=3, expected=[x + s])
    slope = np.abs(floats(3))
    write("legacy_prelu", [N("PRelu", ["a", "b"], ["y"])], dict(a=a, b=slope), version=6, ir=3,
          expected=[np.where(a < 0, a * slope.reshape(3, 1, 1), a)])


def files():
    x = floats(2, 3)

    def sparse(indices):
        def edit(model):
            values = nh.from_array(np.float32([5, 6]), "w")
            tensor = h.make_sparse_tensor(values, nh.from_array(np.int64(indices), "i"), [3, 4])
            model.graph.sparse_initializer.append(tensor)
        return edit

    dense = np.zeros((3, 4), np.float32)
    dense[0, 2], dense[2, 3] = 5, 6
    for name, indices in (("linear", [2, 11]), ("coordinates", [[0, 2], [2, 3]])):
        write(f"sparse_{name}", [N("MatMul", ["x", "w"], ["y"])], dict(x=x), expected=[x @ dense], edit=sparse(indices))

    def twice(domain):
        return lambda model: model.opset_import.append(h.make_opsetid(domain, 13))

    cube = floats(2, 3, 4)
    e = np.exp(cube - cube.max(-1, keepdims=True))
    for name, domain in (("same", ""), ("alias", "ai.onnx")):
        write(f"opset_twice_{name}", [N("Softmax", ["x"], ["y"])], dict(x=cube), version=9,
              expected=[e / e.sum(-1, keepdims=True)], edit=twice(domain))
    write("unsorted", [N("Relu", ["x"], ["a"]), N("Exp", ["a"], ["b"]), N("Add", ["a", "b"], ["y"])], dict(x=x),
          order=[2, 0, 1])
    write("default_given", [N("Mul", ["x", "s"], ["y"])], dict(x=x, s=np.float32([2, 3, 4])),
          dict(s=np.ones(3, np.float32)), expected=[x * np.float32([2, 3, 4])])


fusions()
transformers()
quantized()
legacy()
files()
print(len(list(HERE.rglob("model.onnx"))), "cases")
