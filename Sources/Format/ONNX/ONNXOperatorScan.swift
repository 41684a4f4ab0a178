/// Which operators an ONNX file names, found without decoding anything else of it.
struct ONNXOperatorScan {
  private let nesting: Int
  private var found: Set<String> = []

  init(nesting: Int) { self.nesting = nesting }

  /// Operators of the graph, of graphs in attributes and of functions, own domains before the name; a function's name
  /// stands beside the operators of its body.
  static func operators(_ bytes: UnsafeRawBufferPointer, nesting: Int) throws(ZooError) -> Set<String> {
    var scan = ONNXOperatorScan(nesting: nesting)
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 7: try scan.graph(field.bytes(), depth: 0)
      case 25: try scan.nodes(of: field.bytes(), field: 7, depth: 0)
      default: break
      }
    }
    return scan.found
  }

  private mutating func graph(_ bytes: UnsafeRawBufferPointer, depth: Int) throws(ZooError) {
    guard depth <= nesting else { return }
    try nodes(of: bytes, field: 1, depth: depth)
  }

  private mutating func nodes(of bytes: UnsafeRawBufferPointer, field number: Int, depth: Int) throws(ZooError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == number { try node(field.bytes(), depth: depth) }
    }
  }

  private mutating func node(_ bytes: UnsafeRawBufferPointer, depth: Int) throws(ZooError) {
    var (name, domain) = ("", "")
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 4: name = try field.string()
      case 5: try attribute(field.bytes(), depth: depth)
      case 7: domain = try field.string()
      default: break
      }
    }
    found.insert(OperatorDomain.key(domain, name))
  }

  private mutating func attribute(_ bytes: UnsafeRawBufferPointer, depth: Int) throws(ZooError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 6 { try graph(field.bytes(), depth: depth + 1) }
    }
  }
}
