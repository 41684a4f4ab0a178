import ZooData
import ZooPlugins

/// Any model on NumPy arrays: what `zoo run` does.
package struct ArrayRun: Sendable {
  private let path: String
  private let loaded: LoadedModel

  package init(_ path: String, threads: Int) throws {
    self.path = path
    loaded = LoadedModel(try Model.load(path), threads: threads)
  }

  /// Reads the inputs, executes the graph and writes the outputs, each file whole or not at all.
  /// - Parameters:
  ///   - inputs: name → path of a `.npy` file.
  ///   - outputs: name → path; all that the graph has may be asked for.
  /// - Returns: the types of all outputs of the graph by name.
  package func run(inputs: [(name: String, path: String)], outputs: [(name: String, path: String)]) throws -> [(
    String, TensorType
  )] {
    let graph = loaded.model.graph
    let outputNames = graph.outputs.map(\.name)
    for output in outputs where !outputNames.contains(output.name) {
      throw unknown(output.name, "output", outputNames)
    }
    let inputNames = graph.inputs.map(\.name)
    var values: [String: Tensor] = [:]
    for input in inputs {
      guard let declared = graph.inputs.first(where: { $0.name == input.name }) else {
        throw unknown(input.name, "input", inputNames)
      }
      let value = try NumPyFile.read(input.path)
      guard value.elementType == declared.elementType else {
        throw ZooError(
          .badInput, file: input.path, tensor: input.name, problem: "holds \(value.elementType)",
          expected: "\(declared.elementType)", remedy: "Convert the array with astype")
      }
      values[input.name] = value
    }
    let missing = inputNames.filter { values[$0] == nil && graph.initializers[$0] == nil }
    guard missing.isEmpty else {
      throw ZooError(
        .usage, problem: "no value for the inputs \(missing.joined(separator: ", "))",
        remedy: "Add --input \(missing[0])=FILE.npy")
    }
    let results: [String: Tensor]
    do { results = try loaded.run(values) } catch { throw error.at(file: path) }
    for output in outputs {
      guard let value = results[output.name] else { continue }
      try AtomicFile.write(NumPyFile.encode(value), to: output.path)
    }
    return outputNames.compactMap { name in results[name].map { (name, $0.type) } }
  }

  private func unknown(_ name: String, _ kind: String, _ names: [String]) -> ZooError {
    ZooError(
      .usage, problem: "the model has no \(kind) '\(name)'", expected: names.joined(separator: ", "),
      remedy: NearestName.of(name, in: names).map { "Did you mean '\($0)'?" })
  }
}
