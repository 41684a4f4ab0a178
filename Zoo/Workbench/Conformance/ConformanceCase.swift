import Foundation
import ZooPlugins

/// One case: a model with inputs and the outputs that it must give for them.
package struct ConformanceCase: Sendable, Hashable {
  /// The path of its folder, from that of the suite.
  package let name: String
  package let path: String

  static let modelName = "model.onnx"

  package init(name: String, path: String) {
    self.name = name
    self.path = path
  }

  /// Whether the folder has a model and data to test it with.
  var isComplete: Bool {
    FileManager.default.fileExists(atPath: file(Self.modelName)) && !dataSets.isEmpty
  }

  /// Reads, compiles and executes the model on each set of inputs and compares the outputs.
  ///
  /// What the program refuses is unsupported, with the refusal as the reason; only outputs that are wrong have failed.
  package func run() -> ConformanceRow {
    let operators = (try? ONNX.operators(path: file(Self.modelName))) ?? []
    func row(_ status: ConformanceRow.Status, _ reason: String) -> ConformanceRow {
      ConformanceRow(name: name, operators: operators, status: status, reason: reason)
    }
    do {
      let model = try ONNX.read(path: file(Self.modelName))
      let loaded = LoadedModel(model, threads: 1)
      for set in dataSets {
        guard let difference = try check(loaded, set) else { continue }
        if let random = Self.random(model.graph) {
          return row(.unsupported, "\(random) draws other random numbers than the case: \(difference)")
        }
        return row(.failed, "\(set): \(difference)")
      }
      return row(.passed, "")
    } catch let error as ZooError {
      var error = error
      error.location.file = nil
      return row(.unsupported, "\(error)")
    } catch {
      return row(.unsupported, "\(error)")
    }
  }

  /// The first operator whose result is drawn: what it gives can't be compared.
  private static func random(_ graph: Graph) -> String? {
    graph.nodes.first { node in
      node.op.hasPrefix("Random") || ["Bernoulli", "Multinomial"].contains(node.op)
        || (node.op == "Dropout" && node.inputs.count > 2 && !node.inputs[2].isEmpty)
    }?.op
  }

  /// Says what is wrong about the outputs for one set of inputs, or `nil`.
  private func check(_ loaded: LoadedModel, _ set: String) throws -> String? {
    var inputs: [String: Tensor] = [:]
    for (index, input) in loaded.model.graph.inputs.enumerated() {
      guard let tensor = try tensor(set, "input_\(index).pb") else { continue }
      inputs[input.name] = tensor
    }
    let outputs = try loaded.run(inputs)
    for (index, output) in loaded.model.graph.outputs.enumerated() {
      guard let expected = try tensor(set, "output_\(index).pb") else { continue }
      guard let actual = outputs[output.name] else { return "output '\(output.name)' is missing" }
      if let difference = ConformanceTolerance.standard.difference(actual, expected) {
        return "output '\(output.name)' \(difference)"
      }
    }
    return nil
  }

  private func tensor(_ set: String, _ name: String) throws -> Tensor? {
    let path = file("\(set)/\(name)")
    return FileManager.default.fileExists(atPath: path) ? try ONNX.readTensor(path: path) : nil
  }

  private var dataSets: [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return entries.filter { $0.hasPrefix("test_data_set_") }.sorted()
  }

  private func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }
}
