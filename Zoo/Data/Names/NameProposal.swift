import Foundation
import ZooImages

/// The pattern that paths of images have, if nearly all have one: the same words and marks throughout.
package struct NameProposal {
  package struct Part {
    package var name: String
    package var values: Int
    package var example: String
    /// Whether its meaning is known by how it is written.
    package var isKnown: Bool
  }

  /// As `data.images` takes it.
  package let pattern: String
  /// The parts that are columns, in the order of the path.
  package let parts: [Part]
  /// What stands at `{channel}`, if files that agree in all else are channels of one image.
  package let channels: [String]?
  /// Paths that it doesn't fit.
  let misfits: Int

  /// What a word of all paths is.
  private enum Piece {
    case literal(String)
    case part(Part, prefix: String)
    case other
    case classFolder
  }

  /// O(letters of the paths).
  /// - Parameters:
  ///   - paths: Below the folder of the data.
  ///   - classLevel: Which folder of a path is the class, from 0; `nil` if none is.
  ///   - subsetLevel: Which folder says who goes where.
  ///   - ofFolders: Whether the names of the files say nothing, whatever they are.
  package init?(_ paths: [String], classLevel: Int?, subsetLevel: Int? = nil, ofFolders: Bool = false) {
    guard !paths.isEmpty else { return nil }
    let ending = ofFolders ? "" : Self.ending(paths)
    var shapes: [[String]: [Int]] = [:]
    var split: [(folders: [String], names: [NameParts])] = []
    for (index, path) in paths.enumerated() {
      var levels = path.split(separator: "/").map(String.init)
      if let name = levels.popLast() { levels.append(Self.stem(name)) }
      let names = levels.enumerated().map { level, text in
        level == classLevel || level == subsetLevel || ofFolders && level == levels.count - 1
          ? NameParts("") : NameParts(text)
      }
      split.append((levels, names))
      shapes[names.flatMap { ["/"] + $0.delimiters }, default: []].append(index)
    }
    guard let members = shapes.values.max(by: { ($0.count, $1[0]) < ($1.count, $0[0]) }),
      members.count * 10 >= paths.count * 9
    else { return nil }
    let first = split[members[0]]
    var pieces: [[Piece]] = []
    var taken: Set<String> = []
    var earlier: [[String]] = []
    let channel = ofFolders ? nil : Self.channelPlace(members.map { Self.words(split[$0]) })
    for level in first.folders.indices {
      guard !first.names[level].words.isEmpty else {
        pieces.append([level == classLevel ? .classFolder : .other])
        continue
      }
      var line: [Piece] = []
      for word in first.names[level].words.indices {
        let values = members.map { split[$0].names[level].words[word] }
        let classes = classLevel.map { place in members.map { split[$0].folders[place] } }
        let before = word > 0 ? constant(word - 1) : nil
        func constant(_ word: Int) -> String? {
          let all = Set(members.map { split[$0].names[level].words[word] })
          return all.count == 1 ? all.first : nil
        }
        let isLast = level == first.folders.count - 1
        if isLast, let channel, word == first.names[level].words.count - 1 {
          line.append(.part(channel.part, prefix: channel.prefix))
          continue
        }
        let known = taken
        let piece = Self.piece(values, classes, before: before, isLast: isLast, &taken)
        if case .part(let part, let prefix) = piece {
          // A single letter is little to know a word by: what goes with a part before it says nothing more.
          if !part.isKnown || prefix.count == 1, earlier.contains(where: { Self.areAlike($0, values) }) {
            taken = known
            line.append(.other)
            continue
          }
          earlier.append(values)
        }
        line.append(piece)
      }
      pieces.append(line)
    }
    let parts = pieces.joined().compactMap { if case .part(let part, _) = $0 { part } else { nil } }
    let text = Self.text(pieces, first.names, ending: ending)
    // A pattern that reads the names otherwise than they were taken apart is none.
    guard let found = try? FieldPattern(text, key: "data.images"),
      ofFolders || channel != nil || parts.contains(where: { Self.isGroup($0, paths.count) })
    else { return nil }
    for member in members {
      guard let values = found.match(paths[member]) else { return nil }
      for (level, line) in pieces.enumerated() {
        for (word, piece) in line.enumerated() {
          guard case .part(let part, let prefix) = piece else { continue }
          guard values[part.name] == String(split[member].names[level].words[word].dropFirst(prefix.count)) else {
            return nil
          }
        }
      }
    }
    pattern = text
    self.parts = parts.filter { $0.name != ChannelFiles.part }
    channels = channel?.values
    misfits = paths.count - members.count
  }

  /// Which folder of the paths, which have as many, is the class: the one that isn't called as groups or as single items
  /// are; of several the one with the fewest names. `nil` if there is none. O(paths).
  /// - Parameter chosen: The classes that somebody named.
  package static func classLevel(_ paths: [String], chosen: [String] = []) -> (level: Int, isSure: Bool)? {
    let folders = paths.map { $0.split(separator: "/").dropLast().map(String.init) }
    guard let depth = folders.first?.count, depth > 0, folders.allSatisfy({ $0.count == depth }) else { return nil }
    // Folders that somebody named as classes are these, whatever they are called.
    let named = (0..<depth).first { level in
      !chosen.isEmpty && Set(folders.map { $0[level] }).isSuperset(of: chosen)
    }
    if let named { return (named, true) }
    let candidates = (0..<depth).compactMap { level -> (level: Int, count: Int)? in
      let names = Set(folders.map { $0[level] })
      let groups = names.count { NameParts.group($0) != nil || $0.allSatisfy(\.isNumber) }
      guard names.count > 1, groups * 2 < names.count, !ItemFolders(paths, level: level).areItems(chosen: chosen),
        !AspectFolders(paths, level: level).areAspects(chosen: chosen)
      else { return nil }
      return (level, names.count)
    }
    return candidates.min { ($0.count, $0.level) < ($1.count, $1.level) }.map { ($0.level, candidates.count == 1) }
  }

  /// The words of a path; a folder that isn't taken apart is one.
  private static func words(_ path: (folders: [String], names: [NameParts])) -> [[String]] {
    path.names.enumerated().map { level, name in name.words.isEmpty ? [path.folders[level]] : name.words }
  }

  /// Whether two words of all names go together, one by one.
  private static func areAlike(_ first: [String], _ second: [String]) -> Bool {
    let pairs = Set(zip(first, second).map { [$0, $1] }).count
    return pairs == Set(first).count && pairs == Set(second).count
  }

  /// The most channels that files of one image are taken for.
  private static let mostChannels = 12

  /// Whether the last word of the names is a channel: a word of letters (and a number behind), of which nearly all names that
  /// agree in everything else have the same ones, each once.
  private static func channelPlace(
    _ names: [[[String]]]
  ) -> (part: Part, prefix: String, values: [String])? {
    var sets: [[String]: [String]] = [:]
    for levels in names {
      guard let last = levels.last, let end = last.last, end.wholeMatch(of: /[A-Za-z]+\d*/) != nil else { return nil }
      let rest = levels.dropLast().flatMap { $0 + ["/"] } + last.dropLast()
      sets[rest, default: []].append(end)
    }
    let values = Set(sets.values.joined())
    guard (2...mostChannels).contains(values.count), sets.count > 1,
      sets.values.allSatisfy({ Set($0).count == $0.count }),
      names.count * 10 >= sets.count * values.count * 8
    else { return nil }
    let (meaning, prefix) = NameParts.meaning(values, after: nil)
    guard meaning == nil || meaning == ChannelFiles.part else { return nil }
    let sorted = values.sorted(by: NaturalOrder.precedes)
    return (
      Part(
        name: ChannelFiles.part, values: values.count, example: String((sorted.first ?? "").dropFirst(prefix.count)),
        isKnown: true), prefix, sorted
    )
  }

  /// Whether a part is something that several images have in common.
  private static func isGroup(_ part: Part, _ count: Int) -> Bool {
    !NameParts.counters.contains(part.name) && part.values > 1 && part.values * 2 <= count
  }

  /// What the words at one place of all names are.
  private static func piece(
    _ values: [String], _ classes: [String]?, before: String?, isLast: Bool, _ taken: inout Set<String>
  ) -> Piece {
    let distinct = Set(values)
    if distinct.count == 1 { return .literal(values[0]) }
    let (known, prefix) = NameParts.meaning(distinct, after: before)
    var name = known ?? ""
    if name.isEmpty, let classes {
      // A word that goes with the class says nothing more.
      let pairs = Set(zip(classes, values).map { [$0, $1] })
      if pairs.count == Set(classes).count { return .other }
    }
    if name == "frame", !distinct.allSatisfy({ $0.dropFirst(prefix.count).allSatisfy(\.isNumber) }) { name = "time" }
    // A number of which nobody says what it counts, in each class anew.
    let areNumbers = distinct.allSatisfy { word in
      let digits = word.drop { $0.isLetter }
      return !digits.isEmpty && digits.allSatisfy(\.isNumber)
    }
    if name.isEmpty, isLast, areNumbers, distinct.count * 5 >= values.count { return .other }
    let isKnown = !name.isEmpty && !taken.contains(name)
    if !isKnown {
      var number = 1
      while taken.contains("part\(number)") { number += 1 }
      name = "part\(number)"
    }
    taken.insert(name)
    let example = distinct.min(by: NaturalOrder.precedes) ?? ""
    let start = isKnown ? prefix : ""
    return .part(
      Part(name: name, values: distinct.count, example: String(example.dropFirst(start.count)), isKnown: isKnown),
      prefix: start)
  }

  private static func text(_ pieces: [[Piece]], _ names: [NameParts], ending: String) -> String {
    let levels = zip(pieces, names).map { line, name in
      if name.words.isEmpty {
        if case .classFolder? = line.first { return "{\(FolderSource.classPart)}" }
        return "*"
      }
      var text = ""
      for (piece, delimiter) in zip(line, name.delimiters) {
        text += delimiter
        switch piece {
        case .literal(let word): text += word
        case .part(let part, let prefix): text += "\(prefix){\(part.name)}"
        case .other, .classFolder: text += "*"
        }
      }
      return text + (name.delimiters.last ?? "")
    }
    return levels.joined(separator: "/") + ending
  }

  private static func stem(_ name: String) -> String {
    let plain = (name as NSString).deletingPathExtension
    return plain.hasSuffix(".ome") ? String(plain.dropLast(4)) : plain
  }

  /// The ending that all files have, or anything.
  private static func ending(_ paths: [String]) -> String {
    let endings = Set(paths.map { path in String(path.dropFirst((stem(path)).count)) })
    return endings.count == 1 ? endings.first ?? "" : ".*"
  }
}
