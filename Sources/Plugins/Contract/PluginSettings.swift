import Foundation

/// The settings of a plugin: a structure whose properties have defaults, and one ``Setting`` that describes each.
///
/// ```swift
/// struct PoolSettings: PluginSettings {
///   var width = 64
///   static let fields: [Setting] = [.integer("width", 1...4096, "channels of the first layer")]
/// }
/// ```
public protocol PluginSettings: Codable, Sendable {
  /// One for each property, in the order in which a person should read them. Asked when a plugin is made, not when it builds.
  static var fields: [Setting] { get }
}

extension PluginSettings {
  /// The settings as JSON, by name.
  func encoded() throws -> [String: JSONValue] {
    let data = try JSONEncoder().encode(self)
    guard case .object(let object) = try JSONDecoder().decode(JSONValue.self, from: data) else { return [:] }
    return object
  }

  /// These settings, with `values` in place of the defaults.
  func overridden(by values: [String: JSONValue]) throws -> Self {
    let merged = try encoded().merging(values) { $1 }
    return try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(JSONValue.object(merged)))
  }
}

extension Sequence<Setting> {
  /// All that is wrong with `values` as these settings; `path` is where the values stand, e.g. `model.backbone`.
  func problems(with values: [String: JSONValue], path: String) -> [ZooError] {
    let byName = Dictionary(map { ($0.name, $0) }) { first, _ in first }
    return values.sorted { $0.key < $1.key }.compactMap { name, value in
      if let setting = byName[name] { return setting.problem(with: value, path: path) }
      let known = map(\.name)
      return ZooError(
        .badInput, path: path.isEmpty ? name : "\(path).\(name)", problem: "is not a setting",
        expected: known.isEmpty ? "no settings" : "one of " + known.map { "'\($0)'" }.joined(separator: ", "),
        remedy: NearestName.of(name, in: known).map { "Did you mean '\($0)'?" })
    }
  }
}
