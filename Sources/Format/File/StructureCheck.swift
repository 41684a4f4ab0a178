import ProtobufC
import ZooProto

/// Walks over the encoded structure before protobuf-c sees it.
///
/// protobuf-c has no limit of depth, cuts text at NUL, merges messages that stand twice, and takes much more memory
/// than the bytes it reads. So all of that is refused here, by the tables that it will use itself. O(bytes).
struct StructureCheck {
  private let limits: LoadLimits
  private let graph: UnsafePointer<ProtobufCMessageDescriptor>
  private let node: UnsafePointer<ProtobufCMessageDescriptor>
  private let tensor: UnsafePointer<ProtobufCMessageDescriptor>
  private var nodes = 0
  private var tensors = 0

  static func check(_ bytes: UnsafeRawBufferPointer, limits: LoadLimits) throws(ZooError) {
    var structure = Zoo__Structure()
    zoo__structure__init(&structure)
    var graph = Zoo__Graph()
    zoo__graph__init(&graph)
    var node = Zoo__Node()
    zoo__node__init(&node)
    var tensor = Zoo__Tensor()
    zoo__tensor__init(&tensor)
    var check = StructureCheck(
      limits: limits, graph: graph.base.descriptor, node: node.base.descriptor, tensor: tensor.base.descriptor)
    try check.message(structure.base.descriptor, bytes, graphs: 0)
  }

  private init(
    limits: LoadLimits, graph: UnsafePointer<ProtobufCMessageDescriptor>,
    node: UnsafePointer<ProtobufCMessageDescriptor>, tensor: UnsafePointer<ProtobufCMessageDescriptor>
  ) {
    self.limits = limits
    self.graph = graph
    self.node = node
    self.tensor = tensor
  }

  /// `graphs` is the number of graphs that the message stands in: messages nest only through graphs, so limiting these
  /// limits the depth.
  private mutating func message(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ bytes: UnsafeRawBufferPointer, graphs: Int
  ) throws(ZooError) {
    try count(descriptor, graphs: graphs)
    let graphs = descriptor == graph ? graphs + 1 : graphs
    var reader = WireReader(bytes)
    // A bit for each field that may stand once; all members of a `oneof` share one.
    var seen: UInt64 = 0
    while let field = try reader.next() {
      guard let entry = protobuf_c_message_descriptor_get_field(descriptor, UInt32(field.number)) else { continue }
      if entry.pointee.label != PROTOBUF_C_LABEL_REPEATED {
        let isMember = entry.pointee.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0
        let bit: UInt64 = isMember ? 1 : 1 << UInt64(min(field.number, 63))
        guard seen & bit == 0 else { throw problem(descriptor, entry, "stands twice", "once") }
        seen |= bit
      }
      try value(of: field, descriptor, entry, graphs: graphs)
    }
  }

  private mutating func count(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, graphs: Int
  ) throws(ZooError) {
    if descriptor == graph, graphs > limits.nesting {
      throw limits.exceeded(
        "graphs inside each other", found: "more than \(limits.nesting)", limit: "\(limits.nesting)")
    }
    if descriptor == node {
      nodes += 1
      guard nodes <= limits.nodes else {
        throw limits.exceeded("nodes", found: "more than \(limits.nodes)", limit: "\(limits.nodes)")
      }
    }
    if descriptor == tensor {
      tensors += 1
      guard tensors <= limits.tensors else {
        throw limits.exceeded("tensors", found: "more than \(limits.tensors)", limit: "\(limits.tensors)")
      }
    }
  }

  private mutating func value(
    of field: WireField, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    _ entry: UnsafePointer<ProtobufCFieldDescriptor>, graphs: Int
  ) throws(ZooError) {
    switch (entry.pointee.type, field.value) {
    case (PROTOBUF_C_TYPE_MESSAGE, .bytes(let bytes)):
      guard let inner = entry.pointee.descriptor else { return }
      try message(inner.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), bytes, graphs: graphs)
    case (PROTOBUF_C_TYPE_STRING, .bytes(let bytes)):
      do throws(ZooError) { _ = try String(wire: bytes) } catch {
        throw problem(descriptor, entry, error.problem, error.expected)
      }
    case (PROTOBUF_C_TYPE_BYTES, .bytes): break
    case (PROTOBUF_C_TYPE_FLOAT, .fixed32), (PROTOBUF_C_TYPE_FIXED64, .fixed64), (PROTOBUF_C_TYPE_DOUBLE, .fixed64):
      break
    case (PROTOBUF_C_TYPE_INT64, .varint), (PROTOBUF_C_TYPE_UINT64, .varint), (PROTOBUF_C_TYPE_UINT32, .varint),
      (PROTOBUF_C_TYPE_ENUM, .varint), (PROTOBUF_C_TYPE_BOOL, .varint):
      break
    case (PROTOBUF_C_TYPE_INT64, .bytes(let bytes)), (PROTOBUF_C_TYPE_UINT32, .bytes(let bytes)):
      try packed(entry, descriptor, bytes) { reader throws(ZooError) in _ = try reader.varint() }
    case (PROTOBUF_C_TYPE_FLOAT, .bytes(let bytes)):
      try packed(entry, descriptor, bytes) { reader throws(ZooError) in _ = try reader.fixed32() }
    default:
      throw problem(descriptor, entry, "is stored in another way than its type asks for", nil)
    }
  }

  /// Numbers of a repeated field that stand one after the other.
  private func packed(
    _ entry: UnsafePointer<ProtobufCFieldDescriptor>, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    _ bytes: UnsafeRawBufferPointer, skip: (inout WireReader) throws(ZooError) -> Void
  ) throws(ZooError) {
    guard entry.pointee.label == PROTOBUF_C_LABEL_REPEATED else {
      throw problem(descriptor, entry, "is a list", "one number")
    }
    var reader = WireReader(bytes)
    while !reader.isAtEnd { try skip(&reader) }
  }

  private func problem(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ entry: UnsafePointer<ProtobufCFieldDescriptor>,
    _ problem: String, _ expected: String?
  ) -> ZooError {
    ZooError(
      .badInput, path: "\(String(cString: descriptor.pointee.short_name)).\(String(cString: entry.pointee.name))",
      problem: problem, expected: expected)
  }
}
