import Foundation
import Testing
import ZooWorkbench

/// A model as PyTorch computes it: made by `Benchmarks/parity.py`, which says what a file holds.
struct ParityCase: CustomTestStringConvertible {
  struct Description: Codable {
    var backbone: PartSpec
    var temporal: PartSpec?
    var frames: Int?
    /// Pixels.
    var size: Int
    var batch: Int
    var learningRate: Double
    var weightDecay: Double
    var labelSmoothing: Double
    /// The relative difference of a gradient that rounding alone explains; of models at their full size.
    var sensitivity: Double?
  }

  let testDescription: String
  private let path: String

  /// The committed fixtures, or those of the folder that the environment names.
  static let all: [ParityCase] = {
    let folder =
      ProcessInfo.processInfo.environment["ZOO_PARITY"] ?? Bundle.module.bundlePath + "/Fixtures/parity"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().filter { $0.hasSuffix(".safetensors") }.map { name in
      ParityCase(testDescription: name, path: "\(folder)/\(name)")
    }
  }()

  func load() throws -> Loaded { try Loaded(path) }

  struct Loaded {
    let description: Description
    /// With PyTorch's weights and statistics.
    let model: Model
    private let file: WeightsFile

    init(_ path: String) throws {
      file = try WeightsFile.read(path: path)
      description = try JSONDecoder().decode(Description.self, from: Data(file.metadata["model", default: ""].utf8))
      var model = try Registry.standard.assemble(
        ModelDescription(
          name: "parity", channels: ["a", "b"], classes: (0..<4).map { "class \($0)" }, height: description.size,
          width: description.size, frames: description.frames, backbone: description.backbone,
          temporal: description.temporal, head: PartSpec("linear")))
      let parameters = model.graph.parameters().filter { $0.role != .constant }
      for parameter in parameters {
        let ours = try Self.reference("weight", parameter, description, file)
        guard ours.type == parameter.type else {
          throw ZooError(.badInput, tensor: parameter.name, problem: "is \(ours.type)", expected: "\(parameter.type)")
        }
        model.graph.initializers[parameter.name] = ours
      }
      self.model = model
    }

    func tensor(_ name: String) throws -> Tensor { try Self.tensor(name, file) }

    func gradient(of parameter: Parameter) throws -> [Float] {
      try Self.reference("gradient", parameter, description, file).values() ?? []
    }

    /// Samples and labels of batch `index`.
    func batch(_ index: Int) throws -> (samples: Tensor, labels: Tensor) {
      let (pixels, labels) = (try tensor("pixels"), try tensor("labels"))
      let shape = [description.batch] + pixels.shape.dropFirst()
      let count = shape.reduce(1, *)
      let values = (pixels.values(as: UInt8.self) ?? [])[index * count..<(index + 1) * count]
      let chosen = (labels.values(as: Int64.self) ?? [])[index * description.batch..<(index + 1) * description.batch]
      return (
        try Tensor(shape: shape, values.map { Float($0) / 64 - 2 }),
        try Tensor(shape: [description.batch], Array(chosen))
      )
    }

    private static func tensor(_ name: String, _ file: WeightsFile) throws -> Tensor {
      guard let tensor = file.tensors[name] else { throw ZooError(.badInput, tensor: name, problem: "is missing") }
      return tensor
    }

    /// PyTorch's tensor for `parameter`; those of recurrent layers in the layout of ours.
    private static func reference(
      _ kind: String, _ parameter: Parameter, _ description: Description, _ file: WeightsFile
    ) throws -> Tensor {
      let prefix = "temporal.rnn."
      let layout = description.temporal.flatMap { RecurrentLayout(rawValue: $0.name) }
      guard let layout, parameter.name.hasPrefix(prefix) else {
        return try tensor("\(kind)/\(parameter.name)", file)
      }
      let name = String(parameter.name.dropFirst(prefix.count))
      let sources = RecurrentLayout.sources(of: name, directions: parameter.type.shape[0])
      return try layout.parameter(
        name, type: parameter.type, from: sources.map { try $0.map { try tensor("\(kind)/\(prefix)\($0)", file) } })
    }
  }
}
