/// Makes the bytes of a file from a model: equal models give equal bytes.
///
/// The elements of tensors are not copied; ``forEachPiece(_:)`` hands them out where they are.
struct ModelEncoder {
  /// Everything before the first tensor.
  private let head: [UInt8]
  private let tensors: [(lead: [UInt8], tensor: Tensor)]
  let structureDigest: [UInt8]

  /// Checks the model and computes digests and positions. O(elements), for the digests.
  init(_ model: Model) throws(ZooError) {
    try GraphValidator.validate(model)
    var structure = StructureEncoder(unknown: model.unknownFields)
    structure.encode(model)
    let digests = structure.table.map { entry in entry.tensor.withUnsafeBytes { SHA256.digest($0) } }

    // Offsets are stored with a fixed size, so the structure's length doesn't depend on them.
    var leads: [[UInt8]] = []
    var head = Self.head(model, structure.bytes(offsets: nil, digests: digests))
    var offsets: [Int] = []
    var position = head.count
    for entry in structure.table {
      let lead = Self.lead(at: position, byteCount: entry.tensor.type.byteCount)
      leads.append(lead)
      offsets.append(position + lead.count)
      position += lead.count + entry.tensor.type.byteCount
    }
    let bytes = structure.bytes(offsets: offsets, digests: digests)
    structureDigest = SHA256.digest(bytes)
    head = Self.head(model, bytes)
    self.head = head
    self.tensors = zip(leads, structure.table).map { ($0, $1.tensor) }
  }

  var byteCount: Int { tensors.reduce(head.count) { $0 + $1.lead.count + $1.tensor.type.byteCount } }

  /// Calls `body` with the pieces of the file, one after the other.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(ZooError) -> Void) throws(ZooError) {
    try head.withBytes(body)
    for (lead, tensor) in tensors {
      try lead.withBytes(body)
      try tensor.withUnsafeBytes(body)
    }
  }

  private static func head(_ model: Model, _ structure: [UInt8]) -> [UInt8] {
    start(
      version: max(FileFormat.version, model.unknownFields.formatVersion),
      minimumReader: max(FileFormat.minimumReader, model.unknownFields.minimumReader),
      digest: SHA256.digest(structure), structureCount: structure.count)
      + structure + (model.unknownFields.byPath[""] ?? [])
  }

  /// The first bytes of a file, up to those of the structure itself.
  static func start(version: Int, minimumReader: Int, digest: [UInt8], structureCount: Int) -> [UInt8] {
    var writer = WireWriter()
    writer.string(FileField.magic.rawValue, FileFormat.magic)
    writer.integer(FileField.formatVersion.rawValue, version)
    writer.integer(FileField.minimumReader.rawValue, minimumReader)
    writer.data(FileField.structureDigest.rawValue, digest)
    writer.tag(FileField.structure.rawValue, .lengthDelimited)
    writer.varint(UInt64(structureCount))
    return writer.bytes
  }

  /// The padding and the header of a tensor's field, after which its elements start on a boundary.
  static func lead(at position: Int, byteCount: Int) -> [UInt8] {
    var header = WireWriter()
    header.tag(FileField.tensorData.rawValue, .lengthDelimited)
    header.varint(UInt64(byteCount))
    // The padding's own header takes 2 bytes, since it is shorter than 128.
    let misaligned = (position + 2 + header.bytes.count) % FileFormat.alignment
    var writer = WireWriter()
    writer.data(
      FileField.padding.rawValue,
      [UInt8](repeating: 0, count: (FileFormat.alignment - misaligned) % FileFormat.alignment))
    writer.raw(header.bytes)
    return writer.bytes
  }
}

/// Facts of the format that reader and writer share.
enum FileFormat {
  static let magic = "zoo"
  static let version = 1
  static let minimumReader = 1
  static let alignment = 64
}

/// Fields of the message that a whole file is: `Model` in zoo.proto.
enum FileField: Int {
  case magic = 1
  case formatVersion = 2
  case minimumReader = 3
  case structureDigest = 4
  case structure = 5
  case padding = 6
  case tensorData = 7
}

extension Model {
  /// Writes the model to a file, whole or not at all. Equal models give equal bytes.
  ///
  /// O(bytes) time: the elements are read twice, once for the digests. They are not copied in memory.
  /// - Throws: ``ZooError`` of kind `badInput` if the graph isn't valid, of kind `failed` if the file can't be written.
  public func write(to path: String) throws(ZooError) {
    let encoder = try ModelEncoder(self)
    let file = try AtomicFile(path)
    try encoder.forEachPiece(file.write)
    try file.commit()
  }

  /// Writes the model to a file that appears when the caller commits it.
  /// - Returns: the file, and the digest of its structure: ``ModelFile/structureDigest``.
  package func staged(_ name: String, in folder: OpenFolder) throws(ZooError) -> (file: AtomicFile, digest: [UInt8]) {
    let encoder = try ModelEncoder(self)
    let file = try AtomicFile(name, in: folder)
    try encoder.forEachPiece(file.write)
    return (file, encoder.structureDigest)
  }

  /// The bytes of the file, for a pipe. O(bytes) time and memory.
  /// - Throws: ``ZooError`` of kind `badInput` if the graph isn't valid.
  public func serialized() throws(ZooError) -> [UInt8] {
    let encoder = try ModelEncoder(self)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(encoder.byteCount)
    try encoder.forEachPiece { bytes.append(contentsOf: $0) }
    return bytes
  }
}
