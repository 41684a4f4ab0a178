import Foundation
import ZooPlugins

/// The folder of a suite: `suite.json`, a folder for each run, and the comparison when all are done.
public struct SuiteFolder: Sendable, Hashable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Whether there is a `suite.json`.
  public var isSuite: Bool { FileKind(file("suite.json")) == .file }

  public func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }

  public func run(_ member: Suite.Member) -> RunFolder { RunFolder(file(member.folder)) }

  public func suite() throws(ZooError) -> Suite {
    try RunJSON.decode(Data(FileBytes.read(file("suite.json"))), file: file("suite.json"))
  }

  /// Writes `suite.json`, the same bytes for the same suite whoever writes it.
  public func write(_ suite: Suite) throws(ZooError) {
    try RunFolder(path).create()
    try AtomicFile.write([UInt8](RunJSON.encode(suite)), to: file("suite.json"))
  }

  /// How far a member is.
  public enum State: Sendable, Hashable {
    case absent, begun, done
  }

  /// - Throws: ``ZooError`` if the member's folder holds the run of another spec.
  public func state(_ member: Suite.Member) throws -> State {
    let run = run(member)
    guard run.isRun else { return .absent }
    let spec = try run.spec()
    guard Suite.digest(spec) == member.spec else {
      throw ZooError(
        .badInput, file: run.path, problem: "holds a run of another spec",
        expected: "the run '\(member.folder)' of this suite, or nothing",
        remedy: "Give the suite another folder by --run-dir, or move that one away")
    }
    return run.has(.metrics) && run.has(.model) && run.has(.report) ? .done : .begun
  }

  /// The finished runs of the suite, from this folder and from `others`, which other machines filled.
  /// - Returns: The folder of each member; `nil` where none is finished.
  public func finished(_ suite: Suite, others: [SuiteFolder] = []) throws -> [RunFolder?] {
    try suite.members.map { member in
      for folder in [self] + others where try folder.state(member) == .done { return folder.run(member) }
      return nil
    }
  }
}
