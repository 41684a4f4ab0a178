import Foundation
import ZooData
import ZooPlugins

/// The folder of a suite: `suite.json`, a folder for each run, and the comparison when all are done.
package struct SuiteFolder: Sendable, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// Whether there is a `suite.json`.
  package var isSuite: Bool { FileKind(file("suite.json")) == .file }

  package func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }

  package func run(_ member: Suite.Member) -> RunFolder { RunFolder(file(member.folder)) }

  /// - Throws: ``ZooError`` if the file isn't that of a suite, or names folders that aren't its own.
  package func suite() throws(ZooError) -> Suite {
    // Seeds may be any number.
    let suite: Suite = try RunJSON.decode(
      Data(FileBytes.read(file("suite.json"))), file: file("suite.json"), largest: nil)
    var folders: Set<String> = []
    for name in suite.members.map(\.folder) {
      let isName = !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.hasControls
      guard isName, folders.insert(name).inserted else {
        throw ZooError(
          .badInput, file: file("suite.json"), path: "members", problem: "names the folder '\(name)'",
          expected: "a folder of the suite's own for each run")
      }
    }
    return suite
  }

  /// Makes the folder if it isn't there, and looks at what stands in the place of what the suite will write.
  /// - Throws: ``ZooError`` if that is a link, a pipe or a device, or a folder where a file belongs or the reverse.
  func prepare(_ suite: Suite) throws(ZooError) {
    try OpenFolder.make(path)
    let place = try OpenFolder(path)
    for name in ["suite.json"] + Comparison.fileNames { try RunWriter.checkKind(place.entry(name), file(name)) }
    for member in suite.members {
      let entry = place.entry(member.folder)
      if entry == .nothing || entry == .folder { continue }
      throw ZooError(
        .badInput, file: file(member.folder), problem: entry == .link ? "is a symbolic link" : "is no folder",
        expected: "the folder of a run, or nothing", remedy: "Remove it, or give another folder by --run-dir")
    }
  }

  /// Writes `suite.json`, the same bytes for the same suite whoever writes it.
  package func write(_ suite: Suite) throws(ZooError) {
    try prepare(suite)
    try AtomicFile.write([UInt8](RunJSON.encode(suite)), to: file("suite.json"))
  }

  /// How far a member is.
  package enum State: Sendable, Hashable {
    case absent, begun, done
  }

  /// - Throws: ``ZooError`` if the member's folder holds the run of another spec.
  package func state(_ member: Suite.Member) throws -> State {
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
  package func finished(_ suite: Suite, others: [SuiteFolder] = []) throws -> [RunFolder?] {
    try suite.members.map { member in
      for folder in [self] + others where try folder.state(member) == .done { return folder.run(member) }
      return nil
    }
  }
}
