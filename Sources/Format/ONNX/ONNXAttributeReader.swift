/// Reads `AttributeProto`.
struct ONNXAttributeReader {
  let graphs: ONNXGraphReader
  let scope: ONNXScope
  let depth: Int

  /// The name and the value; `nil` for a reference to an attribute that the call of the function doesn't have.
  func read(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> (name: String, value: Attribute)? {
    var name = ""
    var reference = ""
    var type: Int?
    var content = Content()
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.string()
      case 2: content.float = try field.float()
      case 3: content.int = try field.integer()
      case 4: content.string = try field.bytes()
      case 5: content.tensor = try field.bytes()
      case 6: content.graph = try field.bytes()
      case 7: try field.appendFloats(to: &content.floats)
      case 8: try field.appendIntegers(to: &content.ints)
      case 9: content.strings.append(try field.string())
      case 20: type = try field.integer()
      case 21: reference = try field.string()
      case 22: content.sparse = try field.bytes()
      case 10, 11, 14, 15, 23: content.hasOther = true
      default: break
      }
    }
    // A function's body is decoded for each call, so there the elements count as well.
    let isShared = scope.attributes == nil && (content.tensor != nil || content.sparse != nil || content.graph != nil)
    try graphs.budget.spend(structureBytes: isShared ? name.utf8.count : bytes.count)
    if !reference.isEmpty {
      guard let value = scope.attributes?[reference] else {
        guard scope.attributes != nil else {
          throw ZooError(.badInput, problem: "the attribute '\(name)' refers to one of a function, outside of any")
        }
        return nil
      }
      return (name, value)
    }
    guard let value = try value(content, type: type ?? content.impliedType) else {
      throw ZooError(
        .badInput, problem: "the attribute '\(name)' is of a kind that is not supported (\(type ?? 0))",
        expected: "a number, a text, a tensor, a graph or a list of the first two")
    }
    return (name, value)
  }

  /// The value of the kind that `type` says: `AttributeProto.AttributeType`.
  private func value(_ content: Content, type: Int) throws(ZooError) -> Attribute? {
    switch type {
    case 1: return .float(content.float ?? 0)
    case 2: return .int(content.int ?? 0)
    case 3: return .string(try content.string.map(String.init(wire:)) ?? "")
    case 4:
      guard let tensor = content.tensor else { return nil }
      return .tensor(try ONNXTensorReader(budget: graphs.budget, external: graphs.external).read(tensor).tensor)
    case 5:
      guard let graph = content.graph else { return nil }
      return .graph(try graphs.graph(graph, scope: scope, depth: depth + 1))
    case 6: return .floats(content.floats)
    case 7: return .ints(content.ints)
    case 8: return .strings(content.strings)
    case 11:
      guard let sparse = content.sparse else { return nil }
      return .tensor(try ONNXTensorReader(budget: graphs.budget, external: graphs.external).readSparse(sparse).tensor)
    default: return nil
    }
  }

  private struct Content {
    var float: Float?
    var int: Int?
    var string: UnsafeRawBufferPointer?
    var tensor: UnsafeRawBufferPointer?
    var sparse: UnsafeRawBufferPointer?
    var graph: UnsafeRawBufferPointer?
    var floats: [Float] = []
    var ints: [Int] = []
    var strings: [String] = []
    var hasOther = false

    /// Version 1 of the file format had no field for the type.
    var impliedType: Int {
      if hasOther { return 0 }
      if float != nil { return 1 }
      if int != nil { return 2 }
      if string != nil { return 3 }
      if tensor != nil { return 4 }
      if sparse != nil { return 11 }
      if graph != nil { return 5 }
      if !floats.isEmpty { return 6 }
      if !strings.isEmpty { return 8 }
      return 7
    }
  }
}

extension WireField {
  /// Adds the numbers of a repeated field, which may stand one by one or all together.
  func appendIntegers(to values: inout [Int]) throws(ZooError) {
    switch value {
    case .bytes(let packed):
      var reader = WireReader(packed)
      while !reader.isAtEnd { values.append(Int(truncatingIfNeeded: try reader.varint())) }
    default: values.append(try integer())
    }
  }

  func appendFloats(to values: inout [Float]) throws(ZooError) {
    switch value {
    case .bytes(let packed):
      var reader = WireReader(packed)
      while !reader.isAtEnd { values.append(Float(bitPattern: try reader.fixed32())) }
    default: values.append(try float())
    }
  }
}
