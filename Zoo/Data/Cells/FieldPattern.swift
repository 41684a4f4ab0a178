import ZooFormat

/// A path with named parts, e.g. `{experiment}/{well}/Img_t{frame:04}_ch{channel}.png`.
///
/// `{name}` is any text within one folder's name, or digits for `frame` and `z`; `{name:04}` is at least four digits; `*` is
/// any text within one folder's name. A name that stands twice has one value. `{row}` and `{column}` (or `{col}`) of a plate, as
/// OME-Zarr has them, together are the `well`.
package struct FieldPattern: Sendable, Hashable {
  private enum Piece: Hashable {
    case literal([UInt8])
    /// Any text without a slash; at least `digits` digits if that isn't `nil`.
    case part(name: String?, digits: Int?)
  }

  let text: String
  /// In the order in which they stand.
  package let names: [String]
  private let pieces: [Piece]
  /// What the column is called that is put together with the row.
  private let wellColumn: String?

  private static let numbers: Set<String> = ["frame", "z"]

  /// - Parameter key: The key of the spec that it stands in, for messages.
  package init(_ text: String, key: String) throws(ZooError) {
    self.text = text
    var pieces: [Piece] = []
    var names: [String] = []
    var literal: [UInt8] = []
    var rest = Substring(text)
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
        let digits = inner.count == 2 ? Int(inner[1].drop { $0 == "0" }) : nil
        guard isName, inner.count == 1 || digits.map({ (1...18).contains($0) }) == true else {
          throw ZooError(
            .badInput, path: key, problem: "'\(text)' has a part '{\(inner.joined(separator: ":"))}'",
            expected: "{name} or {name:04}, where 04 is the least number of digits")
        }
        flush()
        pieces.append(.part(name: name, digits: digits ?? (Self.numbers.contains(name) ? 1 : nil)))
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
      case .part(let name, _):
        guard let value = name.flatMap({ values[$0] }) else { return nil }
        path += Array(value.utf8)
      }
    }
    return String(decoding: path, as: UTF8.self)
  }

  /// The values of the named parts, or `nil` if `path` is another one.
  package func match(_ path: String) -> [String: String]? {
    var values: [String: String] = [:]
    guard match(Array(path.utf8), from: 0, piece: 0, &values) else { return nil }
    if let wellColumn, let row = values.removeValue(forKey: "row"), let column = values.removeValue(forKey: wellColumn)
    {
      values["well"] = row + column
    }
    return values
  }

  private func match(_ path: [UInt8], from start: Int, piece: Int, _ values: inout [String: String]) -> Bool {
    guard piece < pieces.count else { return start == path.count }
    switch pieces[piece] {
    case .literal(let bytes):
      guard path.count - start >= bytes.count, path[start..<start + bytes.count].elementsEqual(bytes) else {
        return false
      }
      return match(path, from: start + bytes.count, piece: piece + 1, &values)
    case .part(let name, let digits):
      var end = start
      while end <= path.count {
        let length = end - start
        if length >= max(1, digits ?? 1) || (name == nil && length == 0) {
          let text = String(decoding: path[start..<end], as: UTF8.self)
          let known = name.flatMap { values[$0] }
          if known == nil || known == text {
            if let name { values[name] = text }
            if match(path, from: end, piece: piece + 1, &values) { return true }
            if let name, known == nil { values[name] = nil }
          }
        }
        guard end < path.count, path[end] != 0x2F else { return false }
        if digits != nil, !(0x30...0x39).contains(path[end]) { return false }
        end += 1
      }
      return false
    }
  }
}
