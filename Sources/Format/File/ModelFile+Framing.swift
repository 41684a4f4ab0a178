extension ModelFile {
  /// Compares the bytes that no digest covers, those around the structure and the tensors, with what a writer puts there:
  /// heads of fields in their shortest form and in order, padding of zeros, nothing else. O(tensors).
  ///
  /// Of a file of a newer version, whose further fields this one doesn't know, padding alone is compared.
  /// - Throws: ``ZooError`` of kind `badInput` naming the byte that is something else.
  package func verifyFraming() throws(ZooError) {
    do throws(ZooError) {
      guard formatVersion <= FileFormat.version else { return try verifyPadding() }
      guard outline.minimumReader <= formatVersion else {
        throw ZooError(
          .badInput, path: "minimum_reader",
          problem: "is \(outline.minimumReader), newer than the file's version \(formatVersion)")
      }
      guard outline.unknown.isEmpty else {
        throw ZooError(
          .badInput,
          problem:
            "holds \(outline.unknown.count) bytes of fields that version \(formatVersion) of the format doesn't have, and that no digest covers",
          expected: "the structure and its tensors alone", remedy: "Don't use it: get the file again from its source")
      }
      let start = ModelEncoder.start(
        version: formatVersion, minimumReader: outline.minimumReader, digest: outline.structureDigest,
        structureCount: outline.structure.count)
      try compare(start, at: 0)
      guard outline.structure.lowerBound == start.count else { throw unexpected(at: start.count) }
      var position = outline.structure.upperBound
      for place in outline.tensors {
        let lead = ModelEncoder.lead(at: position, byteCount: place.count)
        try compare(lead, at: position)
        guard place.lowerBound == position + lead.count else { throw unexpected(at: position + lead.count) }
        position = place.upperBound
      }
      guard position == byteCount else { throw unexpected(at: position) }
    } catch {
      throw path.map { error.at(file: $0) } ?? error
    }
  }

  private func verifyPadding() throws(ZooError) {
    for range in outline.paddings {
      let bytes = try source.bytes(at: range.lowerBound, count: range.count)
      if let index = bytes.firstIndex(where: { $0 != 0 }) { throw unexpected(at: range.lowerBound + index) }
    }
  }

  private func compare(_ expected: [UInt8], at position: Int) throws(ZooError) {
    guard expected.count <= byteCount - position else { throw unexpected(at: byteCount) }
    let found = try source.bytes(at: position, count: expected.count)
    if let index = found.indices.first(where: { found[$0] != expected[$0] }) { throw unexpected(at: position + index) }
  }

  private func unexpected(at position: Int) -> ZooError {
    ZooError(
      .badInput, problem: "byte \(position), which no digest covers, isn't what a writer puts there",
      expected: "heads of fields in order, and padding of zeros",
      remedy: "Don't use it: get the file again from its source")
  }
}
