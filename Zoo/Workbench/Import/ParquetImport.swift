import Foundation
import ZooData
import ZooFormat
import ZooPlugins

/// Makes a folder of images and a manifest of a set in Parquet files, which a script on pyarrow reads.
package struct ParquetImport {
  package struct Options: Sendable {
    /// A Python 3 that has pyarrow; `python3` of the search path if `nil`.
    package var python: String?
    /// The column of the images; found by its type if `nil`.
    package var image: String?
    /// The axes of the arrays, e.g. `CYX`; proposed and checked if `nil`.
    package var axes: String?
    /// Names of the channels, of sets whose rows don't name them.
    package var channelNames: [String] = []

    package init() {}
  }

  /// What was found, a clause each.
  package private(set) var findings: [String] = []
  package private(set) var rows = 0
  /// Whether the pixels were normalised by whoever made the set.
  package private(set) var isNormalized = false

  private let source: String
  private let options: Options
  private let progress: (Int, Int) -> Void
  private let isInterrupted: () -> Bool

  /// What a manifest says of pixels that were normalised already.
  static let normalizedWord = "normalized"
  static let valuesColumn = "values"
  /// Rows that are looked at before anything is decided.
  private static let looked = 64

  /// Reads `source`, a file or a folder, and writes `folder` whole or not at all: `manifest.csv` and `images/`.
  /// - Throws: ``ZooError`` if there is no Python with pyarrow, the files are broken, their arrays can't be told, or the
  ///   folder isn't empty; of kind `interrupted`.
  package init(
    _ source: String, to folder: String, options: Options = Options(),
    progress: @escaping (_ done: Int, _ of: Int) -> Void = { _, _ in }, isInterrupted: @escaping () -> Bool = { false }
  ) throws {
    guard FileKind(source) != .nothing else {
      throw ZooError(.badInput, file: source, problem: "there is no such file or folder")
    }
    self.source = source
    self.options = options
    self.progress = progress
    self.isInterrupted = isInterrupted
    // As narrow as the first rows allow; anew with a wider type if a later row needs it.
    var type: SampleType?
    while true {
      let place = try StagedFolder(folder, last: "manifest.csv", isEntry: ["images", "manifest.csv"].contains)
      do {
        try place.fill { try fill($0, type) }
        return
      } catch let wider as NeedsType { type = wider.type }
    }
  }

  /// A row has values that the type of those before can't hold.
  private struct NeedsType: Error { var type: SampleType }

  // MARK: The program

  private mutating func fill(_ folder: String, _ type: SampleType?) throws {
    let script = try ParquetScript(python: options.python)
    let pipe = try DescriptorPipe()
    let child = try script.start([source, options.image ?? ""], output: .descriptor(pipe.writing))
    pipe.closeWriting()
    do {
      var stream = ParquetStream(pipe.reading, isInterrupted: isInterrupted)
      try take(&stream, folder, type)
    } catch {
      child.send(SIGKILL)
      _ = child.wait()
      let said = script.said
      // What the program says is nearer to the cause than that its output ended.
      if error is ZooError, !said.isEmpty, !isInterrupted() { throw Self.failure(said, source) }
      throw error
    }
    let ending = child.wait()
    guard ending == .exit(0) else { throw Self.failure(script.said, source) }
  }

  private static func failure(_ said: String, _ source: String) -> ZooError {
    ParquetScript.failure(said)
      ?? ZooError(
        .badInput, file: source, problem: said.isEmpty ? "can't be read as Parquet" : said.onOneLine,
        expected: "Parquet files with a column of images as nested lists of numbers",
        remedy: said.hasPrefix("0 columns") ? "If these are tables of positions: \(asTables(source))" : nil)
  }

  /// How tables of cells in Parquet files become such as `data.cells.tables` takes.
  static func asTables(_ source: String) -> String {
    let paths =
      FileKind(source) == .folder
      ? "pathlib.Path(\(Escape.json(source))).rglob(\"*.parquet\")" : "[pathlib.Path(\(Escape.json(source)))]"
    return "write each as CSV, e.g. by Python's pandas: python3 -c 'import pandas, pathlib; "
      + "[pandas.read_parquet(p).to_csv(p.with_suffix(\".csv\"), index=False) for p in \(paths)]'"
  }

  // MARK: Rows

  private mutating func take(_ stream: inout ParquetStream, _ folder: String, _ wanted: SampleType?) throws {
    let set = try stream.set()
    findings = []
    rows = 0
    var first: [(row: ParquetRow, pixels: [Float])] = []
    var writer: ParquetRowWriter?
    loop: while true {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped after \(rows) rows; nothing was written") }
      switch try stream.next() {
      case .row(let row, let pixels):
        rows += 1
        if writer != nil {
          try write(row, pixels, &writer)
        } else {
          first.append((row, pixels))
          if first.count == Self.looked {
            writer = try ParquetRowWriter(first, set, options, folder, type: wanted)
            for (row, pixels) in first { try write(row, pixels, &writer) }
          }
        }
        progress(rows, set.rows)
      case .end(let count):
        guard count == rows, rows == set.rows else {
          throw ZooError(.badInput, problem: "there are \(rows) rows", expected: "\(set.rows)")
        }
        break loop
      }
    }
    guard rows > 0 else { throw ZooError(.badInput, file: source, problem: "has no rows") }
    if writer == nil {
      writer = try ParquetRowWriter(first, set, options, folder, type: wanted)
      for (row, pixels) in first { try write(row, pixels, &writer) }
    }
    guard let writer else { return }
    findings = writer.findings + writer.summary
    isNormalized = writer.isNormalized
    try writer.finish()
  }

  private func write(_ row: ParquetRow, _ pixels: [Float], _ writer: inout ParquetRowWriter?) throws {
    if let type = try writer?.write(row, pixels) { throw NeedsType(type: type) }
  }
}
