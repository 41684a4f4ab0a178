import ZooData
import ZooPlugins

extension PartSpec {
  /// A part's settings from arguments of a command line: `NAME=VALUE`, the later over the earlier; values are JSON5, and
  /// bare words are texts.
  package static func settings(_ arguments: [String]) throws -> [String: JSONValue] {
    var settings: [String: JSONValue] = [:]
    for argument in arguments {
      guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
        throw ZooError(.usage, problem: "'\(argument)' isn't a setting", expected: "NAME=VALUE, e.g. width=32")
      }
      let value = SpecDocument.argumentValue(String(argument[argument.index(after: equals)...]))
      settings[String(argument[..<equals])] = value.json
    }
    return settings
  }

  /// A part from an argument of a command line: its name, or an object in JSON5 with `name` and settings.
  /// - Throws: ``ZooError`` naming the option.
  package init(argument: String, option: String) throws {
    switch SpecDocument.argumentValue(argument).json {
    case .string(let name): self.init(name)
    case .object(var settings):
      guard case .string(let name)? = settings.removeValue(forKey: "name") else { fallthrough }
      self.init(name, settings: settings)
    default:
      throw ZooError(
        .usage, problem: "--\(option) is '\(argument)'",
        expected: "a part's name, or an object such as {name: \"mlp\", hidden: 64}")
    }
  }
}
