import ZooPlugins

/// A JSON value together with where it was read.
public struct SourceValue: Sendable, Hashable {
  public indirect enum Content: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([SourceValue])
    case object([Member])
  }

  /// One key of an object and its value, in the order of the file.
  public struct Member: Sendable, Hashable {
    public var key: String
    public var keyPosition: SourcePosition
    public var value: SourceValue

    public init(key: String, keyPosition: SourcePosition, value: SourceValue) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  public var content: Content
  public var position: SourcePosition

  public init(_ content: Content, at position: SourcePosition) {
    self.content = content
    self.position = position
  }

  /// The value of `key` if this is an object that has it. O(keys).
  public subscript(key: String) -> SourceValue? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The same value without positions.
  public var json: JSONValue {
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
  public init(json: JSONValue, at position: SourcePosition) {
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
  public var found: String {
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
public struct SourcePosition: Sendable, Hashable {
  public var file: String?
  /// Counted from 1; the column in characters.
  public var line: Int?
  public var column: Int?

  public init(file: String?, line: Int? = nil, column: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
  }
}
