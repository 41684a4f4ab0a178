import Foundation
import ZooFormat
import ZooImages

extension Simulation {
  /// How the pictures of a written simulation are stored.
  package enum FileFormat: String, Sendable, CaseIterable {
    /// A 16-bit PNG for each channel (and frame).
    case png
    /// A 16-bit TIFF for each cell, with a page for each channel of each frame.
    case tiff
  }

  /// Writes all cells and `manifest.csv`. The folder appears when it is complete; in a folder that was there, a
  /// `manifest.csv` says that it is.
  ///
  /// - Parameters:
  ///   - target: Is made if it isn't there; must be empty if it is, but for what a writer left that was killed.
  ///   - progress: Called after each cell with the number of cells written so far.
  /// - Throws: ``ZooError`` if the folder isn't empty or can't be written to; what was written is then removed, so that
  ///   the next try finds the folder empty.
  package func write(
    to target: String, format: FileFormat = .png, progress: (_ cells: Int) -> Void = { _ in }
  ) throws {
    let entries = Set(cells.map(\.experimentName)).union([Self.readMeName, Self.manifestName])
    try StagedFolder(target, last: Self.manifestName, isEntry: entries.contains).fill {
      try writeAll(to: $0, format: format, progress: progress)
    }
  }

  private static let readMeName = "README.md"
  private static let manifestName = "manifest.csv"

  private func writeAll(
    to folder: String, format: FileFormat, progress: (_ cells: Int) -> Void
  ) throws(ZooError) {
    let all = Array(Self.channels.indices)
    let isSequence = frames != nil
    let paths = format == .tiff ? ["path"] : Self.channels
    // Every frame has a row of its own where it has files of its own.
    let hasFrameRows = isSequence && format == .png
    var manifest = CSV.line(
      ["id"] + (hasFrameRows ? ["sequence", "frame"] : []) + paths + ["label", "experiment", "well", "note"])
    for (count, cell) in cells.enumerated() {
      let image = try image(of: cell, channels: all)
      try makeFolder("\(folder)/\(cell.experimentName)/\(cell.cellClass.rawValue)")
      let facts = [cell.cellClass.rawValue, cell.experimentName, cell.well, Self.note]
      if format == .tiff {
        try write(TIFFWriter.encode(image, note: Self.note), to: "\(folder)/\(cell.id).tif")
        manifest += CSV.line([cell.id, "\(cell.id).tif"] + facts)
      } else {
        for frame in 0..<image.frames {
          let names = Self.channels.map { "\(cell.id)\(isSequence ? "-\(frame)" : "")-\($0).png" }
          for (channel, name) in names.enumerated() {
            let start = (frame * image.channels + channel) * width * height
            let picture = try Image(
              width: width, height: height, sampleType: .uint16,
              samples: Array(image.samples[start..<start + width * height]))
            let text: KeyValuePairs = ["Comment": Self.note, "Description": "\(Self.channels[channel]) of \(cell.id)"]
            try write(PNGWriter.encode(picture, text: text), to: "\(folder)/\(name)")
          }
          let id = hasFrameRows ? ["\(cell.id)-\(frame)", cell.id, String(frame)] : [cell.id]
          manifest += CSV.line(id + names + facts)
        }
      }
      progress(count + 1)
    }
    // The pictures are on the disk before the manifest names them.
    sync()
    try AtomicFile.write(Array(readMe(format, isSequence: isSequence).utf8), to: "\(folder)/\(Self.readMeName)")
    try AtomicFile.write(Array(manifest.utf8), to: "\(folder)/\(Self.manifestName)")
  }

  private func readMe(_ format: FileFormat, isSequence: Bool) -> String {
    """
    # \(Self.note)

    \(Figures.counted(cells.count, "cell")) of the classes \(CellClass.allCases.map(\.rawValue).joined(separator: ", ")), \(width)×\(height) \
    pixels\(frames.map { ", " + Figures.counted($0, "frame") } ?? ""), channels \(Self.channels.joined(separator: ", ")), made by a program: \
    \(description). Nothing here was measured, and nothing here proves anything about cells.

    `manifest.csv` names the files, classes, experiments and wells. Split by experiment, never at random.

    """
  }

  /// Writes a picture, and leaves flushing to the end: one flush for each of thousands of small files would take most of
  /// the time. The folder isn't in place yet, so a picture needn't appear as a whole.
  private func write(_ bytes: [UInt8], to path: String) throws(ZooError) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    } catch {
      throw ZooError(.failed, file: path, problem: "can't be written: \(error.localizedDescription)")
    }
  }

  private func makeFolder(_ path: String) throws(ZooError) {
    try OpenFolder.make(path)
  }
}
