import Foundation

/// The commit that a folder's files were checked out from, read from git's own files: no program of the folder's owner runs.
enum GitCommit {
  /// The commit in hexadecimal; `nil` if no folder above is a repository of git, or it has no commit yet. What was changed
  /// since isn't looked for.
  static func of(folder: String) -> String? {
    var place = URL(fileURLWithPath: folder).standardizedFileURL
    for _ in 0..<64 {
      let git = place.appendingPathComponent(".git").path
      switch FileKind(git) {
      case .folder: return commit(git)
      case .file:
        // A worktree or a submodule: the file says where its folder is.
        guard let line = line(git), line.hasPrefix("gitdir: ") else { return nil }
        return commit(absolute(String(line.dropFirst("gitdir: ".count)), from: place.path))
      case .nothing: break
      }
      guard place.path != "/" else { return nil }
      place.deleteLastPathComponent()
    }
    return nil
  }

  private static func commit(_ git: String) -> String? {
    guard let head = line("\(git)/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return hash(head) }
    let name = String(head.dropFirst("ref: ".count))
    guard name.hasPrefix("refs/"), !name.split(separator: "/").contains("..") else { return nil }
    let common = line("\(git)/commondir").map { absolute($0, from: git) } ?? git
    for folder in [git, common] {
      if let found = line("\(folder)/\(name)").flatMap(hash) { return found }
    }
    guard let packed = text("\(common)/packed-refs") else { return nil }
    for line in packed.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 2, words[1] == name { return hash(words[0]) }
    }
    return nil
  }

  private static func absolute(_ path: String, from folder: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  /// SHA-1 or SHA-256 in hexadecimal.
  private static func hash(_ text: String) -> String? {
    [40, 64].contains(text.utf8.count) && text.allSatisfy(\.isHexDigit) ? text : nil
  }

  private static func line(_ path: String) -> String? {
    text(path)?.split(separator: "\n", maxSplits: 1).first.map { String($0).trimmed }
  }

  private static func text(_ path: String) -> String? {
    guard FileKind(path) == .file, let bytes = try? FileBytes.read(path), bytes.count <= 1 << 24 else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
