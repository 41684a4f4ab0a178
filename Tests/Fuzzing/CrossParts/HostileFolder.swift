import Foundation
import Synchronization

/// A folder of files that belong together, of which one at a time is exchanged for anything.
struct HostileFolder {
  let path: String
  /// What may be exchanged, by path inside the folder.
  let files: [String: [UInt8]]
  /// Their paths in an order that stays.
  var names: [String] { files.keys.sorted() }

  /// - Parameters:
  ///   - fill: makes the folder at the path that it is given.
  ///   - isExchanged: which files are; all others stay as they are.
  init(
    fill: (_ path: String) throws -> Void, isExchanged: (_ name: String, _ byteCount: Int) -> Bool = { _, _ in true }
  ) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-hostile-\(UUID().uuidString)").path
    Self.removeAtEnd(path)
    try fill(path)
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      var isFolder: ObjCBool = false
      let full = "\(path)/\(name)"
      guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), !isFolder.boolValue else { continue }
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: full)))
      if isExchanged(name, bytes.count) { files[name] = bytes }
    }
    self.files = files
  }

  /// Does something while `content` stands in the place of the file `name`.
  func exchanging(_ name: String, for content: some Sequence<UInt8>, _ body: () throws -> Void) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try Data(content).write(to: file)
    defer { try? Data(files[name] ?? []).write(to: file) }
    try body()
  }

  private static let made = Mutex<[String]>([])

  /// The folders are used until the process ends.
  private static func removeAtEnd(_ path: String) {
    let isFirst = made.withLock { paths in
      paths.append(path)
      return paths.count == 1
    }
    guard isFirst else { return }
    atexit {
      for path in HostileFolder.made.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
  }
}
