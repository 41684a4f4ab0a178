/// One setting of a plugin as a person sees it: what it is called, what it may be, what it does.
public struct Setting: Sendable, Hashable {
  /// What a setting may be.
  public enum Kind: Sendable, Hashable {
    /// `true` or `false`.
    case bool
    /// A whole number in a range, both ends among it.
    case integer(ClosedRange<Int>)
    /// A number in a range, both ends among it.
    case number(ClosedRange<Double>)
    /// One of several words.
    case choice([String])
    /// Any string.
    case text
    /// Anything: the plugin itself judges it.
    case any
  }

  /// As specs and the command line call it; the name of the property.
  public let name: String
  /// What it may be.
  public let kind: Kind
  /// What it does, for `zoo list` and messages; one line without a full stop.
  public let help: String
  /// The value if the setting isn't given; filled in from the plugin's settings by ``Plugin``.
  public internal(set) var standard: JSONValue = .null

  private init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  /// `true` or `false`.
  public static func bool(_ name: String, _ help: String) -> Setting { Setting(name, .bool, help) }
  /// A whole number in `range`.
  public static func integer(_ name: String, _ range: ClosedRange<Int>, _ help: String) -> Setting {
    Setting(name, .integer(range), help)
  }
  /// A number in `range`; whole numbers are taken too.
  public static func number(_ name: String, _ range: ClosedRange<Double>, _ help: String) -> Setting {
    Setting(name, .number(range), help)
  }
  /// One of `choices`.
  public static func choice(_ name: String, _ choices: [String], _ help: String) -> Setting {
    Setting(name, .choice(choices), help)
  }
  /// One of the cases of an enumeration. O(cases).
  public static func choice<E: CaseIterable & RawRepresentable<String>>(
    _ name: String, _: E.Type, _ help: String
  ) -> Setting { Setting(name, .choice(E.allCases.map(\.rawValue)), help) }
  /// Any text.
  public static func text(_ name: String, _ help: String) -> Setting { Setting(name, .text, help) }
  /// Any JSON value: the plugin itself judges it.
  public static func any(_ name: String, _ help: String) -> Setting { Setting(name, .any, help) }

  /// What is wrong with `value` as this setting, or `nil`. `path` is where the value stands, e.g. `model.backbone`.
  func problem(with value: JSONValue, path: String) -> ZooError? {
    func refuse(_ problem: String, _ remedy: String? = nil) -> ZooError {
      ZooError(
        .badInput, path: path.isEmpty ? name : "\(path).\(name)", problem: problem, expected: expectation,
        remedy: remedy)
    }
    switch (kind, value) {
    case (.any, _), (.bool, .bool), (.text, .string): return nil
    case (.integer(let range), .number(let number)):
      guard let integer = Int(exactly: number), range.contains(integer) else { return refuse("is \(value)") }
      return nil
    case (.number(let range), .number(let number)):
      return range.contains(number) ? nil : refuse("is \(value)")
    case (.choice(let choices), .string(let word)):
      guard !choices.contains(word) else { return nil }
      return refuse("is \(value)", NearestName.of(word, in: choices).map { "Did you mean '\($0)'?" })
    default: return refuse("is \(value)")
    }
  }

  /// E.g. `an integer in 1…1024`. O(choices).
  public var expectation: String {
    switch kind {
    case .bool: "true or false"
    case .integer(let range):
      range.upperBound == .max
        ? "an integer of at least \(range.lowerBound)" : "an integer in \(range.lowerBound)…\(range.upperBound)"
    case .number(let range):
      "a number in \(JSONValue.number(range.lowerBound))…\(JSONValue.number(range.upperBound))"
    case .choice(let choices): "one of " + choices.map { "'\($0)'" }.joined(separator: ", ")
    case .text: "a string"
    case .any: "a value"
    }
  }
}
