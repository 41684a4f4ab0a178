import Foundation
import ZooFormat

/// Models that tests write and read.
enum Samples {
  /// Something in every field.
  static func everything() throws -> Model {
    let body = Graph(
      name: "body", nodes: [Node(name: "double", op: "Add", inputs: ["y", "y"], outputs: ["twice"])],
      outputs: [ValueInfo("twice", .float32, nil)])
    let nodes = [
      Node(
        name: "conv", op: "Conv", inputs: ["x", "weight", ""], outputs: ["y"],
        attributes: [
          "group": .int(-3), "alpha": .float(0), "mode": .string("naïve"), "empty": .string(""),
          "value": .tensor(try Tensor(shape: [2, 2], [1, 2, 3, 4] as [Float])), "pads": .ints([0, -1, 1 << 60]),
          "scales": .floats([0.5, -.infinity]), "names": .strings(["a", "", "ü"]), "none": .ints([]),
        ], part: .backbone),
      Node(
        name: "if", op: "If", inputs: ["condition"], outputs: ["z"],
        attributes: ["then_branch": .graph(body), "else_branch": .graph(body)], part: .head),
    ]
    let graph = Graph(
      name: "main", nodes: nodes, inputs: [ValueInfo("x", .float32, [.symbolic("N"), .fixed(3), .unknown])],
      outputs: [ValueInfo("z", .float32, nil)],
      initializers: [
        "weight": try Tensor(shape: [3, 5], (0..<15).map(Float.init)), "condition": try Tensor(true),
        "empty": try Tensor(shape: [0, 4], [] as [Int64]), "bytes": try Tensor(shape: [3], [1, 2, 255] as [UInt8]),
      ],
      updates: [Update(state: "weight", value: "y")], valueInfos: [ValueInfo("y", .float16, [.fixed(0)])])
    var card = Card()
    card.name = "everything"
    card.summary = "Something in every field"
    card.channels = ["BF", "PI"]
    card.classes = ["healthy", "dead"]
    card.sampleType = .uint16
    card.sampleRange = -1...65535
    card.imageSize = (48, 64)
    card.frames = 9
    card.spec = "{\"seed\": 1}"
    card.dataFingerprint = "00ff"
    card.metrics = ["test.accuracy": 0.75, "test.loss": 0]
    card.notes = ["license": "CC0", "empty": ""]
    return Model(
      opsets: ["": 22, "zoo": 1], graph: graph, card: card,
      selfTest: SelfTest(
        inputs: ["x": try Tensor(shape: [1, 3, 1], [1, 2, 3] as [Float])],
        outputs: ["z": try Tensor(shape: [1], [7] as [Double])], absoluteTolerance: 0.25, relativeTolerance: 0),
      training: TrainingState(
        tensors: ["moment.weight": try Tensor(zeros: TensorType(.float32, [3, 5]))],
        counters: ["step": .max, "epoch": 0], figures: ["best": .infinity], facts: ["history": "[]"]))
  }
}

/// A folder that is gone after the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
  var content: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
