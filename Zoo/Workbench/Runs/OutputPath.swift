import Foundation
import ZooData
import ZooFormat

/// The places that a command will write to, looked at before it works for hours.
package enum OutputPath {
  /// - Throws: ``ZooError`` if no file can be made or replaced there. What stands there stays as it is.
  package static func checkFile(_ path: String) throws(ZooError) { _ = try AtomicFile(path) }

  /// A file of our own format isn't called as one of another: whoever opens it would find it broken.
  /// - Parameter options: of the command; one of the other format's name is the remedy.
  /// - Throws: ``ZooError`` if the name ends as that of another format of models.
  package static func checkModel(_ path: String, options: [String]) throws(ZooError) {
    let format = (path as NSString).pathExtension.lowercased()
    guard ["onnx", "safetensors", "pth", "pt"].contains(format) else { return }
    throw ZooError(
      .usage, file: path, problem: "has the name of another format", expected: "a name that ends in .zoo",
      remedy: options.contains(format) ? "Write it by --\(format) \(path)" : nil)
  }

  /// - Throws: ``ZooError`` if something stands there but an empty folder, or no folder can be made there.
  package static func checkFolder(_ path: String) throws(ZooError) { try StagedFolder.check(path) }

  /// The one name of a place, whatever leads to it: a link that stands there is replaced, those before it are followed.
  package static func place(_ path: String) -> String {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    return url.deletingLastPathComponent().resolvingSymlinksInPath().appendingPathComponent(url.lastPathComponent).path
  }

  /// The place of what is read at a path, links followed.
  package static func content(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}
