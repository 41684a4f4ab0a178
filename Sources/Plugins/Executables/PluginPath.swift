import Foundation

/// The folders in which executables are looked for that make a part: `zoo-backbone-NAME`, `zoo-temporal-NAME`,
/// `zoo-head-NAME`.
package struct PluginPath: Sendable, Hashable {
  /// Searched in this order; the first that has a name wins.
  package var folders: [String]
  /// What each program may take.
  package var limits = PluginProcess.Limits()

  /// With the default limits.
  package init(folders: [String]) { self.folders = folders }

  /// The folders that `ZOO_PLUGIN_PATH` names, with colons between them; none if it isn't set. The current folder is
  /// never searched unasked: a graph from somewhere shouldn't start programs from there.
  package static var environment: PluginPath {
    let text = ProcessInfo.processInfo.environment["ZOO_PLUGIN_PATH"] ?? ""
    return PluginPath(folders: text.split(separator: ":").map(String.init))
  }

  /// Every part of `kind` that the folders hold, sorted by name; the first folder wins. O(files).
  func plugins(of kind: Plugin.Kind) -> [Plugin] {
    let prefix = "zoo-\(kind.rawValue)-"
    var found: [String: String] = [:]
    for folder in folders {
      for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where file.hasPrefix(prefix) {
        let (name, path) = (String(file.dropFirst(prefix.count)), "\(folder)/\(file)")
        let isNew = !name.isEmpty && found[name] == nil
        if isNew, FileManager.default.isExecutableFile(atPath: path) { found[name] = path }
      }
    }
    return found.sorted { $0.key < $1.key }.map { name, path in
      ExecutablePlugin.plugin(kind, name, path: path, limits: limits)
    }
  }
}
