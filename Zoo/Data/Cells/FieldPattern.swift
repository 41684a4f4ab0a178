import Foundation
import ZooFormat

/// A path with named parts, e.g. `{experiment}/{well}/Img_t{frame:04}_ch{channel}.png`.
///
/// `{name}` is any text within one folder's name, or digits for `frame` and `z`; `{name:04}` is at least four digits; `*` is
/// any text within one folder's name. `{frame}` is also a time such as `00d03h00m` or `03h00m`, in minutes. Each takes as little as lets the rest fit, `{name:+}` as much. A name that stands twice has one value. `{row}` and `{column}` (or `{col}`) of a plate, as
/// OME-Zarr has them, together are the `well`.
package struct FieldPattern: Sendable, Hashable {
  private enum Piece: Hashable {
    case literal([UInt8])
    /// Any text without a slash; at least `digits` digits if that isn't `nil`.
    case part(name: String?, digits: Int?, isLong: Bool = false)
  }

  let text: String
  /// In the order in which they stand.
  package let names: [String]
  private let pieces: [Piece]
  /// What the column is called that is put together with the row.
  private let wellColumn: String?

  private static let numbers: Set<String> = ["frame", "z"]
  /// What `{frame}` takes, for messages.
  static let frameForms = "{frame} takes digits, or times such as 00d03h00m and 03h00m, as minutes"

  /// - Parameter key: The key of the spec that it stands in, for messages.
  package init(_ text: String, key: String) throws(ZooError) {
    self.text = text
    var pieces: [Piece] = []
    var names: [String] = []
    var literal: [UInt8] = []
    var rest = Substring(text.precomposedStringWithCanonicalMapping)
    func flush() {
      if !literal.isEmpty { pieces.append(.literal(literal)) }
      literal = []
    }
    while let letter = rest.popFirst() {
      switch letter {
      case "{":
        guard let end = rest.firstIndex(of: "}") else {
          throw ZooError(
            .badInput, path: key, problem: "'\(text)' has a '{' without '}'", expected: "{name} or {name:04}")
        }
        let inner = rest[..<end].split(separator: ":", omittingEmptySubsequences: false)
        rest = rest[rest.index(after: end)...]
        let name = String(inner.first ?? "")
        let isName = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
        let isLong = inner.count == 2 && inner[1] == "+" && !Self.numbers.contains(name)
        let digits = inner.count == 2 && !isLong ? Int(inner[1].drop { $0 == "0" }) : nil
        guard isName, inner.count == 1 || isLong || digits.map({ (1...18).contains($0) }) == true else {
          throw ZooError(
            .badInput, path: key, problem: "'\(text)' has a part '{\(inner.joined(separator: ":"))}'",
            expected: "{name}, {name:04}, where 04 is the least number of digits, or {name:+}, as much as there is")
        }
        flush()
        pieces.append(.part(name: name, digits: digits ?? (Self.numbers.contains(name) ? 1 : nil), isLong: isLong))
        if !names.contains(name) { names.append(name) }
      case "*":
        flush()
        pieces.append(.part(name: nil, digits: nil))
      default:
        literal += Array(String(letter).utf8)
      }
    }
    flush()
    self.pieces = pieces
    let column = ["column", "col"].first(where: names.contains)
    if let row = names.firstIndex(of: "row"), let column, !names.contains("well") {
      names[row] = "well"
      names.removeAll { $0 == column }
      wellColumn = column
    } else {
      wellColumn = nil
    }
    self.names = names
  }

  /// Bytes that stand for themselves.
  var literalCount: Int {
    pieces.reduce(0) { count, piece in if case .literal(let bytes) = piece { count + bytes.count } else { count } }
  }

  /// The path with these values; `nil` if something in it may be anything, or has no value.
  func path(_ values: [String: String]) -> String? {
    var path: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .literal(let bytes): path += bytes
      case .part(let name, _, _):
        guard let value = name.flatMap({ values[$0] }) else { return nil }
        path += Array(value.utf8)
      }
    }
    return String(decoding: path, as: UTF8.self)
  }

  /// The values of the named parts, or `nil` if `path` is another one.
  package func match(_ path: String) -> [String: String]? {
    var values: [String: String] = [:]
    guard match(Self.composed(path), from: 0, piece: 0, &values) else { return nil }
    for place in pieces.indices { values[Self.anything(place)] = nil }
    if let wellColumn, let row = values.removeValue(forKey: "row"), let column = values.removeValue(forKey: wellColumn)
    {
      values["well"] = row + column
    }
    return values
  }

  /// Of each value that stands in the name of a folder or file with nothing else that isn't always there, the whole name:
  /// `{well}-ST` of `0305` is `0305-ST`.
  func wholeNames(_ values: [String: String]) -> [String: String] {
    var names: [String: String] = [:]
    for level in text.split(separator: "/") {
      let parts = level.matches(of: /\{([^}:]*)(:[^}]*)?\}/)
      guard parts.count == 1, !level.contains("*"), let part = parts.first, let value = values[String(part.output.1)],
        part.range != level.startIndex..<level.endIndex
      else { continue }
      names[String(part.output.1)] = level[..<part.range.lowerBound] + value + level[part.range.upperBound...]
    }
    return names
  }

  /// What two paths have in common that differ in a part alone: the path with the part's name in its place; `nil` if the
  /// pattern doesn't fit.
  func rest(of path: String, without part: String) -> String? {
    var values: [String: String] = [:]
    guard match(Self.composed(path), from: 0, piece: 0, &values) else { return nil }
    return pieces.enumerated().map { place, piece in
      switch piece {
      case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
      case .part(let name, _, _): name == part ? "{\(part)}" : values[name ?? Self.anything(place)] ?? ""
      }
    }.joined()
  }

  /// What the text of a part without a name is kept under.
  private static func anything(_ piece: Int) -> String { "*\(piece)" }

  /// The disk may compose letters otherwise than whoever wrote the pattern.
  private static func composed(_ path: String) -> [UInt8] {
    Array((path.utf8.allSatisfy { $0 < 0x80 } ? path : path.precomposedStringWithCanonicalMapping).utf8)
  }

  private func match(_ path: [UInt8], from start: Int, piece: Int, _ values: inout [String: String]) -> Bool {
    guard piece < pieces.count else { return start == path.count }
    switch pieces[piece] {
    case .literal(let bytes):
      guard path.count - start >= bytes.count, path[start..<start + bytes.count].elementsEqual(bytes) else {
        return false
      }
      return match(path, from: start + bytes.count, piece: piece + 1, &values)
    case .part(let name, let digits, let isLong):
      let rest = path[start...].prefix { $0 != 0x2F && (digits == nil || (0x30...0x39).contains($0)) }
      let least = max(name == nil ? 0 : 1, digits ?? 0)
      guard least <= rest.count else { return false }
      let key = name ?? Self.anything(piece)
      let known = name.flatMap { values[$0] }
      let lengths = isLong ? Array((least...rest.count).reversed()) : Array(least...rest.count)
      for length in lengths {
        let text = String(decoding: path[start..<start + length], as: UTF8.self)
        guard known == nil || known == text else { continue }
        values[key] = text
        if match(path, from: start + length, piece: piece + 1, &values) { return true }
        if known == nil { values[key] = nil }
      }
      guard name == "frame", digits == 1, let time = Self.time(path[start...]), known == nil || known == time.minutes
      else { return false }
      values[key] = time.minutes
      if match(path, from: time.end, piece: piece + 1, &values) { return true }
      if known == nil { values[key] = nil }
      return false
    }
  }

  /// A time as Incucyte's names have it, `00d03h00m` or `03h00m`, with its end.
  private static func time(_ path: ArraySlice<UInt8>) -> (minutes: String, end: Int)? {
    var place = path.startIndex
    func number(before letter: UInt8) -> Int? {
      let digits = path[place...].prefix { (0x30...0x39).contains($0) }
      guard (1...4).contains(digits.count), digits.endIndex < path.endIndex, path[digits.endIndex] == letter else {
        return nil
      }
      place = digits.endIndex + 1
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    let days = number(before: UInt8(ascii: "d")) ?? 0
    guard let hours = number(before: UInt8(ascii: "h")), let minutes = number(before: UInt8(ascii: "m")) else {
      return nil
    }
    return ("\((days * 24 + hours) * 60 + minutes)", place)
  }
}
