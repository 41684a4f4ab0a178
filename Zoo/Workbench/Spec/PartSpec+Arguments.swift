import ZooPlugins

extension PartSpec {
  /// A part's settings from arguments of a command line: `NAME=VALUE`, the later over the earlier; values are JSON5, and
  /// bare words are texts.
  public static func settings(_ arguments: [String]) throws -> [String: JSONValue] {
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
}
