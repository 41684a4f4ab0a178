import ProtobufC
import ZooProto

// How protobuf-c hands out what it parsed: pointers with counts, which are `nil` when there is nothing.

/// The messages of a repeated field.
func list<T>(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<T>?>?, _ count: Int) -> some Sequence<T> {
  UnsafeBufferPointer(start: pointers, count: pointers == nil ? 0 : count).lazy.compactMap { $0?.pointee }
}

/// The numbers of a repeated field.
func numbers<T>(_ pointer: UnsafeMutablePointer<T>?, _ count: Int) -> [T] {
  Array(UnsafeBufferPointer(start: pointer, count: pointer == nil ? 0 : count))
}

func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

func texts(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int) -> [String] {
  UnsafeBufferPointer(start: pointers, count: pointers == nil ? 0 : count).map { text($0) }
}

func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
  Array(UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len))
}

/// The fields of `message` that its descriptor doesn't name, encoded as they were.
func unknownFields(of message: ProtobufCMessage) -> [UInt8] {
  var writer = WireWriter()
  for field in UnsafeBufferPointer(start: message.unknown_fields, count: Int(message.n_unknown_fields)) {
    guard let type = WireType(rawValue: UInt8(truncatingIfNeeded: field.wire_type.rawValue)) else { continue }
    writer.tag(Int(field.tag), type)
    writer.raw(UnsafeBufferPointer(start: field.data, count: field.data == nil ? 0 : field.len))
  }
  return writer.bytes
}

/// - Throws: ``ZooError`` about `name` if this version doesn't know the type.
func elementType(_ type: Zoo__ElementType, _ name: String) throws(ZooError) -> ElementType {
  guard let type = ElementType(rawValue: Int32(truncatingIfNeeded: type.rawValue)) else {
    throw ZooError(
      .badInput, tensor: name, problem: "has the element type \(type.rawValue), which this version doesn't know")
  }
  return type
}
