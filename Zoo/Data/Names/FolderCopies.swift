import Foundation
import ZooFormat
import ZooImages

/// Folders that a file manager made by copying others: `Plate1 - Copy`, `Plate1 (2)`, `copy of Plate1`.
enum FolderCopies {
  /// What a name is a copy of by the way it is written; `nil` for any other.
  private static func original(_ name: String) -> String? {
    // Few words are tried, for folders may be many.
    guard
      name.last == ")" || name.range(of: "cop", options: .caseInsensitive) != nil
        || name.range(of: "kopie", options: .caseInsensitive) != nil || name.contains("cóp")
    else { return nil }
    let word = /(?i)(.+?)[ _]*(-[ _]*|[ _])(copy|copie|kopie|copia|cópia)([ _]*\(?\d+\)?)?/
    if let match = name.wholeMatch(of: word) { return String(match.output.1) }
    if let match = name.wholeMatch(of: /(?i)(.+?)[ _]*\((copy|copie|kopie|copia|\d+)\)/) {
      return String(match.output.1)
    }
    let before = /(?i)(copy of|copie de|kopie von|copia de|copia di)[ _]+(.+)/
    return name.wholeMatch(of: before).map { String($0.output.2) }
  }

  /// Names of copies → those that they are copies of, which are among `names`, too.
  static func originals(_ names: Set<String>) -> [String: String] {
    var originals: [String: String] = [:]
    for name in names {
      if let found = original(name), names.contains(found) { originals[name] = found }
    }
    return originals
  }

  /// What to do about copies, as the end of a message; empty without any.
  static func remedy(_ copies: [String: String]) -> String {
    guard let (copy, original) = copies.min(by: { NaturalOrder.precedes($0.key, $1.key) }) else { return "" }
    let names = copies.keys.sorted(by: NaturalOrder.precedes).map { JSONValue.string($0 + "/").description }
    return
      ". '\(copy.onOneLine)' is called as a copy of '\(original.onOneLine)': data.exclude=[\(names.joined(separator: ", "))] leaves \(copies.count == 1 ? "it" : "such") out"
  }

  /// A sentence on folders of the paths that are called as copies of their neighbours; `nil` if there are none. O(files).
  static func remark(_ paths: [String]) -> String? {
    var inner: [String: Set<String>] = [:]
    var last: Substring?
    for path in paths {
      let place = path.utf8.lastIndex(of: 0x2F).map { path[..<$0] }
      if place == last { continue }
      last = place
      var folder = ""
      for name in path.split(separator: "/").dropLast() {
        inner[folder, default: []].insert(String(name))
        folder += name + "/"
      }
    }
    var found: [(copy: String, original: String)] = []
    for (folder, names) in inner where names.count > 1 {
      for (copy, original) in originals(names) { found.append((folder + copy, folder + original)) }
    }
    guard let first = found.min(by: { NaturalOrder.precedes($0.copy, $1.copy) }) else { return nil }
    let count = found.reduce(0) { count, pair in count + paths.count { $0.hasPrefix(pair.copy + "/") } }
    let excluded = found.map(\.copy).sorted(by: NaturalOrder.precedes).prefix(4).map {
      JSONValue.string($0 + "/").description
    }
    return
      "\(Figures.counted(count, "image")) in \(found.count == 1 ? "a folder that is called as a copy" : "\(found.count) folders that are called as copies"): '\(first.copy.onOneLine)' of '\(first.original.onOneLine)'; data.exclude=[\(excluded.joined(separator: ", "))] leaves \(found.count == 1 ? "it" : "them") out"
  }
}
