import Foundation
import ZooData
import ZooFormat
import ZooPlugins

/// The script on pyarrow that reads and writes Parquet, and the Python that runs it.
final class ParquetScript {
  private let python: String
  private let folder: String
  /// Ends the last program that was started with the tool, however that ends.
  private var guardian: ProcessGuard?
  private var messages: String { "\(folder)/messages" }

  /// - Parameter wanted: A Python 3 that has pyarrow, as a path or a name; `python3` if `nil`.
  /// - Throws: ``ZooError`` if there is no such program.
  init(python wanted: String?) throws(ZooError) {
    python = try Self.python(wanted)
    let place = FileManager.default.temporaryDirectory.path
    guard FileKind(place) == .folder else {
      throw ZooError(
        .failed, file: place, problem: "is no folder, and temporary files go there",
        remedy: "Set TMPDIR to a folder that is there")
    }
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FieldFiles.makeFolder(folder)
    try FieldFiles.write(PackageResources.parquet_py, to: "\(folder)/parquet.py")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Starts it with what it is to do.
  func start(_ words: [String], output: ChildProcess.Stream = .file("/dev/null")) throws(ZooError) -> ChildProcess {
    let guardian = try ProcessGuard()
    let child = try ChildProcess(
      python, arguments: ["\(folder)/parquet.py"] + words, output: output, messages: .file(messages),
      group: guardian.group)
    guardian.watch(child)
    self.guardian = guardian
    return child
  }

  /// Runs it to its end.
  /// - Throws: ``ZooError`` with what it says if it fails.
  func run(_ words: [String], file: String) throws(ZooError) {
    let child = try start(words)
    guard child.wait() == .exit(0) else {
      throw Self.failure(said)
        ?? ZooError(.failed, file: file, problem: said.isEmpty ? "can't be written as Parquet" : said.onOneLine)
    }
  }

  /// The last line of its messages.
  var said: String {
    let bytes = (try? FileBytes.read(messages, prefix: 1 << 16)) ?? []
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.last.map { String($0.prefix(500)) } ?? ""
  }

  private static let bringing =
    "Bring it by `python3 -m venv parquet && parquet/bin/pip install pyarrow`, and add --python parquet/bin/python"

  /// What to do if it says that there is no pyarrow; `nil` if it says something else.
  static func failure(_ said: String) -> ZooError? {
    guard said.contains("no module pyarrow") else { return nil }
    return ZooError(
      .failed, problem: "Parquet files are read and written by Python's pyarrow, which this Python hasn't",
      expected: "Python 3 with pyarrow", remedy: bringing)
  }

  /// The program itself: a path, or a name that is looked for as a shell does.
  static func python(_ wanted: String?) throws(ZooError) -> String {
    let name = wanted ?? "python3"
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let places = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
    if let found = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) && FileKind($0) == .file }) {
      return found
    }
    throw ZooError(
      .failed, problem: "there is no program '\(name)', and Parquet is read and written by Python's pyarrow",
      expected: "Python 3 with pyarrow", remedy: bringing)
  }
}
