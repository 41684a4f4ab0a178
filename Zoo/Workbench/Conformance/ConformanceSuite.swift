import Foundation
import ZooFormat

/// Cases in the layout of ONNX's backend tests: folders with a `model.onnx` and `test_data_set_*` folders.
package struct ConformanceSuite: Sendable {
  package let root: String
  /// Sorted by name.
  package let cases: [ConformanceCase]

  /// Finds every case in `root`, which may be one itself or hold them at any depth.
  /// - Throws: ``ZooError`` if the folder can't be read or has no case.
  package init(_ root: String) throws {
    guard FileKind(root) == .folder else {
      throw ZooError(.usage, file: root, problem: "is no folder", expected: "a folder of conformance cases")
    }
    self.root = root
    let own = ConformanceCase(name: URL(fileURLWithPath: root).lastPathComponent, path: root)
    if own.isComplete {
      cases = [own]
      return
    }
    var cases: [ConformanceCase] = []
    let entries = FileManager.default.enumerator(atPath: root)
    while let entry = entries?.nextObject() as? String {
      guard (entry as NSString).lastPathComponent == ConformanceCase.modelName else { continue }
      let folder = (entry as NSString).deletingLastPathComponent
      let found = ConformanceCase(name: folder, path: (root as NSString).appendingPathComponent(folder))
      if found.isComplete { cases.append(found) }
    }
    guard !cases.isEmpty else {
      throw ZooError(
        .badInput, file: root, problem: "has no conformance case",
        expected: "folders with \(ConformanceCase.modelName) and test_data_set_0")
    }
    self.cases = cases.sorted { $0.name < $1.name }
  }

  /// Runs every case in this process, one after the other.
  package func run() -> ConformanceResult { ConformanceResult(rows: cases.map { $0.run() }) }
}
