import Foundation
import ZooFormat
import ZooImages

/// What `data.folderChannels` says: the names of the channels of the files in some folders, in the order that the files
/// there have.
///
/// A pattern fits what it would as one of `data.exclude`: files, and all that is in folders. Of several that fit a file the
/// longest counts, in which `*` and `?` don't.
package struct FolderChannels: Sendable {
  package struct Rule: Sendable {
    package let pattern: String
    /// Without `*` at the end.
    package let names: [String]
    /// Whether files may have further channels, which aren't used.
    package let isOpen: Bool
    fileprivate let glob: FileExclusion
    fileprivate let length: Int

    package var path: String { "\(FolderChannels.key).\(pattern)" }
    /// Channels of a file, if it is known how many there are.
    package var count: Int? { isOpen ? nil : names.count }
  }

  package static let key = "data.folderChannels"
  /// What a message that asks for `data.imageChannels` adds.
  package static let hint = "if the order differs from folder to folder, \(key)"

  /// The longest first.
  package let rules: [Rule]

  package init(_ table: [String: [String]] = [:]) {
    rules = table.map { pattern, names in
      let isOpen = names.last == ChannelNaming.further
      return Rule(
        pattern: pattern, names: isOpen ? Array(names.dropLast()) : names, isOpen: isOpen,
        glob: FileExclusion([pattern]), length: pattern.count { $0 != "*" && $0 != "?" })
    }.sorted { ($1.length, $0.pattern) < ($0.length, $1.pattern) }
  }

  package var isEmpty: Bool { rules.isEmpty }

  /// The rule for each of these paths below `root`; `nil` for one that no pattern fits. O(paths · rules).
  /// - Throws: ``ZooError`` if a pattern fits no file, or two that are as long say different things of one.
  package func places(_ paths: [String], root: String) throws(ZooError) -> [Int?] {
    guard !isEmpty else { return [Int?](repeating: nil, count: paths.count) }
    // Folder → the rules that fit it or one that it is in.
    var known: [Substring: Set<Int>] = ["": []]
    func fitting(_ folder: Substring) -> Set<Int> {
      if let found = known[folder] { return found }
      let above = folder.lastIndex(of: "/").map { folder[..<$0] } ?? ""
      let found = fitting(above).union(
        rules.indices.filter { rules[$0].glob.fits(String(folder), isFolder: true) })
      known[folder] = found
      return found
    }
    var used: Set<Int> = []
    var places: [Int?] = []
    places.reserveCapacity(paths.count)
    for path in paths {
      let inFolder = fitting(path.lastIndex(of: "/").map { path[..<$0] } ?? "")
      let own = rules.indices.filter { place in
        inFolder.contains(place)
          || rules[place].glob.fits(path, isFolder: FileKind(path.hasPrefix("/") ? path : "\(root)/\(path)") == .folder)
      }
      used.formUnion(own)
      if own.count > 1, rules[own[0]].length == rules[own[1]].length, rules[own[0]].names != rules[own[1]].names {
        throw ZooError(
          .badInput, file: root, path: rules[own[0]].path,
          problem: "fits '\(path)', and so does '\(rules[own[1]].pattern)', which is as long and says something else",
          expected: "one list for each file", remedy: "Say more of the path in one of them")
      }
      places.append(own.first)
    }
    let unused = rules.indices.filter { !used.contains($0) }.map { rules[$0].pattern }
    if let first = unused.first {
      let folders = Set(paths.compactMap { path in path.firstIndex(of: "/").map { "'\(path[...$0])'" } }).sorted()
      throw ZooError(
        .badInput, file: root, path: unused.count == 1 ? "\(Self.key).\(first)" : Self.key,
        problem:
          "no image fits the pattern\(unused.count == 1 ? "" : "s") \(unused.map { "'\($0)'" }.joined(separator: ", "))",
        expected: folders.isEmpty
          ? "names of files, as those of data.exclude"
          : "folders or files with images, e.g. \(folders.prefix(6).joined(separator: ", "))",
        remedy:
          "Mend it, or take it out: \(Self.key)={\(unused.map { "\(Escape.json($0)): null" }.joined(separator: ", "))}")
    }
    return places
  }

  /// What names of files say of the channel → the channel, for each rule.
  /// - Parameters:
  ///   - files: Of each file its rule, and what its name says.
  ///   - sorted: The order of such words.
  /// - Throws: ``ZooError`` if a rule names more or fewer channels than its files have.
  package func names(
    of files: [(rule: Int?, word: String)], root: String, sorted: (Set<String>) -> [String]
  ) throws(ZooError) -> [[String: String]] {
    var words = [Set<String>](repeating: [], count: rules.count)
    for file in files { if let rule = file.rule { words[rule].insert(file.word) } }
    var names: [[String: String]] = []
    for (rule, words) in zip(rules, words) {
      let words = sorted(words)
      guard words.isEmpty || words.count == rule.names.count else {
        throw ZooError(
          .badInput, file: root, path: rule.path,
          problem:
            "names \(Figures.counted(rule.names.count, "channel")) (\(Figures.names(rule.names))), but the names of the files there have \(words.count) (\(Figures.names(words)))",
          expected: "a name for each, in this order", remedy: "Name those that aren't used, too")
      }
      names.append(Dictionary(zip(words, rule.names)) { first, _ in first })
    }
    return names
  }

  /// How many of these files each rule names; `nil` without rules.
  package func finding(_ places: [Int?]) -> String? {
    guard !isEmpty else { return nil }
    var counts: [Int: Int] = [:]
    for place in places { if let place { counts[place, default: 0] += 1 } }
    let rest = places.count { $0 == nil }
    let told = counts.sorted { rules[$0.key].pattern < rules[$1.key].pattern }.map { place, count in
      "'\(rules[place].pattern.onOneLine)' \(Figures.names(rules[place].names)) (\(Figures.counted(count, "file")))"
    }
    return "channels by \(Self.key): \(told.joined(separator: "; "))"
      + (rest > 0 ? "; \(Figures.counted(rest, "file")) elsewhere" : "")
  }
}

extension ImageReading {
  /// Where a folder names the channels in its files, it says how many they are.
  func of(_ rule: FolderChannels.Rule?) -> ImageReading {
    guard let rule else { return self }
    var reading = self
    reading.channels = rule.count
    return reading
  }
}
