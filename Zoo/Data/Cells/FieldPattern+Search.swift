import ZooFormat
import ZooImages

extension FieldPattern {
  /// What a search found, by paths below the folder that was searched, in the order of their bytes.
  struct Found {
    var matches: [(path: String, values: [String: String])] = []
    /// Files that stand where the pattern's do, or above, and don't fit it.
    var others: [String] = []
    /// Folders that don't fit, and those among the files.
    var otherFolders: [String] = []
    /// Folders that fit and hold nothing that does.
    var empty: [String] = []
  }

  /// Whether a path has parts that stand for something.
  static func isPattern(_ path: String) -> Bool { path.contains("{") || path.contains("*") }

  /// The folders at the start of a path that stand for nothing else.
  static func plainFolder(_ path: String) -> String {
    let plain = path.split(separator: "/", omittingEmptySubsequences: false).prefix { !isPattern(String($0)) }
    return plain.isEmpty ? "." : plain == [""] ? "/" : plain.joined(separator: "/")
  }

  /// The files under `root` that the pattern fits. Only folders that fit are looked into; hidden names don't count.
  /// O(names in these folders).
  func search(_ root: String) throws(ZooError) -> Found {
    let parts = text.split(separator: "/").map(String.init)
    let levels = try parts.map { part throws(ZooError) in try FieldPattern(part, key: "") }
    var found = Found()
    guard !levels.isEmpty else { return found }
    var folders = [""]
    for (depth, level) in levels.enumerated() {
      let isLast = depth == levels.count - 1
      var inner: [String] = []
      for folder in folders {
        var hasMatch = false
        for name in try FolderSource.contents(folder.isEmpty ? root : "\(root)/\(folder)") {
          let path = folder.isEmpty ? name : "\(folder)/\(name)"
          let isFolder = FileKind("\(root)/\(path)") == .folder
          if isFolder, !isLast, level.match(name) != nil {
            inner.append(path)
          } else if isFolder {
            found.otherFolders.append(path)
          } else if isLast, let values = match(path) {
            found.matches.append((path, values))
            hasMatch = true
          } else {
            found.others.append(path)
          }
        }
        if isLast, !hasMatch, !folder.isEmpty { found.empty.append(folder) }
      }
      folders = inner
    }
    found.matches.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    return found
  }
}
