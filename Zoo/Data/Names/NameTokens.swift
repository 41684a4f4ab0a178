import Foundation
import ZooImages

/// Letters with numbers, anywhere in names, that say which channel, frame or slice a file is: `c1` and `t003` of
/// `v1xy02c1t003`, `w2` of `P1_B02_s1_w2…`.
package struct NameTokens {
  /// What files differ in that agree in all else, in the order of the names: a part of `data.images`, and what stands there.
  package private(set) var parts: [(part: String, values: [String])] = []
  /// Path of a file → what all files of its set have in common.
  private(set) var stems: [String: String] = [:]
  /// The files' names as `data.images` has them, if one pattern fits.
  private var pattern: String?

  private static let kinds: [String: String] = [
    "c": ChannelFiles.part, "ch": ChannelFiles.part, "chan": ChannelFiles.part, "channel": ChannelFiles.part,
    "w": ChannelFiles.part, "t": "frame", "tp": "frame", "time": "frame", "timepoint": "frame", "frame": "frame",
    "sk": "frame", "z": "z", "slice": "z",
  ]
  private static let mostChannels = 12

  private struct Token {
    var part: String
    var letters: String
    /// Of the number in the path's bytes.
    var digits: Range<Int>
  }

  /// O(letters). `nil` if names say none of these, or each file's rest is its own.
  /// - Parameter paths: Of files; their folders are part of what sets have in common.
  package init?(_ paths: [String]) {
    var read: [(path: String, bytes: [UInt8], tokens: [Token])] = []
    // Beside wells, w is a wavelength; else it most likely is a well.
    let hasWells = AspectNames.hasWells(paths.prefix(500).map { NameParts(($0 as NSString).lastPathComponent) })
    for path in paths {
      let bytes = Array(path.utf8)
      let tokens = Self.tokens(bytes, hasWells: hasWells)
      if !tokens.isEmpty { read.append((path, bytes, tokens)) }
    }
    guard let first = read.first?.tokens.map(\.part), read.count * 10 >= paths.count * 9 else { return nil }
    read.removeAll { $0.tokens.map(\.part) != first }
    guard read.count > 2, read.count * 10 >= paths.count * 9 else { return nil }
    let varied = first.indices.filter { place in
      let spellings = Set(read.map { $0.tokens[place].letters })
      guard spellings.count == 1, let letters = spellings.first else { return false }
      var sets: [[UInt8]: Set<String>] = [:]
      for file in read {
        sets[Self.rest(file.bytes, [file.tokens[place]]), default: []].insert(
          String(decoding: file.bytes[file.tokens[place].digits], as: UTF8.self))
      }
      guard sets.count > 1, sets.values.count(where: { $0.count > 1 }) * 2 > sets.count else { return false }
      guard first[place] == ChannelFiles.part else { return true }
      var common: [Set<String>: Int] = [:]
      for values in sets.values { common[values, default: 0] += 1 }
      let all = Set(sets.values.joined())
      // `c014` is a cell, and `w03` a well.
      return all.count <= Self.mostChannels && (common.values.max() ?? 0) * 2 >= sets.count
        && (letters.count != 1 || all.allSatisfy { $0.count == 1 })
    }
    // `ch` says more than `c`.
    let tokens = read[0].tokens
    let used = varied.filter { place in
      !varied.contains { first[$0] == first[place] && tokens[$0].letters.count > tokens[place].letters.count }
    }
    guard !used.isEmpty, Set(used.map { first[$0] }).count == used.count else { return nil }
    parts = used.map { place in
      let values = Set(
        read.map { file in
          let token = file.tokens[place]
          return token.letters + String(decoding: file.bytes[token.digits], as: UTF8.self)
        })
      return (first[place], values.sorted(by: NaturalOrder.precedes))
    }
    for file in read {
      stems[file.path] = String(decoding: Self.rest(file.bytes, used.map { file.tokens[$0] }), as: UTF8.self)
    }
    let sample = read[0]
    pattern = [true, false].lazy.map { letters in
      Self.pattern(sample.bytes, used.map { sample.tokens[$0] }, keepsLetters: letters)
    }.first { text in
      let found = try? FieldPattern(text, key: "data.images")
      return read.prefix(500).allSatisfy { file in
        let values = found?.match((file.path as NSString).lastPathComponent)
        return used.allSatisfy { place in
          values?[first[place]] == String(decoding: file.bytes[file.tokens[place].digits], as: UTF8.self)
        }
      }
    }
  }

  /// What files are and how data.images says so, from `c1, c2 (channel)` on.
  /// - Parameter folder: The pattern of the folders, e.g. `{class}`.
  package func told(in folder: String) -> String {
    let shown = parts.map { part, values in
      (values.count > 4 ? "\(values[0]) … \(values[values.count - 1])" : values.joined(separator: ", ")) + " (\(part))"
    }
    let names = parts.map { "{\($0.part)}" }.joined(separator: " and ")
    return
      "\(shown.joined(separator: " and ")): each file is taken as an image of its own; if they are channels or frames of one image, data.images says so by \(names) in their place\(pattern.map { ", e.g. '\(folder)/\($0)'" } ?? ""), or a manifest.csv lists the images"
  }

  /// The pattern of fields' files, all before the first of the parts being the field's name; `nil` if none fits.
  var fieldPattern: String? {
    pattern.map { $0.hasPrefix("*") ? "{field}" + $0.dropFirst() : $0 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  /// The tokens of a path's last part, each kind of letters once; without the random ending that ImageXpress gives names.
  private static func tokens(_ bytes: [UInt8], hasWells: Bool) -> [Token] {
    let start = (bytes.lastIndex(of: 0x2F) ?? -1) + 1
    var end = bytes[start...].lastIndex(of: 0x2E) ?? bytes.count
    if hasRandomEnd(bytes[start..<end]) { end -= 36 }
    var tokens: [Token] = []
    var place = start
    while place < end {
      guard isLetter(bytes[place]) else {
        place += 1
        continue
      }
      let word = place
      while place < end, isLetter(bytes[place]) { place += 1 }
      let letters = String(decoding: bytes[word..<place], as: UTF8.self)
      var from = place
      if from < end, bytes[from] == 0x3D || bytes[from] == 0x5F && letters.count > 1 { from += 1 }
      var to = from
      while to < end, isDigit(bytes[to]) { to += 1 }
      // A word, or one with a number at its end: `Cy5`.
      let ends = to > from && from == place ? [place, to] : [place]
      let stain = ends.first { Stains.isStain(String(decoding: bytes[word..<$0], as: UTF8.self)) }
      if let stain, !tokens.contains(where: { $0.letters.isEmpty }) {
        tokens.append(Token(part: ChannelFiles.part, letters: "", digits: word..<stain))
        place = stain
        continue
      }
      guard to > from else { continue }
      place = to
      // A well.
      if hasWells, letters.count == 1, (0x41...0x50).contains(bytes[word]) { continue }
      guard let part = kinds[letters.lowercased()], !tokens.contains(where: { $0.letters == letters }) else { continue }
      if letters.lowercased() == "w", !hasWells { continue }
      tokens.append(Token(part: part, letters: letters, digits: from..<to))
    }
    return tokens
  }

  /// Whether a name ends in a GUID: `…_w1C68E875E-E716-08BE-B0E4-09CA46EA8965`.
  private static func hasRandomEnd(_ name: ArraySlice<UInt8>) -> Bool {
    guard name.count > 36 else { return false }
    return name.suffix(36).enumerated().allSatisfy { place, byte in
      [8, 13, 18, 23].contains(place) ? byte == 0x2D : isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }
  }

  /// A path without the numbers of some tokens, and without its random ending.
  private static func rest(_ bytes: [UInt8], _ tokens: [Token]) -> [UInt8] {
    var rest: [UInt8] = []
    var place = 0
    for token in tokens {
      rest += bytes[place..<token.digits.lowerBound] + [0x23]
      place = token.digits.upperBound
    }
    let tail = bytes[place...]
    let end = tail.lastIndex(of: 0x2E) ?? bytes.count
    return rest + (hasRandomEnd(bytes[..<end]) && end - 36 >= place ? tail[..<(end - 36)] : tail)
  }

  /// - Parameter keepsLetters: Whether letters behind a token stand in the pattern, or marks alone.
  private static func pattern(_ bytes: [UInt8], _ tokens: [Token], keepsLetters: Bool) -> String {
    func isKept(_ byte: UInt8) -> Bool { !isDigit(byte) && (keepsLetters || !isLetter(byte)) }
    var place = (bytes.lastIndex(of: 0x2F) ?? -1) + 1
    var text = ""
    for token in tokens {
      let before = bytes[place..<token.digits.lowerBound]
      // All between two tokens, but for numbers; of what stands before the first, its letters and a mark.
      var plain = Array(before.reversed().prefix { !isDigit($0) }.reversed())
      if text.isEmpty {
        let own = token.letters.utf8.count + (before.last.map { isLetter($0) ? 0 : 1 } ?? 0)
        plain = Array(plain.suffix(plain.count > own ? own + 1 : own))
      }
      let start = text.isEmpty ? [] : Array(before.prefix(while: isKept))
      let isWhole = plain.count == before.count
      text += isWhole ? "" : String(decoding: start, as: UTF8.self) + "*"
      text += String(decoding: plain, as: UTF8.self) + "{\(token.part)}"
      place = token.digits.upperBound
    }
    let end = bytes[place...].lastIndex(of: 0x2E) ?? bytes.count
    let tail = bytes[place..<end]
    let mark = hasRandomEnd(bytes[..<end]) ? [] : Array(tail.prefix(while: isKept))
    let isWhole = mark.count == tail.count
    return text + String(decoding: mark, as: UTF8.self) + (isWhole ? "" : "*")
      + String(decoding: bytes[end...], as: UTF8.self)
  }
}
