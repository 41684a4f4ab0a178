import ZooImages

/// Which files and folders `data.exclude` leaves out, and how many it did.
///
/// A pattern without a slash fits the name of a file or a folder wherever it stands, one with a slash its path from the
/// root; one that ends in a slash fits folders alone.
package struct FileExclusion: Sendable {
  private struct Rule: Sendable {
    let text: String
    let glob: GlobPattern
    let isForFolders: Bool
    let isPath: Bool
  }

  private let rules: [Rule]
  /// Pattern → how many files and folders it left out.
  private(set) var counts: [String: Int] = [:]
  private let tellsUnused: Bool

  /// - Parameter tellsUnused: Whether patterns that fit nothing are told.
  package init(_ patterns: [String] = [], tellsUnused: Bool = true) {
    self.tellsUnused = tellsUnused
    rules = patterns.map { text in
      var inner = text[...]
      let isForFolders = inner.last == "/"
      while inner.last == "/" { inner.removeLast() }
      let isPath = inner.contains("/")
      while inner.first == "/" { inner.removeFirst() }
      return Rule(text: text, glob: GlobPattern(String(inner)), isForFolders: isForFolders, isPath: isPath)
    }
  }

  /// Whether what stands at `path` from the root is left out; if so, it is counted.
  mutating func excludes(_ path: String, isFolder: @autoclosure () -> Bool) -> Bool {
    guard let rule = rule(path, isFolder: isFolder) else { return false }
    counts[rule.text, default: 0] += 1
    return true
  }

  /// The same without counting.
  func fits(_ path: String, isFolder: @autoclosure () -> Bool) -> Bool { rule(path, isFolder: isFolder) != nil }

  private func rule(_ path: String, isFolder: () -> Bool) -> Rule? {
    guard !rules.isEmpty else { return nil }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return rules.first { $0.glob.matches($0.isPath ? path : name) && (!$0.isForFolders || isFolder()) }
  }

  /// A sentence on what was left out, and one on patterns that fit nothing.
  var remarks: [String] {
    var remarks: [String] = []
    let count = counts.values.reduce(0, +)
    if count > 0 {
      let found = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "'\($0.key.onOneLine)' \($0.value)" }
      remarks.append(
        "\(count) left out of the files and folders, as data.exclude says (\(found.joined(separator: ", ")))")
    }
    let unused = tellsUnused ? rules.map(\.text).filter { counts[$0] == nil } : []
    if !unused.isEmpty {
      remarks.append("data.exclude: \(unused.map { "'\($0.onOneLine)'" }.joined(separator: ", ")) fits nothing")
    }
    return remarks
  }
}
