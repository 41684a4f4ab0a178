import ZooFormat

/// JSON in one form: keys sorted by their bytes, the shortest digits that give the number back.
///
/// The same value always gives the same bytes, so files and digests made from it can be compared.
extension JSONValue {
  /// As a document with one member or element a line, or all on one line. A number that isn't finite becomes `null`,
  /// for which JSON has no other word.
  package func canonicalText(indented: Bool = true) -> String {
    var text = ""
    write(to: &text, indent: indented ? 0 : nil)
    return text
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .number(let number):
      if let integer = Int64(exactly: number) {
        text += "\(integer)"
      } else {
        text += number.isFinite ? "\(number)" : "null"
      }
    case .string(let string): text += Escape.json(string)
    case .array(let array):
      let isShort = array.allSatisfy(\.isScalar)
      Self.write(array, open: "[", close: "]", to: &text, indent: isShort ? nil : indent) { element, text, indent in
        element.write(to: &text, indent: indent)
      }
    case .object(let object):
      let members = object.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.write(members, open: "{", close: "}", to: &text, indent: indent) { member, text, indent in
        text += Escape.json(member.key)
        text += ": "
        member.value.write(to: &text, indent: indent)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], open: String, close: String, to text: inout String, indent: Int?,
    _ body: (Element, inout String, Int?) -> Void
  ) {
    text += open
    for (offset, element) in elements.enumerated() {
      if offset > 0 { text += indent == nil ? ", " : "," }
      if let indent { text += "\n" + String(repeating: "  ", count: indent + 1) }
      body(element, &text, indent.map { $0 + 1 })
    }
    if let indent, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
    text += close
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    case .null, .bool, .number, .string: true
    }
  }
}
