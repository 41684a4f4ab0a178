import Foundation
import ZooFormat

extension RunFolder {
  /// The file of the model that `path` means: `path` itself, or the exported model if it is the folder of a run.
  /// - Throws: ``ZooError`` if there is nothing, a run that isn't finished, or a folder that is no run.
  package static func modelFile(_ path: String) throws(ZooError) -> String {
    switch FileKind(path) {
    case .nothing: throw ZooError(.badInput, file: path, problem: "there is no such file", remedy: "Check the name")
    case .file: return path
    case .folder: break
    }
    let folder = RunFolder(path)
    guard folder.isRun else { throw folder.isNoRun("a .zoo or .onnx file, or the folder of a run") }
    guard folder.has(.model) else {
      throw ZooError(
        .badInput, file: path, problem: "the run has no exported model yet",
        remedy: "Go on with it by \(folder.resumeCommand)")
    }
    return folder.path(.model)
  }

  /// The error about a folder that was to be a run: it names the runs that are inside, if there are any.
  func isNoRun(_ expected: String) -> ZooError {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
      .filter { RunFolder("\(path)/\($0)").isRun }
    let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
    return ZooError(
      .badInput, file: path, problem: "holds no run",
      expected: names.isEmpty ? expected : "\(expected) (runs inside: \(shown))")
  }
}
