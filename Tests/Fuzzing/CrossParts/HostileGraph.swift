@testable import ZooWorkbench

/// Graphs whose structure is right and whose operators are given anything: attributes, shapes, types and values.
struct HostileGraph {
  private(set) var graph = Graph(name: "hostile")
  /// Tensors for the graph's inputs.
  private(set) var inputs: [String: Tensor] = [:]
  private var choices: Choices
  private var values: [String] = []

  /// - Parameter isFixed: all that isn't a float is in the file, so that shapes are known before the run.
  init(_ bytes: [UInt8]) throws {
    choices = Choices(bytes)
    let all = OperatorTable.standard.all
    for number in 0..<1 + choices.below(3) {
      let definition = all[choices.below(all.count)]
      let range = definition.inputs
      let count = min(range.lowerBound + choices.below(min(range.count, 5)), 12)
      var names: [String] = []
      for position in 0..<count {
        if position >= range.lowerBound, choices.rarely(4) { names.append("") } else { names.append(try value()) }
      }
      let outputs = definition.outputs.lowerBound + choices.below(min(definition.outputs.count, 4))
      var attributes: [String: Attribute] = [:]
      for _ in 0..<choices.below(5) { attributes[choices.one(of: Self.names)] = try attribute() }
      let made = (0..<max(outputs, 1)).map { "n\(number).\($0)" }
      graph.nodes.append(
        Node(
          name: "n\(number)", op: definition.name, domain: definition.domain, inputs: names, outputs: made,
          attributes: attributes))
      values += made
    }
    graph.outputs = (graph.nodes.last?.outputs ?? []).map { ValueInfo($0, .float32, nil) }
  }

  /// An earlier value, or a new input or initializer.
  private mutating func value() throws -> String {
    if !values.isEmpty, choices.rarely(2) { return choices.one(of: values) }
    let name = "v\(values.count)"
    values.append(name)
    let tensor = try tensor()
    if tensor.elementType == .float32, !choices.rarely(4) {
      inputs[name] = tensor
      graph.inputs.append(ValueInfo(name, .float32, tensor.shape.map(Dimension.fixed)))
    } else {
      graph.initializers[name] = tensor
    }
    return name
  }

  private mutating func tensor() throws -> Tensor {
    let shape = (0..<choices.below(5)).map { _ in choices.rarely(12) ? 0 : 1 + choices.below(4) }
    let count = shape.reduce(1, *)
    switch choices.below(8) {
    case 0...3: return try Tensor(shape: shape, (0..<count).map { _ in choices.number() })
    case 4, 5: return try Tensor(shape: shape, (0..<count).map { _ in Int64(choices.integer()) })
    case 6: return try Tensor(shape: shape, (0..<count).map { _ in UInt8(choices.below(256)) })
    default:
      let types: [ElementType] = [.float16, .float64, .bool, .int8, .int32, .bfloat16, .uint16]
      return try Tensor(zeros: TensorType(choices.one(of: types), shape))
    }
  }

  private mutating func attribute() throws -> Attribute {
    let count = choices.below(5)
    switch choices.below(8) {
    case 0...2: return .int(choices.integer())
    case 3, 4: return .ints((0..<count).map { _ in choices.integer() })
    case 5: return .float(choices.number())
    case 6: return .floats((0..<count).map { _ in choices.number() })
    default: return choices.rarely(3) ? .tensor(try tensor()) : .string(choices.one(of: Self.words))
    }
  }

  /// What the operators ask for, most of them.
  private static let names = [
    "axis", "axes", "kernel_shape", "strides", "pads", "dilations", "group", "scales", "antialias", "mode", "to",
    "perm",
    "alpha", "beta", "epsilon", "hidden_size", "direction", "ceil_mode", "count_include_pad", "keepdims", "blocksize",
    "num_groups", "size", "value", "value_ints", "value_floats", "output_shape", "output_padding", "auto_pad",
    "equation", "num_outputs", "k", "largest", "exclusive", "reverse", "batch_dims", "coordinate_transformation_mode",
    "nearest_mode", "cubic_coeff_a", "shape", "start", "end", "transA", "transB", "batch", "momentum", "ratio", "seed",
    "depth", "periodic", "output_datatype", "onesided", "output_height", "output_width", "sampling_ratio",
    "spatial_scale", "q_num_heads", "kv_num_heads", "is_causal", "block_size", "saturate", "p", "bias", "lambd", "min",
    "max", "new_axis", "stash_type", "num_heads", "x_scale", "x_zero_point", "w_scale", "y_scale", "y_zero_point",
    "activation", "operator", "version", "probability", "layout", "steps", "clip",
  ]
  private static let words = [
    "", "linear", "cubic", "nearest", "constant", "edge", "reflect", "wrap", "forward", "reverse", "bidirectional",
    "SAME_UPPER", "VALID", "NOTSET", "ij,jk->ik", "i...->", "iiiiiiiiiiiiii->i", "tf_crop_and_resize", "align_corners",
    "asymmetric", "mean", "sum", "none", "add", "mul", "DCR", "CRD", "Relu", "Silu", "Resize", "floor", "ceil", "NHWC",
  ]
}
