import ProtobufC
import ZooProto

/// Compares the tensor table with what stands in the file.
enum TensorTable {
  /// - Throws: ``ZooError`` naming the first tensor whose place or size isn't what the table says.
  static func entries(
    _ structure: Zoo__Structure, outline: FileOutline, limits: LoadLimits
  ) throws(ZooError) -> [ModelFile.Entry] {
    guard structure.n_tensors == outline.tensors.count else {
      throw ZooError(
        .badInput,
        problem: "the tensor table has \(structure.n_tensors) entries, the file \(outline.tensors.count) tensors",
        expected: "as many of the one as of the other", remedy: "Get the file again: it may be cut short")
    }
    var entries: [ModelFile.Entry] = []
    entries.reserveCapacity(structure.n_tensors)
    var elements = 0
    for (message, place) in zip(list(structure.tensors, structure.n_tensors), outline.tensors) {
      let entry = try entry(message, place: place)
      elements += entry.type.elementCount
      guard elements <= limits.elements else {
        throw limits.exceeded("elements", found: "more than \(limits.elements)", limit: "\(limits.elements)")
      }
      entries.append(entry)
    }
    return entries
  }

  private static func entry(_ message: Zoo__Tensor, place: Range<Int>) throws(ZooError) -> ModelFile.Entry {
    let name = text(message.name)
    func problem(_ problem: String, _ expected: String) -> ZooError {
      ZooError(.badInput, tensor: name, problem: problem, expected: expected)
    }
    let type = try TensorType(
      elementType(message.type, name), numbers(message.dims, message.n_dims).map(Int.init)
    ).validated(name)
    guard message.length == UInt64(type.byteCount) else {
      throw problem("has \(message.length) bytes of data for \(type)", "\(type.byteCount)")
    }
    guard message.offset % UInt64(FileFormat.alignment) == 0 else {
      throw problem("starts at byte \(message.offset)", "a multiple of \(FileFormat.alignment)")
    }
    guard message.offset == UInt64(place.lowerBound) else {
      throw problem(
        "the table says that it starts at byte \(message.offset)", "byte \(place.lowerBound), where its field starts")
    }
    guard place.count == type.byteCount else {
      throw problem("its field has \(place.count) bytes for \(type)", "\(type.byteCount)")
    }
    let digest = bytes(message.digest)
    guard digest.count == 32 else { throw problem("its digest has \(digest.count) bytes", "32") }
    return ModelFile.Entry(
      name: name, type: type, offset: place.lowerBound, digest: digest, unknown: unknownFields(of: message.base))
  }
}
