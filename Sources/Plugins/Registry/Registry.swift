/// The parts that a spec can name.
///
/// A part is registered by an explicit list, never by importing a module:
///
/// ```swift
/// let registry = try Registry.standard.adding([myBackbone])
/// ```
public struct Registry: Sendable {
  /// In the order of registration.
  public let plugins: [Plugin]
  /// Where executables that make parts are looked for.
  package var path = PluginPath.environment
  /// Why there are no plugins, if they couldn't be registered: thrown wherever one is asked for.
  private let failure: ZooError?

  /// A registry of `plugins` alone. O(plugins).
  /// - Throws: `ZooError` if two plugins of one kind have the same name.
  public init(_ plugins: [Plugin]) throws(ZooError) {
    var seen: Set<String> = []
    for plugin in plugins {
      guard seen.insert("\(plugin.kind.rawValue) \(plugin.name)").inserted else {
        throw ZooError(
          .usage, problem: "\(plugin.kind.rawValue) '\(plugin.name)' is registered twice",
          remedy: "Rename one of the two")
      }
    }
    self.plugins = plugins
    failure = nil
  }

  /// A registry whose parts are broken.
  init(failure: ZooError) {
    plugins = []
    self.failure = failure
  }

  /// This registry and `plugins` behind it. O(plugins) of both.
  /// - Throws: `ZooError` if two plugins of one kind have the same name.
  public func adding(_ plugins: [Plugin]) throws(ZooError) -> Registry {
    if let failure { throw failure }
    var registry = try Registry(self.plugins + plugins)
    registry.path = path
    return registry
  }

  /// The registered plugins of a kind, and behind them the executables of the plugin path, which can't take the name of
  /// a registered one. O(plugins), and every call lists the folders of the path.
  public func plugins(of kind: Plugin.Kind) -> [Plugin] {
    let registered = plugins.filter { $0.kind == kind }
    let names = Set(registered.map(\.name))
    return registered + path.plugins(of: kind).filter { !names.contains($0.name) }
  }

  /// The plugin of that name; a backbone may also be the path of a `.zoo` or `.onnx` file.
  /// O(plugins) for a registered one, for others as ``plugins(of:)``, for an unknown name also the edits to each; of a file
  /// O(1): it is read when the part is built.
  /// - Parameters:
  ///   - kind: which part of a model it is to be.
  ///   - name: as specs have it.
  ///   - path: where the name stands, e.g. `model.backbone`, for errors.
  /// - Throws: `ZooError` with the nearest name if there is no such plugin.
  public func plugin(_ kind: Plugin.Kind, _ name: String, path: String? = nil) throws(ZooError) -> Plugin {
    if let failure { throw failure }
    if kind == .backbone, GraphFile.isFile(name) { return try GraphFile.plugin(name) }
    if let plugin = plugins.first(where: { $0.kind == kind && $0.name == name }) { return plugin }
    let candidates = plugins(of: kind)
    if let plugin = candidates.first(where: { $0.name == name }) { return plugin }
    let names = candidates.map(\.name)
    throw ZooError(
      .badInput, path: path, problem: "\(kind.rawValue) '\(name)' is not known",
      expected: "one of " + names.map { "'\($0)'" }.joined(separator: ", "),
      remedy: NearestName.of(name, in: names).map { "Did you mean '\($0)'?" })
  }
}
