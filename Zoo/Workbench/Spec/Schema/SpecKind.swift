import ZooPlugins

/// What a value of the spec may be.
package indirect enum SpecKind: Sendable, Hashable {
  case integer(ClosedRange<Int>)
  case number(NumberRange)
  case bool
  case text
  case choice([String])
  /// One of these words, or a whole number.
  case choiceOrInteger([String], ClosedRange<Int>)
  case list(SpecKind)
  /// Any keys, or those of `keys`.
  case map(keys: [String]?, SpecKind)
  /// A plugin of this part: its name, or an object with `name` and settings.
  case part(Plugin.Kind)
  case optional(SpecKind)

  /// What an error says was expected, and what the reference says may stand there.
  package var expectation: String {
    switch self {
    case .integer(let range): "a whole number, \(Self.describe(range))"
    case .number(let range): "a number, \(range)"
    case .bool: "true or false"
    case .text: "a text"
    case .choice(let names): Self.listed(names)
    case .choiceOrInteger(let names, let range):
      "\(names.joined(separator: ", ")) or a whole number, \(Self.describe(range))"
    case .list(let element): "a list, each element of it \(element.expectation)"
    case .map(keys: nil, let value): "an object with names of your choice, each value of it \(value.expectation)"
    case .map(let keys?, let value):
      "an object with the keys \(Self.listed(keys)), each value of it \(value.expectation)"
    case .part(let kind): "the name of a \(kind.noun), or an object with `name` and its settings"
    case .optional(let kind): "\(kind.expectation), or null"
    }
  }

  private static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound >= SpecKind.largestInteger
      ? "at least \(range.lowerBound)" : "\(range.lowerBound)…\(range.upperBound)"
  }

  package static func listed(_ names: [String]) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "nothing" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  /// The largest whole number that every reader of JSON keeps exactly.
  package static let largestInteger = (1 << 53) - 1
}

/// The numbers between two limits.
package struct NumberRange: Sendable, Hashable, CustomStringConvertible {
  package var lower: Double
  package var upper: Double
  /// Whether `lower` itself is allowed.
  package var includesLower: Bool

  package init(_ range: ClosedRange<Double>) {
    (lower, upper, includesLower) = (range.lowerBound, range.upperBound, true)
  }

  private init(lower: Double, upper: Double, includesLower: Bool) {
    (self.lower, self.upper, self.includesLower) = (lower, upper, includesLower)
  }

  package static func above(_ lower: Double, upTo upper: Double = .infinity) -> NumberRange {
    NumberRange(lower: lower, upper: upper, includesLower: false)
  }

  package static func atLeast(_ lower: Double) -> NumberRange {
    NumberRange(lower: lower, upper: .infinity, includesLower: true)
  }

  /// Finite numbers only.
  package func contains(_ number: Double) -> Bool {
    number.isFinite && (includesLower ? number >= lower : number > lower) && number <= upper
  }

  package var description: String {
    func text(_ number: Double) -> String { JSONValue.number(number).canonicalText(indented: false) }
    if upper == .infinity { return (includesLower ? "at least " : "above ") + text(lower) }
    return includesLower ? "\(text(lower))…\(text(upper))" : "above \(text(lower)), at most \(text(upper))"
  }
}

extension Plugin.Kind {
  /// What messages call a plugin of this kind.
  var noun: String { self == .temporal ? "temporal part" : rawValue }
}
