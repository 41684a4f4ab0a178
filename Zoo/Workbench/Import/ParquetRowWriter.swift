import Foundation
import ZooData
import ZooFormat

/// Writes rows as TIFF files, and the manifest of them.
struct ParquetRowWriter {
  private(set) var findings: [String] = []
  let isNormalized: Bool
  private let set: ParquetSet
  private let axes: ArrayAxes
  private let shapeCount: Int
  private let type: SampleType
  private let channelNames: [String]
  private let folder: String
  private let columns: [String]
  private var lines = ""
  private var folders: Set<String> = []
  /// Channel → rows that have it.
  private var channelRows: [String: Int] = [:]
  private var rowCount = 0
  /// Subset → experiments in it.
  private var experiments: [String: Set<String>] = [:]

  private static let groupColumns = ["experiment", "date"]

  /// Decides by the first rows how all are written.
  /// - Parameter type: what a later row was found to need.
  init(
    _ rows: [(row: ParquetRow, pixels: [Float])], _ set: ParquetSet, _ options: ParquetImport.Options, _ folder: String,
    type wanted: SampleType?
  ) throws(ZooError) {
    guard let first = rows.first?.row else { throw ZooError(.badInput, problem: "has no rows") }
    self.set = set
    self.folder = folder
    channelNames = options.channelNames
    let alike = rows.filter { $0.row.shape == first.shape }
    let named = first.channels.map { ($0.values.max() ?? 0) + 1 }
    let count = named ?? (channelNames.isEmpty ? nil : channelNames.count)
    axes = try ArrayAxes(
      options.axes, shape: first.shape, channels: count, rows: alike.prefix(16).map(\.pixels))
    shapeCount = first.shape.count
    let narrowest = rows.map { Self.type($0.pixels) }.max { $0.byteCount < $1.byteCount } ?? .float32
    type = wanted ?? narrowest
    let values = rows.flatMap { row in row.pixels.prefix(1 << 14) }
    let mean = values.reduce(0) { $0 + Double($1) } / Double(max(values.count, 1))
    let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(max(values.count, 1))
    isNormalized = type == .float32 && values.contains { $0 < 0 } && abs(mean) < 0.5 && (0.25...4).contains(variance)
    // Columns of ours go before those of the set that are called the same.
    let own = ["path", "label", "channels", "subset", ParquetImport.valuesColumn]
    columns = set.columns.filter { !own.contains($0) && rows[0].row.values[$0] != nil }
    let left = set.columns.filter { !own.contains($0) && rows[0].row.values[$0] == nil }
    findings.append(
      "axes \(String(axes.letters)) of \(first.shape.map(String.init).joined(separator: "×")): \(axes.why)")
    findings.append(
      type == .float32
        ? isNormalized
          ? "values are normalised already (mean \(Figures.fixed(mean, 2)), variance \(Figures.fixed(variance, 2))): written as floats, not to be normalised again"
          : "values are fractions: written as 32-bit floats"
        : "values are whole numbers: written as \(type)")
    if !left.isEmpty { findings.append("columns without short values left out: \(left.joined(separator: ", "))") }
  }

  /// The narrowest type that holds the values.
  private static func type(_ values: [Float]) -> SampleType {
    switch PackedPixels(values) {
    case .uint8: .uint8
    case .uint16: .uint16
    case .float32: .float32
    }
  }

  /// Writes a row; returns the type that it needs instead if ours is too narrow.
  mutating func write(_ row: ParquetRow, _ pixels: [Float]) throws(ZooError) -> SampleType? {
    let needed = Self.type(pixels)
    guard needed.byteCount <= type.byteCount else { return needed }
    do throws(ZooError) { try put(row, pixels) } catch {
      throw error.at(file: "\(row.file), row \(row.row + 1)")
    }
    return nil
  }

  private mutating func put(_ row: ParquetRow, _ pixels: [Float]) throws(ZooError) {
    guard row.shape.count == shapeCount else {
      throw ZooError(.badInput, problem: "has \(row.shape.count) axes", expected: "\(shapeCount), as the first row")
    }
    guard pixels.allSatisfy(\.isFinite) else {
      throw ZooError(.badInput, problem: "has values that aren't finite", expected: "numbers")
    }
    let named = row.channels?.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let planes = try axes.planes(pixels, shape: row.shape, channels: named?.map(\.value))
    let names = named?.map { Self.name($0.key) } ?? (channelNames.count == planes.channels ? channelNames : [])
    guard channelNames.isEmpty || named != nil || names.count == planes.channels else {
      throw ZooError(
        .badInput, problem: "has \(Figures.counted(planes.channels, "channel"))",
        expected: "\(channelNames.count), as --channels says")
    }
    let path = "images/\(Self.folder(row.file))/\(FieldFiles.padded(row.row + 1, 6)).tif"
    let parent = "\(folder)/\((path as NSString).deletingLastPathComponent)"
    if folders.insert(parent).inserted { try FieldFiles.makeFolder(parent) }
    let image = try Image(
      width: planes.width, height: planes.height, channels: planes.channels, frames: planes.frames, sampleType: type,
      channelNames: names, samples: planes.samples)
    try FieldFiles.write(TIFFWriter.encode(image, note: ""), to: "\(folder)/\(path)")
    for name in names { channelRows[name, default: 0] += 1 }
    rowCount += 1
    if let group = Self.groupColumns.lazy.compactMap({ row.values[$0] }).first {
      experiments[row.subset, default: []].insert(group)
    }
    lines += CSV.line(
      [path, row.values["label"] ?? "", names.joined(separator: " ")] + columns.map { row.values[$0] ?? "" }
        + [row.subset] + (isNormalized ? [ParquetImport.normalizedWord] : []))
  }

  /// Short names of dyes and methods are written in capitals, as the ready specs have them.
  private static func name(_ name: String) -> String { name.count <= 3 ? name.uppercased() : name }

  /// A file's path as the name of one folder.
  private static func folder(_ file: String) -> String {
    let stem = (file as NSString).deletingPathExtension
    let plain = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
    return String(plain).trimmingCharacters(in: CharacterSet(charactersIn: "."))
  }

  /// Writes the manifest, last.
  func finish() throws(ZooError) {
    let header =
      ["path", "label", "channels"] + columns + ["subset"] + (isNormalized ? [ParquetImport.valuesColumn] : [])
    try AtomicFile.write(Array((CSV.line(header) + lines).utf8), to: folder + "/manifest.csv")
  }

  /// What is known when all rows are written.
  var summary: [String] {
    var summary: [String] = []
    let partial = channelRows.filter { $0.value < rowCount }.sorted { $0.key < $1.key }
    if !channelRows.isEmpty {
      let all = channelRows.filter { $0.value == rowCount }.keys.sorted()
      summary.append("channels of all rows: \(all.isEmpty ? "none" : all.joined(separator: ", "))")
    }
    if !partial.isEmpty {
      summary.append("of some: \(partial.map { "\($0.key) in \($0.value)" }.joined(separator: ", "))")
    }
    let shared = (experiments["train"] ?? []).intersection(experiments["test"] ?? [])
    if !shared.isEmpty {
      summary.append(
        "! the files' own test set has \(Figures.counted(shared.count, "experiment")) of the training set, which flatters: data.split.column=null data.split.by=[…] splits anew"
      )
    }
    return summary
  }
}
