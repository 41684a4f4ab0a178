import ZooPlugins

/// One key of the spec: where it stands, what it may be, what it is for.
///
/// Reading, messages, the canonical form and the reference are all driven by these.
package struct SpecKey: Sendable {
  /// E.g. `train.optimizer.learningRate`.
  package let path: String
  package let kind: SpecKind
  /// One line for the reference.
  package let help: String
  /// The value in `spec`; `null` for an optional that is not there.
  package let read: @Sendable (Spec) -> JSONValue
  /// Puts a value that has passed `kind.check` into `spec`.
  let write: @Sendable (inout Spec, JSONValue) -> Void

  /// The value that a spec has if it doesn't say otherwise.
  package var standard: JSONValue { read(Spec()) }

  typealias Path<Value> = WritableKeyPath<Spec, Value> & Sendable

  static func integer(_ path: String, _ at: Path<Int>, _ range: ClosedRange<Int>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .integer(range), help: help, read: { .number(Double($0[keyPath: at])) },
      write: { if let value = $1.integer { $0[keyPath: at] = value } })
  }

  static func integer(_ path: String, _ at: Path<Int?>, _ range: ClosedRange<Int>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .optional(.integer(range)), help: help,
      read: { $0[keyPath: at].map { .number(Double($0)) } ?? .null }, write: { $0[keyPath: at] = $1.integer })
  }

  static func seed(_ path: String, _ at: Path<UInt64>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .integer(0...SpecKind.largestInteger), help: help,
      read: { .number(Double($0[keyPath: at])) },
      write: { if let value = $1.integer { $0[keyPath: at] = UInt64(clamping: value) } })
  }

  static func number(_ path: String, _ at: Path<Double>, _ range: NumberRange, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .number(range), help: help, read: { .number($0[keyPath: at]) },
      write: { if case .number(let value) = $1 { $0[keyPath: at] = value } })
  }

  static func number(_ path: String, _ at: Path<Double?>, _ range: NumberRange, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .optional(.number(range)), help: help,
      read: { $0[keyPath: at].map(JSONValue.number) ?? .null },
      write: { if case .number(let value) = $1 { $0[keyPath: at] = value } else { $0[keyPath: at] = nil } })
  }

  static func bool(_ path: String, _ at: Path<Bool>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .bool, help: help, read: { .bool($0[keyPath: at]) },
      write: { if case .bool(let value) = $1 { $0[keyPath: at] = value } })
  }

  static func text(_ path: String, _ at: Path<String>, _ help: String, choices: [String]? = nil) -> SpecKey {
    SpecKey(
      path: path, kind: choices.map(SpecKind.choice) ?? .text, help: help, read: { .string($0[keyPath: at]) },
      write: { if case .string(let value) = $1 { $0[keyPath: at] = value } })
  }

  static func text(_ path: String, _ at: Path<String?>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .optional(.text), help: help, read: { $0[keyPath: at].map(JSONValue.string) ?? .null },
      write: { if case .string(let value) = $1 { $0[keyPath: at] = value } else { $0[keyPath: at] = nil } })
  }

  static func choice<Value>(_ path: String, _ at: Path<Value>, _ help: String) -> SpecKey
  where Value: RawRepresentable<String> & CaseIterable & Sendable {
    SpecKey(
      path: path, kind: .choice(Value.allCases.map(\.rawValue)), help: help,
      read: { .string($0[keyPath: at].rawValue) },
      write: { if case .string(let name) = $1, let value = Value(rawValue: name) { $0[keyPath: at] = value } })
  }

  static func list(
    _ path: String, _ at: Path<[String]>, _ help: String, choices: [String]? = nil
  ) -> SpecKey {
    SpecKey(
      path: path, kind: .list(choices.map(SpecKind.choice) ?? .text), help: help,
      read: { .array($0[keyPath: at].map(JSONValue.string)) }, write: { $0[keyPath: at] = $1.strings })
  }

  /// - Parameter choices: What values may be; any text if `nil`.
  static func map(
    _ path: String, _ at: Path<[String: String]>, _ help: String, keys: [String]? = nil, among choices: [String]? = nil
  ) -> SpecKey {
    SpecKey(
      path: path, kind: .map(keys: keys, choices.map(SpecKind.choice) ?? .text), help: help,
      read: { .object($0[keyPath: at].mapValues(JSONValue.string)) },
      write: { spec, value in
        guard case .object(let object) = value else { return }
        spec[keyPath: at] = object.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
      })
  }

  /// Names of one's own, each with a list of texts.
  static func map(_ path: String, _ at: Path<[String: [String]]>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .map(keys: nil, .list(.text)), help: help,
      read: { .object($0[keyPath: at].mapValues { .array($0.map(JSONValue.string)) }) },
      write: { spec, value in
        guard case .object(let object) = value else { return }
        spec[keyPath: at] = object.mapValues(\.strings)
      })
  }

  /// The number of a slice, or a word.
  static func slices(_ path: String, _ at: Path<SliceChoice?>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .optional(.choiceOrInteger(["max", "mean"], 1...SliceChoice.most)), help: help,
      read: { spec in
        switch spec[keyPath: at] {
        case nil: .null
        case .plane(let number): .number(Double(number))
        case .some(let choice): .string(choice.text)
        }
      },
      write: { spec, value in
        if case .string(let word) = value {
          spec[keyPath: at] = SliceChoice(word: word)
        } else {
          spec[keyPath: at] = value.integer.map(SliceChoice.plane)
        }
      })
  }

  /// Two numbers, the lower first.
  static func range(_ path: String, _ at: Path<[Double]?>, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .optional(.list(.number(NumberRange(-1e12...1e12)))), help: help,
      read: { $0[keyPath: at].map { .array($0.map(JSONValue.number)) } ?? .null },
      write: { spec, value in
        guard case .array(let elements) = value else { return }
        spec[keyPath: at] = elements.compactMap { if case .number(let number) = $0 { number } else { nil } }
      })
  }

  static func map(
    _ path: String, _ at: Path<[String: Double]>, _ range: NumberRange, _ help: String, keys: [String]? = nil
  ) -> SpecKey {
    SpecKey(
      path: path, kind: .map(keys: keys, .number(range)), help: help,
      read: { .object($0[keyPath: at].mapValues(JSONValue.number)) },
      write: { spec, value in
        guard case .object(let object) = value else { return }
        spec[keyPath: at] = object.compactMapValues { if case .number(let number) = $0 { number } else { nil } }
      })
  }

  static func part(_ path: String, _ at: Path<PartSpec>, _ kind: Plugin.Kind, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .part(kind), help: help, read: { $0[keyPath: at].json },
      write: { if let value = PartSpec(json: $1) { $0[keyPath: at] = value } })
  }

  static func part(_ path: String, _ at: Path<PartSpec?>, _ kind: Plugin.Kind, _ help: String) -> SpecKey {
    SpecKey(
      path: path, kind: .optional(.part(kind)), help: help, read: { $0[keyPath: at]?.json ?? .null },
      write: { $0[keyPath: at] = PartSpec(json: $1) })
  }
}

extension PartSpec {
  /// The name alone, or an object with `name` and the settings.
  package var json: JSONValue {
    settings.isEmpty ? .string(name) : .object(settings.merging(["name": .string(name)]) { $1 })
  }

  /// `nil` if there is no name in `json`.
  init?(json: JSONValue) {
    switch json {
    case .string(let name): self.init(name)
    case .object(var object):
      guard case .string(let name)? = object.removeValue(forKey: "name") else { return nil }
      self.init(name, settings: object)
    default: return nil
    }
  }
}

extension JSONValue {
  fileprivate var integer: Int? { if case .number(let number) = self { Int(exactly: number) } else { nil } }

  fileprivate var strings: [String] {
    guard case .array(let elements) = self else { return [] }
    return elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }
}
