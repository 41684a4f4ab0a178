import Foundation
import ZooData
import ZooPlugins

extension SpecKind {
  /// Something wrong about a value, before it is known where the value stands.
  struct Mismatch {
    var path: String
    var position: SourcePosition
    var problem: String
    var expected: String?
    var remedy: String?
  }

  /// `value` in the form in which the spec keeps it, or `nil` after adding what is wrong with it to `mismatches`.
  /// Nothing is looked at any more after ``SpecProblems/most`` of them.
  func check(_ value: SourceValue, path: String, _ mismatches: inout [Mismatch]) -> JSONValue? {
    guard mismatches.count < SpecProblems.most else { return nil }
    switch (self, value.content) {
    case (.optional, .null): return .null
    case (.optional(let kind), _): return kind.check(value, path: path, &mismatches)
    case (.integer(let range), .number(let number)):
      if let integer = Int(exactly: number), range.contains(integer) { return value.json }
    case (.number(let range), .number(let number)):
      if range.contains(number) { return value.json }
    case (.bool, .bool), (.text, .string): return value.json
    case (.text, .number), (.text, .bool):
      // An argument of the command line has no quotes to tell `2024` the name from the number.
      if value.position.line == nil, value.position.file != nil {
        return .string(value.json.canonicalText(indented: false))
      }
    case (.choice(let names), .string(let word)):
      if names.contains(word) { return value.json }
      let nearest = NearestName.of(word, in: names)
      mismatches.append(
        Mismatch(
          path: path, position: value.position, problem: "'\(word)' is unknown", expected: expectation,
          remedy: nearest.map { "Did you mean '\($0)'?" }))
      return nil
    case (.choiceOrInteger(_, let range), .number(let number)):
      if let integer = Int(exactly: number), range.contains(integer) { return value.json }
    case (.choiceOrInteger(let names, _), .string(let word)):
      if names.contains(word) { return value.json }
    case (.list(let kind), .array(let elements)):
      let checked = elements.enumerated().map { kind.check($1, path: "\(path)[\($0)]", &mismatches) }
      return checked.contains(nil) ? nil : .array(checked.compactMap(\.self))
    case (.map(let keys, let kind), .object(let members)):
      return Self.checkMap(members, keys: keys, kind, path: path, &mismatches)
    case (.part, .string), (.part, .object):
      return checkPart(value, path: path, &mismatches)
    default: break
    }
    mismatches.append(
      Mismatch(
        path: path, position: value.position, problem: "\(value.found) isn't allowed", expected: expectation,
        remedy: quoting(value)))
    return nil
  }

  /// Texts as a list of them is written, where what stands there was meant so: a word alone, a number, or a list that can't
  /// be read, as that of a number which begins with 0.
  private func quoting(_ value: SourceValue) -> String? {
    switch (self, value.content) {
    case (.list(.text), .string(let text)):
      var words = text[...]
      if words.hasPrefix("["), words.hasSuffix("]") { words = words.dropFirst().dropLast() }
      let quoted = words.split(separator: ",").map { word in
        JSONValue.string(word.trimmingCharacters(in: CharacterSet(charactersIn: " \t\"'"))).description
      }
      return quoted.isEmpty ? nil : "Write [\(quoted.joined(separator: ", "))]"
    case (.list(.text), .number): return "Write [\(JSONValue.string(value.json.canonicalText(indented: false)))]"
    case (.text, .number): return "Write \(JSONValue.string(value.json.canonicalText(indented: false)))"
    default: return nil
    }
  }

  private static func checkMap(
    _ members: [SourceValue.Member], keys: [String]?, _ kind: SpecKind, path: String, _ mismatches: inout [Mismatch]
  ) -> JSONValue? {
    var object: [String: JSONValue] = [:]
    var isRight = true
    for member in members where member.value.content != .null {
      guard mismatches.count < SpecProblems.most else { return nil }
      if let keys, !keys.contains(member.key) {
        let nearest = NearestName.of(member.key, in: keys)
        mismatches.append(
          Mismatch(
            path: "\(path).\(member.key)", position: member.keyPosition, problem: "the key is unknown",
            expected: listed(keys), remedy: nearest.map { "Did you mean '\($0)'?" }))
        isRight = false
      } else if let checked = kind.check(member.value, path: "\(path).\(member.key)", &mismatches) {
        object[member.key] = checked
      } else {
        isRight = false
      }
    }
    return isRight ? .object(object) : nil
  }

  private func checkPart(_ value: SourceValue, path: String, _ mismatches: inout [Mismatch]) -> JSONValue? {
    let name = value.content.isObject ? value["name"] : value
    guard let name, case .string(let text) = name.content, !text.isEmpty else {
      mismatches.append(
        Mismatch(
          path: path, position: name?.position ?? value.position,
          problem: name == nil ? "an object without `name`" : "\(name?.found ?? "nothing") isn't a name",
          expected: expectation))
      return nil
    }
    guard case .object(let members) = value.content else { return value.json }
    // A setting of `null` takes its default.
    let settings = members.filter { $0.value.content != .null }
    return SourceValue(.object(settings), at: value.position).json
  }
}

extension SourceValue.Content {
  var isObject: Bool { if case .object = self { true } else { false } }
}
