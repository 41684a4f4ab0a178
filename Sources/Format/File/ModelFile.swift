import ProtobufC
import ZooProto

/// An open `.zoo` file: its structure is read and checked, its tensors are found but not touched.
public struct ModelFile: Sendable {
  /// An entry of the tensor table.
  public struct Entry: Sendable, Hashable {
    /// Unique in the file; graphs refer to the tensor by it.
    public let name: String
    /// Element type and shape.
    public let type: TensorType
    /// Where the elements start in the file.
    public let offset: Int
    /// SHA-256 of the elements, 32 bytes.
    public let digest: [UInt8]
    let unknown: [UInt8]
  }

  /// The version of the format that the writer spoke.
  public let formatVersion: Int
  /// The size of the file.
  public let byteCount: Int
  /// Of the structure, which names the digests of all tensors: two files with the same one hold the same model.
  package var structureDigest: [UInt8] { outline.structureDigest }
  /// The tensor table, in its order.
  public let entries: [Entry]
  let outline: FileOutline
  private let structure: [UInt8]
  let source: any ByteSource
  private let limits: LoadLimits
  let path: String?

  /// Opens a file, checks the digest of its structure, and that all tensors lie where the table says.
  ///
  /// Costs O(structure + number of tensors) time and memory, whatever the size of the file: under a millisecond for a
  /// ResNet-18.
  /// - Throws: ``ZooError`` of kind `badInput` if there is no such file or it isn't valid.
  public static func open(
    _ path: String, limits: LoadLimits = .default, memory: TensorMemory = .mapped
  ) throws(ZooError) -> ModelFile {
    do throws(ZooError) {
      return try ModelFile(FileSource(path, memory: memory), limits: limits, path: path)
    } catch {
      throw error.at(file: path)
    }
  }

  init(_ source: some ByteSource, limits: LoadLimits, path: String?) throws(ZooError) {
    let outline = try FileOutline(source, limits: limits)
    // From here on only this copy is used, so nobody can change it after it was checked.
    let structure = try source.bytes(at: outline.structure.lowerBound, count: outline.structure.count)
    guard SHA256.digest(structure) == outline.structureDigest else {
      throw ZooError(
        .badInput, problem: "the structure doesn't have the digest that it was written with: the file is damaged",
        remedy: "Get the file again")
    }
    self.outline = outline
    self.structure = structure
    self.source = source
    self.limits = limits
    self.path = path
    formatVersion = outline.formatVersion
    byteCount = source.byteCount
    try structure.withBytes { bytes throws(ZooError) in try StructureCheck.check(bytes, limits: limits) }
    entries = try Self.parse(structure, limits: limits) { message throws(ZooError) in
      try TensorTable.entries(message, outline: outline, limits: limits)
    }
  }

  /// The model, whose tensors use the mapped file unless it was opened with ``TensorMemory/copied``.
  ///
  /// Without `checkDigests` no element of a mapped file is read, except those of type bool and of less than 8 bits:
  /// O(structure). Elements that aren't mapped are copied: O(bytes). With it, every element is read and hashed before: about
  /// two to three seconds for a gigabyte.
  /// - Throws: ``ZooError`` of kind `badInput` if the graph isn't valid or a digest differs.
  public func load(checkDigests: Bool = false) throws(ZooError) -> Model {
    do throws(ZooError) {
      if checkDigests { try verifyDigests() }
      let tensors = try entries.map { entry throws(ZooError) in (name: entry.name, tensor: try tensor(entry)) }
      var decoder = StructureDecoder(tensors: tensors, tableUnknown: entries.map(\.unknown), limits: limits)
      var model = try Self.parse(structure, limits: limits) { message throws(ZooError) in try decoder.model(message) }
      model.unknownFields = decoder.unknown
      if !outline.unknown.isEmpty { model.unknownFields.byPath[""] = outline.unknown }
      if formatVersion > FileFormat.version {
        model.unknownFields.formatVersion = formatVersion
        model.unknownFields.minimumReader = outline.minimumReader
      }
      try GraphValidator.validate(model)
      return model
    } catch {
      throw path.map { error.at(file: $0) } ?? error
    }
  }

  /// Reads every element and compares the digests. O(bytes): about two to three seconds for a gigabyte. Of a file that isn't
  /// mapped, one tensor after the other is copied.
  /// - Throws: ``ZooError`` naming the first tensor that isn't what was written.
  public func verifyDigests() throws(ZooError) {
    for entry in entries {
      guard try tensor(entry).withUnsafeBytes({ SHA256.digest($0) }) == entry.digest else {
        throw ZooError(
          .badInput, file: path, tensor: entry.name,
          problem: "doesn't have the digest that it was written with: the file is damaged",
          remedy: "Get the file again")
      }
    }
  }

  private func tensor(_ entry: Entry) throws(ZooError) -> Tensor {
    let storage = try source.storage(at: entry.offset, byteCount: entry.type.byteCount)
    return try Tensor(entry.type, storage: storage).checkingElements(entry.name)
  }

  /// Lets protobuf-c parse the structure, which has been walked over before, within the budget of memory.
  private static func parse<R>(
    _ structure: [UInt8], limits: LoadLimits, _ body: (Zoo__Structure) throws(ZooError) -> R
  ) throws(ZooError) -> R {
    let arena = ParseArena(byteCount: limits.structureMemory)
    return try arena.withAllocator { allocator throws(ZooError) in
      guard let message = zoo__structure__unpack(&allocator, structure.count, structure) else {
        guard !arena.isExhausted else {
          throw limits.exceeded(
            "bytes of memory for the structure", found: "more than \(limits.structureMemory)",
            limit: "\(limits.structureMemory)")
        }
        throw ZooError(.badInput, problem: "the structure is no valid protobuf message")
      }
      return try body(message.pointee)
    }
  }
}

extension Model {
  /// Reads a `.zoo` file, or an ONNX model if the name ends in `.onnx` (see ``ONNX/read(path:limits:)``).
  ///
  /// The tensors of a `.zoo` file of more than 16 MiB use the mapped file (see ``TensorMemory/mapped``): O(structure). Those
  /// of a smaller one and of an ONNX model are copied: O(bytes). Digests aren't checked unless asked for, which reads every
  /// element: see ``ModelFile/load(checkDigests:)``.
  /// - Throws: ``ZooError`` of kind `badInput` if there is no such file or it isn't valid.
  public static func read(
    from path: String, limits: LoadLimits = .default, checkDigests: Bool = false
  ) throws(ZooError) -> Model {
    if path.hasSuffix(".onnx") { return try ONNX.read(path: path, limits: limits) }
    return try ModelFile.open(path, limits: limits).load(checkDigests: checkDigests)
  }

  /// Reads what ``serialized()`` made, e.g. from a pipe. O(bytes): elements are copied twice, to check their digests
  /// one after the other and to keep them.
  /// - Throws: ``ZooError`` of kind `badInput` if the bytes aren't a valid model.
  public init(serialized bytes: [UInt8], limits: LoadLimits = .default) throws(ZooError) {
    self = try ModelFile(MemorySource(bytes), limits: limits, path: nil).load(checkDigests: true)
  }
}
