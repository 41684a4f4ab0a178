/// Reads `ValueInfoProto`.
struct ONNXValueReader {
  /// Whether the graph is the model's, whose inputs must say what they are.
  let isOuter: Bool

  /// - Throws: ``ZooError`` if the value isn't a tensor of a known element type.
  func read(_ bytes: UnsafeRawBufferPointer, scope: ONNXScope) throws(ZooError) -> ValueInfo {
    let (name, kind) = try parse(bytes)
    switch kind {
    case .tensor(let type, let dimensions): return ValueInfo(scope.name(name), type, dimensions)
    case .undeclared where !isOuter:
      // Graphs in attributes may leave types to inference.
      return ValueInfo(scope.name(name), .float32, nil)
    case .undeclared: throw ZooError(.badInput, tensor: name, problem: "has no declared type")
    case .other(let description):
      throw ZooError(
        .badInput, tensor: name, problem: "is \(description), which is not supported", expected: "a tensor")
    }
  }

  /// The same for a value inside the graph, of which other kinds are left out.
  func readIfTensor(_ bytes: UnsafeRawBufferPointer, scope: ONNXScope) throws(ZooError) -> ValueInfo? {
    let (name, kind) = try parse(bytes)
    guard case .tensor(let type, let dimensions) = kind else { return nil }
    return ValueInfo(scope.name(name), type, dimensions)
  }

  private enum Kind {
    case tensor(ElementType, [Dimension]?)
    case other(String)
    case undeclared
  }

  private func parse(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> (name: String, kind: Kind) {
    var name = ""
    var kind = Kind.undeclared
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.string()
      case 2: kind = try type(field.bytes())
      default: break
      }
    }
    return (name, kind)
  }

  /// Reads `TypeProto`.
  private func type(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> Kind {
    var kind = Kind.undeclared
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: kind = try tensor(field.bytes())
      case 4: kind = .other("a sequence")
      case 5: kind = .other("a map")
      case 7: kind = .other("of an opaque type")
      case 8: kind = .other("a sparse tensor")
      case 9: kind = .other("an optional value")
      default: break
      }
    }
    return kind
  }

  /// Reads `TypeProto.Tensor`.
  private func tensor(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> Kind {
    var code = 0
    var dimensions: [Dimension]?
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: code = try field.integer()
      case 2: dimensions = try shape(field.bytes())
      default: break
      }
    }
    guard code != 0 else { return .undeclared }
    guard let type = ONNXTensorReader.elementType(code) else {
      return .other("a tensor of \(ONNXTensorReader.typeName(code))")
    }
    return .tensor(type, dimensions)
  }

  /// Reads `TensorShapeProto`.
  private func shape(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> [Dimension] {
    var dimensions: [Dimension] = []
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      var dimension = Dimension.unknown
      var inner = WireReader(try field.bytes())
      while let field = try inner.next() {
        switch field.number {
        // Some exporters write -1 for a size that they don't know.
        case 1: dimension = try field.integer() < 0 ? .unknown : .fixed(field.integer())
        case 2:
          let name = try field.string()
          // "?" is what some exporters call every size that they don't know, equal or not.
          dimension = name.isEmpty || name == "?" ? .unknown : .symbolic(name)
        default: break
        }
      }
      dimensions.append(dimension)
    }
    return dimensions
  }
}
