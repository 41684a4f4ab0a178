import Foundation
import Testing
import ZooFormat

@Suite struct PackedElementsTests {
  private func model(_ tensor: Tensor) -> Model {
    Model(
      opsets: ["": 25],
      graph: Graph(
        name: "packed", nodes: [Node(name: "n", op: "Identity", inputs: ["w"], outputs: ["y"])],
        outputs: [ValueInfo("y", tensor.elementType, tensor.shape.map(Dimension.fixed))], initializers: ["w": tensor]))
  }

  private func tensor(_ type: ElementType, _ values: [Int8]) throws -> Tensor {
    try Tensor(TensorType(type, [values.count])) { (bytes: UnsafeMutableRawBufferPointer) in
      values.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  @Test func elementsOfLessThanEightBitsSurviveBothFormats() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let cases: [(ElementType, [Int8])] = [
      (.int4, [-8, 7, -1, 0, 3]), (.uint4, [0, 15, 7]), (.int2, [-2, 1, 0, -1, 1]), (.uint2, [3, 0, 1, 2, 3, 3]),
      (.float4e2m1, [0, 15, 8]), (.float8e5m2, [-1, 64, 3]),
    ]
    for (type, values) in cases {
      let original = try tensor(type, values)
      try ONNX.write(model(original), to: folder + "/m.onnx")
      try model(original).write(to: folder + "/m.zoo")
      for read in [try ONNX.read(path: folder + "/m.onnx"), try Model.read(from: folder + "/m.zoo")] {
        let back = try #require(read.graph.initializers["w"])
        #expect(back.type == original.type)
        #expect(back.withUnsafeBytes { Array($0) } == original.withUnsafeBytes { Array($0) }, "\(type)")
      }
    }
  }

  @Test func elementsOutsideTheirRangeAreRefused() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try model(tensor(.int4, [-9, 0])).write(to: folder + "/m.zoo")
    #expect(throws: ZooError.self) { try Model.read(from: folder + "/m.zoo") }
  }
}
