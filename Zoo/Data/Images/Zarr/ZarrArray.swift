import Foundation
import ZooFormat
import ZooImages

/// An array of Zarr 2 or 3: what its metadata say, and its chunks.
///
/// Read are plain integers and floats of up to 32 bits in C order, without filters, compressed by Blosc, Zstandard, gzip or
/// not at all, also in shards.
struct ZarrArray: Sendable {
  let folder: String
  let shape: [Int]
  /// Of what is decoded at once.
  let chunk: [Int]
  let sampleType: SampleType
  let isLittleEndian: Bool
  /// What a chunk that isn't there holds.
  let fill: Float
  /// In the order in which they are undone.
  private let codecs: [ZarrCodec]
  private let shard: Shard?
  private let separator: String
  /// Before the numbers of a chunk in its name.
  private let prefix: String

  /// Chunks packed into one file, with an index of where they are.
  private struct Shard: Sendable {
    var shape: [Int]
    var isIndexAtStart: Bool
    var indexCodecs: [ZarrCodec]
  }

  /// The most elements of a chunk: 512 MiB as floats.
  private static let largestChunk = 1 << 27

  var chunkCount: Int { chunk.reduce(1, *) }

  /// - Throws: ``ZooError`` if there is no array, or one that isn't read.
  init(_ folder: String) throws(ZooError) {
    do throws(ZooError) {
      if let document = try ZarrMetadata.read(folder, "zarr.json") {
        try self.init(folder, version3: document)
      } else if let document = try ZarrMetadata.read(folder, ".zarray") {
        try self.init(folder, version2: document)
      } else {
        throw ZooError(.badInput, problem: "holds no Zarr array", expected: "zarr.json or .zarray")
      }
    } catch {
      throw error.at(file: folder)
    }
  }

  private init(_ folder: String, version2 document: JSONValue) throws(ZooError) {
    guard document["order"]?.text ?? "C" == "C" else { throw Self.unread("the order F of elements", expected: "C") }
    if let filters = document["filters"]?.items, !filters.isEmpty { throw Self.unread("filters", expected: "none") }
    var codecs: [ZarrCodec] = []
    if let compressor = document["compressor"], compressor != .null {
      codecs = [try Self.codec(compressor["id"]?.text)]
    }
    let name = document["dtype"]?.text ?? ""
    let types: [String: SampleType] = [
      "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32, "i4": .int32, "f4": .float32,
    ]
    guard let type = types[String(name.dropFirst())] else {
      throw Self.unread("elements of type '\(name)'", expected: types.keys.sorted().joined(separator: ", "))
    }
    try self.init(
      folder, shape: document["shape"], chunk: document["chunks"], type, isLittle: !name.hasPrefix(">"),
      fill: document["fill_value"], codecs, shard: nil, separator: document["dimension_separator"]?.text ?? ".",
      prefix: "")
  }

  private init(_ folder: String, version3 document: JSONValue) throws(ZooError) {
    guard document["node_type"]?.text == "array" else {
      throw ZooError(.badInput, problem: "is a Zarr group", expected: "an array")
    }
    guard let type = document["data_type"]?.text.flatMap(SampleType.init(rawValue:)) else {
      throw Self.unread(
        "elements of type '\(document["data_type"]?.text ?? "")'",
        expected: SampleType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let grid = document["chunk_grid"]
    guard grid?["name"]?.text == "regular" else {
      throw Self.unread("an irregular grid of chunks", expected: "regular")
    }
    var outer = grid?["configuration"]?["chunk_shape"]
    var listed = document["codecs"]?.items ?? []
    var shard: Shard?
    if listed.count == 1, listed[0]["name"]?.text == "sharding_indexed", let settings = listed[0]["configuration"] {
      let index = try Self.codecs(settings["index_codecs"]?.items ?? [])
      guard index.isLittle, index.codecs.allSatisfy({ $0 == .checksum }) else {
        throw Self.unread("a compressed index of shards", expected: "bytes and crc32c")
      }
      shard = Shard(
        shape: try Self.sizes(outer), isIndexAtStart: settings["index_location"]?.text == "start",
        indexCodecs: index.codecs)
      outer = settings["chunk_shape"]
      listed = settings["codecs"]?.items ?? []
    }
    let (codecs, isLittle) = try Self.codecs(listed)
    let keys = document["chunk_key_encoding"]
    let isVersion2 = keys?["name"]?.text == "v2"
    try self.init(
      folder, shape: document["shape"], chunk: outer, type, isLittle: isLittle, fill: document["fill_value"], codecs,
      shard: shard, separator: keys?["configuration"]?["separator"]?.text ?? (isVersion2 ? "." : "/"),
      prefix: isVersion2 ? "" : "c")
  }

  private init(
    _ folder: String, shape: JSONValue?, chunk: JSONValue?, _ type: SampleType, isLittle: Bool, fill: JSONValue?,
    _ codecs: [ZarrCodec], shard: Shard?, separator: String, prefix: String
  ) throws(ZooError) {
    self.folder = folder
    self.shape = try Self.sizes(shape)
    self.chunk = try Self.sizes(chunk)
    guard self.shape.count == self.chunk.count, (2...5).contains(self.shape.count) else {
      throw ZooError(
        .badInput, problem: "the Zarr array has \(self.shape.count) axes and chunks of \(self.chunk.count)",
        expected: "2 to 5 of both")
    }
    let count = self.chunk.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
    guard count <= Self.largestChunk else {
      throw ZooError(
        .badInput, problem: "a chunk of the Zarr array has \(count) elements", expected: "at most \(Self.largestChunk)")
    }
    if let shard {
      let fits = zip(shard.shape, self.chunk).allSatisfy { $0 % $1 == 0 } && shard.shape.count == self.chunk.count
      let inner = zip(shard.shape, self.chunk).reduce(1) { sum, sizes in
        let (product, overflow) = sum.multipliedReportingOverflow(by: sizes.0 / sizes.1)
        return overflow ? .max : product
      }
      guard fits, inner <= 1 << 22 else {
        throw ZooError(.badInput, problem: "the shards of the Zarr array don't consist of its chunks")
      }
    }
    guard separator == "." || separator == "/" else {
      throw Self.unread("the separator '\(separator)'", expected: ". or /")
    }
    switch fill ?? .null {
    case .null: self.fill = 0
    case .number(let number): self.fill = Float(number)
    case .string("NaN"): self.fill = .nan
    case .string("Infinity"): self.fill = .infinity
    case .string("-Infinity"): self.fill = -.infinity
    default: throw Self.unread("the fill value of another kind", expected: "a number")
    }
    sampleType = type
    isLittleEndian = isLittle
    self.codecs = codecs
    self.shard = shard
    self.separator = separator
    self.prefix = prefix
  }

  // MARK: Metadata

  private static func sizes(_ value: JSONValue?) throws(ZooError) -> [Int] {
    let sizes = value?.items?.compactMap(\.size) ?? []
    guard !sizes.isEmpty, sizes.count == value?.items?.count, sizes.allSatisfy({ (1...1 << 40).contains($0) }) else {
      throw ZooError(.badInput, problem: "the Zarr array doesn't say its shape", expected: "positive whole numbers")
    }
    return sizes
  }

  /// Codecs of Zarr 3 from the last to the first, without the one that makes bytes of elements.
  private static func codecs(_ listed: [JSONValue]) throws(ZooError) -> (codecs: [ZarrCodec], isLittle: Bool) {
    var isLittle = true
    var codecs: [ZarrCodec] = []
    for item in listed {
      switch item["name"]?.text {
      case "bytes": isLittle = item["configuration"]?["endian"]?.text != "big"
      case "transpose":
        let order = item["configuration"]?["order"]?.items?.compactMap(\.size) ?? []
        guard order == Array(order.indices) else { throw unread("transposed elements", expected: "those in C order") }
      case let name: codecs.insert(try codec(name), at: 0)
      }
    }
    return (codecs, isLittle)
  }

  private static func codec(_ name: String?) throws(ZooError) -> ZarrCodec {
    guard let codec = name.flatMap(ZarrCodec.init) else {
      throw unread("the codec '\(name ?? "")'", expected: ZarrCodec.names)
    }
    return codec
  }

  private static func unread(_ what: String, expected: String) -> ZooError {
    ZooError(
      .badInput, problem: "the Zarr array has \(what), which isn't read", expected: expected,
      remedy: "Write it anew with Zstandard or Blosc, or convert it: bioformats2raw, or raw2ometiff")
  }

  // MARK: Chunks

  /// The bytes of a chunk's elements; `nil` for one that isn't there, which is all ``fill``.
  /// - Parameter place: of the chunk along each axis.
  func bytes(_ place: [Int]) throws(ZooError) -> [UInt8]? {
    guard let stored = try stored(place) else { return nil }
    let size = chunkCount * sampleType.byteCount
    var bytes = stored
    for codec in codecs { bytes = try codec.decoded(bytes, size: size) }
    guard bytes.count == size else { throw ZarrCodec.broken }
    return bytes
  }

  private func file(_ place: [Int]) -> String {
    folder + "/" + ((prefix.isEmpty ? [] : [prefix]) + place.map(String.init)).joined(separator: separator)
  }

  private func stored(_ place: [Int]) throws(ZooError) -> [UInt8]? {
    guard let shard else {
      let path = file(place)
      guard FileKind(path) == .file else { return nil }
      let reader = try FileReader(path)
      // Compressed data are hardly larger than what they hold.
      guard reader.byteCount <= 2 * chunkCount * sampleType.byteCount + 1 << 16 else { throw ZarrCodec.broken }
      return try reader.bytes(at: 0, count: reader.byteCount)
    }
    let counts = zip(shard.shape, chunk).map { $0 / $1 }
    let path = file(zip(place, counts).map { $0 / $1 })
    guard FileKind(path) == .file else { return nil }
    let reader = try FileReader(path)
    let entries = counts.reduce(1, *)
    let indexSize = 16 * entries + 4 * shard.indexCodecs.count
    var index = try reader.bytes(at: shard.isIndexAtStart ? 0 : reader.byteCount - indexSize, count: indexSize)
    for codec in shard.indexCodecs { index = try codec.decoded(index, size: 16 * entries) }
    let number = zip(place, counts).reduce(0) { $0 * $1.1 + $1.0 % $1.1 }
    func word(_ at: Int) -> UInt64 { index[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    let (offset, size) = (word(16 * number), word(16 * number + 8))
    if offset == .max, size == .max { return nil }
    guard let offset = Int(exactly: offset), let size = Int(exactly: size), size <= reader.byteCount else {
      throw ZarrCodec.broken
    }
    return try reader.bytes(at: offset, count: size)
  }
}
