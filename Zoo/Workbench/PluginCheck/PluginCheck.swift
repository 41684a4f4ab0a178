import Foundation
import ZooPlugins

/// Holds a part against the contract of ``Plugin``: what `zoo check-plugin` does.
package struct PluginCheck: Codable, Sendable {
  /// One thing that was tried.
  package struct Finding: Codable, Sendable {
    package var name: String
    package var ok: Bool
    /// What was seen, or what is wrong.
    package var detail: String
  }

  package var plugin: String
  package var kind: String
  /// The settings in full.
  package var settings: [String: JSONValue]
  package var findings: [Finding] = []

  package var isRight: Bool { findings.allSatisfy(\.ok) }

  /// Tries `plugin` with `settings`. Takes a second for a small part, a minute for a large one.
  /// - Parameter size: height and width of a backbone's images in pixels.
  /// - Throws: ``ZooError`` if the settings are wrong, or a temporary file can't be written. What is wrong with the part is a
  ///   finding.
  package init(_ plugin: Plugin, settings: [String: JSONValue] = [:], size: Int = 64) throws {
    self.plugin = plugin.name
    kind = plugin.kind.rawValue
    self.settings = try plugin.resolved(settings)
    func probe(_ channels: Int, size: Int = size, seed: UInt64 = 1) throws -> PluginProbe {
      try PluginProbe(plugin, settings: settings, channels: channels, size: size, random: RandomSource(seed: seed))
    }
    try note("shapes") {
      let outputs = try (1...8).map { try probe($0).outputType }
      let what = plugin.kind == .backbone ? "channels" : "features"
      return "1 to 8 \(what) give \(outputs[0]) to \(outputs[7])"
    }
    try note("determinism") { try Self.determinism(probe(3), probe(3), probe(3, seed: 2)) }
    try note("threads") { try Self.threads(probe(3)) }
    try note("gradients") {
      let count = try PluginGradients(probe(3)).check()
      return "within \(Int(saturating: PluginGradients.tolerance * 100)) % of finite differences, \(count) measured"
    }
    try note("save and load") { try Self.files(probe(3)) }
    try note("export") { try Self.export(probe(3)) }
  }

  private mutating func note(_ name: String, _ body: () throws -> String) throws {
    do {
      findings.append(Finding(name: name, ok: true, detail: try body()))
    } catch let error as ZooError where error.kind == .failed && error.location.file != nil {
      // A full disk is none of the part's faults.
      throw error
    } catch {
      findings.append(Finding(name: name, ok: false, detail: "\(error)"))
    }
  }

  /// A line for each finding.
  package var text: String {
    let width = findings.map(\.name.count).max() ?? 0
    let lines = findings.map { "  \($0.ok ? "ok    " : "WRONG ")  \($0.name.padded(to: width))  \($0.detail)" }
    return (["\(kind) '\(plugin)'"] + lines).joined(separator: "\n") + "\n"
  }
}

extension PluginCheck {
  private static func determinism(_ first: PluginProbe, _ again: PluginProbe, _ other: PluginProbe) throws -> String {
    guard first.graph.nodes.map(\.op) == again.graph.nodes.map(\.op) else {
      throw ZooError(.badInput, problem: "two builds give different graphs", expected: "the same graph each time")
    }
    let differing = first.graph.initializers.keys.sorted().first { name in
      again.graph.initializers[name].map(bytes) != first.graph.initializers[name].map(bytes)
    }
    if let differing {
      throw ZooError(
        .badInput, tensor: differing, problem: "two builds with one seed start from different values",
        expected: "initial values that only the seed decides")
    }
    let depend = first.graph.initializers.contains { name, value in
      other.graph.initializers[name].map(bytes) != bytes(value)
    }
    return "one seed gives one start" + (depend ? "; another seed another" : "; no value depends on the seed")
  }

  private static func threads(_ probe: PluginProbe) throws -> String {
    let samples = try PluginProbe.samples(probe.inputType)
    let outputs = try [1, 3].map { try run(probe.model, samples, threads: $0) }
    guard bytes(outputs[0]) == bytes(outputs[1]) else {
      throw ZooError(.failed, problem: "the output depends on the number of threads", expected: "the same bits")
    }
    let values: [Float] = outputs[0].values() ?? []
    guard values.allSatisfy(\.isFinite) else {
      throw ZooError(.badInput, problem: "the output isn't finite", expected: "numbers")
    }
    return "the same bits with 1 and 3"
  }

  private static func files(_ probe: PluginProbe) throws -> String {
    try withTemporaryFile("zoo") { path in
      try probe.model.write(to: path)
      let samples = try PluginProbe.samples(probe.inputType)
      let loaded = try Model.read(from: path)
      guard try bytes(run(loaded, samples)) == bytes(run(probe.model, samples)) else {
        throw ZooError(.failed, problem: "the loaded part computes something else", expected: "the same bits")
      }
      return "the same bits from the file"
    }
  }

  private static func export(_ probe: PluginProbe) throws -> String {
    let samples = try PluginProbe.samples(probe.inputType)
    let exported = try probe.model.exported(selfTest: samples, threads: 1)
    try LoadedModel(exported, threads: 2).checkSelfTest()
    return try withTemporaryFile("onnx") { path in
      try ONNX.write(exported, to: path)
      guard try bytes(run(ONNX.read(path: path), samples)) == bytes(run(exported, samples)) else {
        throw ZooError(.failed, problem: "the ONNX file computes something else", expected: "the same bits")
      }
      return "the self-test passes; ONNX gives the same bits"
    }
  }

  private static func run(_ model: Model, _ samples: Tensor, threads: Int = 1) throws -> Tensor {
    guard let output = model.graph.outputs.first?.name else { return samples }
    return try LoadedModel(model, threads: threads).run([PluginProbe.input: samples])[output] ?? samples
  }

  private static func bytes(_ tensor: Tensor) -> [UInt8] { tensor.withUnsafeBytes { Array($0) } }

  private static func withTemporaryFile<R>(_ ending: String, _ body: (String) throws -> R) throws -> R {
    let path = NSTemporaryDirectory() + "zoo-check-\(UUID().uuidString).\(ending)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }
}
