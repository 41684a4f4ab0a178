/// A plugin by name and its settings.
public struct PartSpec: Sendable, Hashable {
  /// What the registry calls it, or a path of a `.zoo` or ONNX file.
  public var name: String
  /// Only those that differ from the defaults need be here.
  public var settings: [String: JSONValue]

  /// Nothing is checked before the plugin is asked to build.
  public init(_ name: String, settings: [String: JSONValue] = [:]) {
    self.name = name
    self.settings = settings
  }
}

extension PartSpec: Codable {
  /// From a name, or an object with `name` and the settings. O(values · depth).
  /// - Throws: `DecodingError` if the text is no such value.
  public init(from decoder: any Decoder) throws {
    switch try JSONValue(from: decoder) {
    case .string(let name):
      self.init(name)
    case .object(var object):
      guard case .string(let name)? = object.removeValue(forKey: "name") else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "a part needs a name"))
      }
      self.init(name, settings: object)
    default:
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a part is a name or an object with a name"))
    }
  }

  /// The name alone if there are no settings. O(values).
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    if settings.isEmpty { return try name.encode(to: encoder) }
    try JSONValue.object(settings.merging(["name": .string(name)]) { $1 }).encode(to: encoder)
  }
}
