import Foundation
import ZooData

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
/// | `events.out.tfevents.zoo` | the log for TensorBoard, if it is wanted |
/// | `report.html` | the report that a person reads |
/// | `digests.json` | ``RunDigests``: what each of the files must be |
/// | `run.lock` | while somebody writes the run: who |
///
/// Writing goes through ``RunWriter``; reading needs no lock, and refuses a file that isn't what the run wrote.
public struct RunFolder: Sendable, Hashable {
  /// The files of a run by their names.
  public enum File: String, Sendable, CaseIterable {
    /// The resolved spec.
    case spec = "spec.json"
    /// Versions, processors and the command.
    case environment = "environment.json"
    /// Which item is in which subset.
    case split = "split.csv"
    /// A line for each epoch.
    case log = "log.jsonl"
    /// The checkpoint of the best epoch.
    case best = "best.zoo"
    /// The checkpoint that a resumed run goes on from.
    case last = "last.zoo"
    /// The exported model.
    case model = "model.zoo"
    /// What the model says of the held-out items.
    case predictions = "predictions.csv"
    /// Data, cost and results.
    case metrics = "metrics.json"
    /// The page for people.
    case report = "report.html"
    /// The log for TensorBoard.
    case events = "events.out.tfevents.zoo"
  }

  /// As it was given.
  public let path: String

  /// Names a folder, which need not be there. O(1).
  public init(_ path: String) { self.path = path }

  /// The last component of the path, which is what tables call the run.
  public var name: String {
    let name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    return name.isEmpty ? path : name
  }

  /// Where one of its files is, or would be.
  public func path(_ file: File) -> String { (path as NSString).appendingPathComponent(file.rawValue) }

  /// Whether a file of the run is there.
  public func has(_ file: File) -> Bool { FileManager.default.fileExists(atPath: path(file)) }

  /// Whether the folder looks like a run: it has a spec.
  public var isRun: Bool { has(.spec) }

  /// Makes the folder and those above it.
  package func create() throws(ZooError) {
    try OpenFolder.make(path)
  }

  /// - Throws: ``ZooError`` if there is a run already.
  func checkIsNoRun() throws(ZooError) {
    guard isRun else { return }
    throw ZooError(
      .usage, file: path, problem: "holds a run already",
      remedy: "Go on with it by \(resumeCommand), or give another folder by --run-dir")
  }

  // MARK: Whole files

  package func write(_ spec: Spec) throws { try RunWriter(self, .adding).write(spec) }

  package func write(_ environment: RunEnvironment) throws { try RunWriter(self, .adding).write(environment) }

  package func write(_ metrics: RunMetrics) throws { try RunWriter(self, .adding).write(metrics) }

  package func write(_ predictions: Predictions) throws { try RunWriter(self, .adding).write(predictions) }

  package func write(_ split: [SplitRow]) throws { try RunWriter(self, .adding).write(split) }

  package func write(report page: String) throws { try RunWriter(self, .adding).write(report: page) }

  /// - Throws: ``ZooError``, or ``SpecProblems`` if the spec has keys or values that this version doesn't know.
  public func spec() throws -> Spec {
    try SpecReader(registry: nil).readOne(text: String(decoding: read(.spec), as: UTF8.self), file: path(.spec))
  }

  package func environment() throws(ZooError) -> RunEnvironment {
    try RunJSON.decode(read(.environment), file: path(.environment))
  }

  /// What the run was trained on, costs and achieves.
  /// - Throws: ``ZooError`` if the run isn't finished or the file isn't what the run wrote.
  public func metrics() throws(ZooError) -> RunMetrics { try RunJSON.decode(read(.metrics), file: path(.metrics)) }

  /// What the model said of the held-out items.
  /// - Throws: ``ZooError`` if the run isn't finished or the file isn't what the run wrote.
  public func predictions() throws(ZooError) -> Predictions {
    try Predictions(csv: bytes(.predictions), file: path(.predictions))
  }

  package func split() throws(ZooError) -> [SplitRow] {
    try SplitRow.parse(String(decoding: read(.split), as: UTF8.self), file: path(.split))
  }

  /// The log's records, without a last line that a crash cut short.
  public func log() throws(ZooError) -> [LogRecord] { try RunLog.parse(read(.log), file: path(.log)) }

  private func read(_ file: File) throws(ZooError) -> Data { Data(try bytes(file)) }

  private func bytes(_ file: File) throws(ZooError) -> [UInt8] {
    guard isRun || has(file) || FileKind(self.path) != .folder else { throw isNoRun("the folder of a run") }
    guard case .bytes(let bytes) = try part(file) else { throw missing(file) }
    return bytes
  }
}
