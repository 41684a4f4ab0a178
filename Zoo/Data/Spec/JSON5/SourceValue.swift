import ZooFormat

/// A JSON value together with where it was read.
package struct SourceValue: Sendable, Hashable {
  package indirect enum Content: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([SourceValue])
    case object([Member])
  }

  /// One key of an object and its value, in the order of the file.
  package struct Member: Sendable, Hashable {
    package var key: String
    package var keyPosition: SourcePosition
    package var value: SourceValue

    package init(key: String, keyPosition: SourcePosition, value: SourceValue) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  package var content: Content
  package var position: SourcePosition

  package init(_ content: Content, at position: SourcePosition) {
    self.content = content
    self.position = position
  }

  /// The value of `key` if this is an object that has it. O(keys).
  package subscript(key: String) -> SourceValue? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The same value without positions.
  package var json: JSONValue {
    switch content {
    case .null: .null
    case .bool(let bool): .bool(bool)
    case .number(let number): .number(number)
    case .string(let string): .string(string)
    case .array(let array): .array(array.map(\.json))
    case .object(let members):
      .object(Dictionary(members.map { ($0.key, $0.value.json) }, uniquingKeysWith: { $1 }))
    }
  }

  /// `json`, all of which stands at `position`.
  package init(json: JSONValue, at position: SourcePosition) {
    let content: Content
    switch json {
    case .null: content = .null
    case .bool(let bool): content = .bool(bool)
    case .number(let number): content = .number(number)
    case .string(let string): content = .string(string)
    case .array(let array): content = .array(array.map { SourceValue(json: $0, at: position) })
    case .object(let object):
      content = .object(
        object.sorted { $0.key < $1.key }.map {
          Member(key: $0.key, keyPosition: position, value: SourceValue(json: $0.value, at: position))
        })
    }
    self.init(content, at: position)
  }

  /// What a message calls this value, e.g. `the text 'resnet18'` or `a list`.
  package var found: String {
    switch content {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let number) where number.isNaN: "NaN"
    case .number(let number) where number.isInfinite: "an infinite number"
    case .number(let number): JSONValue.number(number).canonicalText(indented: false)
    case .string(let string): "the text '\(string.count > 60 ? string.prefix(60) + "…" : string[...])'"
    case .array(let array): array.isEmpty ? "an empty list" : "a list"
    case .object: "an object"
    }
  }
}

/// Where a value stands: in a file, or in an argument of the command line.
package struct SourcePosition: Sendable, Hashable {
  package var file: String?
  /// Counted from 1; the column in characters.
  package var line: Int?
  package var column: Int?

  package init(file: String?, line: Int? = nil, column: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
  }
}
