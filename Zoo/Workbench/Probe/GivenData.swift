import Foundation
import ZooData
import ZooFormat
import ZooPlugins

/// Keys of `data` that somebody has set by hand, for a spec that is made from the data.
struct GivenData {
  /// The standard, but for these keys.
  private(set) var spec = DataSpec()
  private var keys: Set<String> = []

  init() {}

  /// - Parameters:
  ///   - overrides: `data.key=value`, as the command line has them.
  ///   - path: The folder of the data, or a table in it.
  /// - Throws: ``SpecProblems`` or ``ZooError`` for what can't be read, and for keys that don't describe data.
  init(_ overrides: [String], at path: String = ".") throws {
    for override in overrides {
      let path = String(override.prefix { $0 != "=" })
      guard path.hasPrefix("data."), !["data.root", "data.simulation"].contains(where: path.hasPrefix) else {
        throw ZooError(
          .usage, path: path, problem: "says nothing of the images: a new spec is made from the data",
          expected: "keys of data, such as data.axes=TYX or data.columns.label=fate",
          remedy: path.hasPrefix("data.root")
            ? "Name the folder by --data" : "Change it in the file, or give it to zoo train")
      }
      keys.insert(path)
    }
    guard !keys.isEmpty else { return }
    // Rules between keys hold for a spec of sequences if it has frames.
    let frames = overrides.contains { $0.hasPrefix("data.frames=") && $0 != "data.frames=null" }
    // What kind of data the folder holds is found out later, with these keys.
    let folder = FileKind(path) == .file ? (path as NSString).deletingLastPathComponent : path
    let root = JSONValue.string(folder.isEmpty ? "." : folder).description
    let text = "{data: {root: \(root), source: \"folder\"}\(frames ? ", model: {temporal: \"lstm\"}" : "")}"
    let read = try SpecReader(registry: nil).readOne(
      text: text, file: "the command line", overrides: overrides)
    spec = read.data
    spec.root = nil
    if !has("data.source") {
      // These say something of cells in fields, and of nothing else.
      spec.source = keys.contains { $0.hasPrefix("data.cells") || $0.hasPrefix("data.labels") } ? .cells : .auto
    }
  }

  /// Whether the key, one in it or one that it is in was set.
  func has(_ key: String) -> Bool {
    keys.contains { $0 == key || $0.hasPrefix(key + ".") || key.hasPrefix($0 + ".") }
  }

  /// Puts what was set over what was found.
  func apply(to data: inout DataSpec) {
    var (from, into) = (Spec(), Spec())
    (from.data, into.data) = (spec, data)
    for key in SpecSchema.keys where has(key.path) { key.write(&into, key.read(from)) }
    data = into.data
  }
}
