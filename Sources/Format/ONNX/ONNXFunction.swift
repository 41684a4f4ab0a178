/// `FunctionProto`: a piece of graph that nodes call by name. Its body stays encoded and is decoded for each call, with
/// the call's names and attributes.
struct ONNXFunction {
  struct Key: Hashable, CustomStringConvertible {
    var domain: String
    var name: String
    var overload: String

    var description: String { "\(domain).\(name)\(overload.isEmpty ? "" : ":\(overload)")" }
  }

  private(set) var key = Key(domain: "", name: "", overload: "")
  private(set) var inputs: [String] = []
  private(set) var outputs: [String] = []
  private(set) var nodes: [UnsafeRawBufferPointer] = []
  /// `AttributeProto`s with default values.
  private(set) var defaults: [UnsafeRawBufferPointer] = []
  private var opsets: [String: Int] = [:]

  init(_ bytes: UnsafeRawBufferPointer, budget: ONNXBudget) throws(ZooError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: key.name = try field.string()
      case 4: inputs.append(try field.string())
      case 5: outputs.append(try field.string())
      case 7: nodes.append(try field.bytes())
      case 9:
        let (domain, version) = try ONNXModelReader.opset(field.bytes())
        opsets[domain] = version
      case 10:
        key.domain = OperatorDomain.canonical(try field.string())
      case 11: defaults.append(try field.bytes())
      case 13: key.overload = try field.string()
      default: continue
      }
      try budget.spend(structureBytes: 16)
    }
  }

  /// A function may import operator sets that the model doesn't, but not other versions of the same.
  func check(opsets model: inout [String: Int]) throws(ZooError) {
    for (domain, version) in opsets {
      let own = model[domain] ?? version
      guard own == version else {
        throw ZooError(
          .badInput,
          problem: "function '\(key)' uses version \(version) of the operators '\(domain)', the model version \(own): "
            + "that is not supported", expected: "one version", remedy: "Convert the model to one version first")
      }
      model[domain] = version
    }
  }
}

/// What names and attributes mean where a node is decoded: in a graph of the file, or in a function's body.
struct ONNXScope {
  /// Put before the names of a function's own values and nodes, so that two calls don't meet.
  var prefix = ""
  /// The caller's names for a function's inputs and outputs.
  var names: [String: String] = [:]
  /// The call's attributes, or `nil` outside functions.
  var attributes: [String: Attribute]?
  /// The functions around, outermost first.
  var calls: [ONNXFunction.Key] = []

  func name(_ name: String) -> String { name.isEmpty ? "" : names[name] ?? prefix + name }
}
