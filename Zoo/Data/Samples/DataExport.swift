import Foundation
import ZooFormat
import ZooImages

/// Writes the pixels that training sees, before augmentation, as TIFF files with a manifest.
package struct DataExport: Sendable {
  private let data: Dataset
  private let split: Split?
  private let columns: [String]

  /// - Parameters:
  ///   - split: What each sample is used for; `nil` if that isn't asked for.
  ///   - by: The columns whose combined value is the group.
  package init(_ data: Dataset, split: Split?, by columns: [String]) {
    self.data = data
    self.split = split
    self.columns = columns
  }

  /// The samples that a limit leaves: evenly over all of them.
  package func chosen(limit: Int?) -> [Int] {
    guard let limit, limit < data.samples.count else { return Array(data.samples.indices) }
    return (0..<limit).map { $0 * data.samples.count / limit }
  }

  /// Writes a TIFF for each sample, named by its id, and `manifest.csv`. The folder appears when it is whole.
  ///
  /// Pixels are of the stored type if nothing was resized or brought to another range, else 32-bit floats.
  /// - Parameter progress: Called with the number of samples written so far.
  /// - Throws: ``ZooError`` if the folder isn't empty, a sample can't be read or the disk is full.
  package func write(
    to folder: String, samples: [Int], threads: Int = 2, progress: @escaping @Sendable (Int) -> Void = { _ in },
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws {
    let tops = samples.map { Self.path(data.samples[$0].id).split(separator: "/").first.map(String.init) ?? "" }
    try StagedFolder(folder, last: Self.manifestName, isEntry: Set(tops + [Self.manifestName]).contains).fill {
      try writeAll(to: $0, samples, threads: threads, progress: progress, isInterrupted: isInterrupted)
    }
  }

  private static let manifestName = "manifest.csv"

  private func writeAll(
    to folder: String, _ samples: [Int], threads: Int, progress: @escaping @Sendable (Int) -> Void,
    isInterrupted: @escaping @Sendable () -> Bool
  ) throws(ZooError) {
    let block = 256
    for start in stride(from: 0, to: samples.count, by: block) {
      let part = Array(samples[start..<min(samples.count, start + block)])
      let results = ParallelMap.map(part, threads: threads) { sample throws(ZooError) in
        let path = "\(folder)/\(Self.path(data.samples[sample].id))"
        try FieldFiles.makeFolder((path as NSString).deletingLastPathComponent)
        try FieldFiles.write(TIFFWriter.encode(image(sample), note: data.note ?? ""), to: path)
      }
      for result in results { try result.get() }
      progress(start + part.count)
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped after \(start + part.count) samples") }
    }
    sync()
    try AtomicFile.write(Array(manifest(samples).utf8), to: "\(folder)/\(Self.manifestName)")
  }

  private func image(_ sample: Int) throws(ZooError) -> Image {
    let pixels = try data.load(sample)
    let isStored = data.isStored && [.uint8, .uint16].contains(data.sampleType)
    return try Image(
      width: data.width, height: data.height, channels: data.channels.count, frames: data.frames ?? 1,
      sampleType: isStored ? data.sampleType : .float32, channelNames: data.channels, samples: pixels)
  }

  /// A path in the folder: the id with an ending, and nothing that leads out of it.
  static func path(_ id: String) -> String {
    let parts = id.split(separator: "/").map { part in
      String(part).replacing("\\", with: "_").replacing("\0", with: "_")
    }.filter { $0 != "." && $0 != ".." }
    return (parts.isEmpty ? "sample" : parts.joined(separator: "/")) + ".tif"
  }

  private func manifest(_ samples: [Int]) -> String {
    let facts = ["id", "path", "label", "group", "field", "frame", "track", "x", "y", "subset"]
    let further = data.groupColumns.filter { !facts.contains($0) }
    var text = CSV.line(facts + further + (data.note == nil ? [] : ["note"]))
    var subsets: [Int: Subset] = [:]
    if let split { for subset in Subset.allCases { for index in split[subset] { subsets[index] = subset } } }
    let places = columns.compactMap(data.groupColumns.firstIndex(of:))
    let furtherPlaces = further.compactMap(data.groupColumns.firstIndex(of:))
    let source = data.source as? CellsSource
    for index in samples {
      let sample = data.samples[index]
      let row = source?.positions[data.entries[index]]
      let field = row.flatMap { row in source?.images.fields[row.field].name }
      // What a table calls so itself.
      func own(_ name: String) -> String { data.groupColumns.firstIndex(of: name).map { sample.groups[$0] } ?? "" }
      text += CSV.line(
        [
          sample.id, Self.path(sample.id), sample.label.map { data.classes[$0] } ?? "",
          places.isEmpty ? sample.unit ?? sample.id : places.map { sample.groups[$0] }.joined(separator: " / "),
          field ?? own("field"), row.map { "\($0.frame)" } ?? own("frame"), row?.track ?? own("track"),
          row.map { FieldFiles.text($0.x) } ?? own("x"), row.map { FieldFiles.text($0.y) } ?? own("y"),
          subsets[index]?.rawValue ?? "",
        ] + furtherPlaces.map { sample.groups[$0] } + (data.note.map { [$0] } ?? []))
    }
    return text
  }
}

extension Dataset {
  /// Whether loaded pixels are the stored ones, neither resized nor brought to another range.
  package var isStored: Bool {
    guard scaling == nil else { return false }
    if let cells = source as? CellsSource { return cells.windows.width == width && cells.windows.height == height }
    guard let image = try? source.image(entries.first ?? 0, channels: sourceChannels) else { return false }
    return image.width == width && image.height == height
  }
}
