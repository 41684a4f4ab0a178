import Foundation

/// The folder of one run, and the only place that knows the names of its files.
///
/// | file | content |
/// |---|---|
/// | `spec.json` | the resolved spec, which `zoo train` takes again |
/// | `environment.json` | ``RunEnvironment``: machine, versions, command |
/// | `split.csv` | ``SplitRow``: which item went where |
/// | `log.jsonl` | ``LogRecord``: a line for each validation |
/// | `best.zoo`, `last.zoo` | checkpoints |
/// | `model.zoo` | the exported model |
/// | `predictions.csv` | ``Predictions`` for the items of the subsets that were evaluated |
/// | `metrics.json` | ``RunMetrics``: data, cost and results |
/// | `report.html` | the report that a person reads |
public struct RunFolder: Sendable, Hashable {
  public enum File: String, Sendable, CaseIterable {
    case spec = "spec.json"
    case environment = "environment.json"
    case split = "split.csv"
    case log = "log.jsonl"
    case best = "best.zoo"
    case last = "last.zoo"
    case model = "model.zoo"
    case predictions = "predictions.csv"
    case metrics = "metrics.json"
    case report = "report.html"
  }

  public let path: String

  public init(_ path: String) { self.path = path }

  /// The last component of the path, which is what tables call the run.
  public var name: String {
    let name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    return name.isEmpty ? path : name
  }

  public func path(_ file: File) -> String { (path as NSString).appendingPathComponent(file.rawValue) }

  public func has(_ file: File) -> Bool { FileManager.default.fileExists(atPath: path(file)) }

  /// Whether the folder looks like a run: it has a spec.
  public var isRun: Bool { has(.spec) }

  /// Makes the folder and those above it.
  public func create() throws(ZooError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw ZooError(.failed, file: path, problem: "the folder can't be made: \(error.localizedDescription)")
    }
  }

  /// Removes what a killed process had begun to write.
  func removeUnfinishedFiles() {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: path)) ?? [] where name.hasSuffix(".tmp") {
      let isOurs = File.allCases.contains { name.hasPrefix(".\($0.rawValue).") }
      if isOurs { try? files.removeItem(atPath: (path as NSString).appendingPathComponent(name)) }
    }
  }

  // MARK: Whole files

  public func write(_ spec: Spec) throws(ZooError) {
    try write(spec.canonicalText, to: .spec)
  }

  public func write(_ environment: RunEnvironment) throws(ZooError) {
    try AtomicFile.write([UInt8](RunJSON.encode(environment)), to: path(.environment))
  }

  public func write(_ metrics: RunMetrics) throws(ZooError) {
    try AtomicFile.write([UInt8](RunJSON.encode(metrics)), to: path(.metrics))
  }

  public func write(_ predictions: Predictions) throws(ZooError) {
    try write(predictions.csv, to: .predictions)
  }

  public func write(_ split: [SplitRow]) throws(ZooError) {
    try write(SplitRow.csv(split), to: .split)
  }

  public func write(report page: String) throws(ZooError) { try write(page, to: .report) }

  /// - Throws: ``ZooError``, or ``SpecProblems`` if the spec has keys or values that this version doesn't know.
  public func spec() throws -> Spec {
    try SpecReader(registry: nil).readOne(text: String(decoding: read(.spec), as: UTF8.self), file: path(.spec))
  }

  public func environment() throws(ZooError) -> RunEnvironment {
    try RunJSON.decode(read(.environment), file: path(.environment))
  }

  public func metrics() throws(ZooError) -> RunMetrics { try RunJSON.decode(read(.metrics), file: path(.metrics)) }

  public func predictions() throws(ZooError) -> Predictions {
    try Predictions(csv: String(decoding: read(.predictions), as: UTF8.self), file: path(.predictions))
  }

  public func split() throws(ZooError) -> [SplitRow] {
    try SplitRow.parse(String(decoding: read(.split), as: UTF8.self), file: path(.split))
  }

  /// The log's records, without a last line that a crash cut short.
  public func log() throws(ZooError) -> [LogRecord] { try RunLog.parse(read(.log), file: path(.log)) }

  private func write(_ text: String, to file: File) throws(ZooError) {
    try AtomicFile.write([UInt8](text.utf8), to: path(file))
  }

  private func read(_ file: File) throws(ZooError) -> Data {
    guard isRun || has(file) || FileKind(self.path) != .folder else { throw isNoRun("the folder of a run") }
    let path = path(file)
    guard let data = FileManager.default.contents(atPath: path) else {
      let isMissing = !FileManager.default.fileExists(atPath: path)
      throw ZooError(
        .badInput, file: path, problem: isMissing ? "doesn't exist" : "can't be read",
        remedy: isMissing ? "Give the folder of a finished run" : nil)
    }
    return data
  }
}
