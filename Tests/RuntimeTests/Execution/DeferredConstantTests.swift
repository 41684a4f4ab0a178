import Synchronization
import Testing
import ZooRuntime

/// Constants whose elements are written when a kernel packs them.
@Suite struct DeferredConstantTests {
  private final class Fills: Sendable {
    let count = Atomic<Int>(0)
  }

  @Test("Packed weights are written once, and the result is that of weights that were there", arguments: [1, 2])
  func packedOnce(threads: Int) throws {
    var numbers = TestNumbers(seed: 3)
    let x = try numbers.tensor([1, 8, 9, 9])
    let given = try numbers.tensor([24, 8, 3, 3])
    let fills = Fills()
    let storage = try TensorStorage(byteCount: given.type.byteCount) { memory in
      fills.count.add(1, ordering: .relaxed)
      memory.copyMemory(from: given.storage.base, byteCount: given.type.byteCount)
    }
    func result(_ weights: Tensor) throws -> [Float]? {
      let graph = Graph(
        name: "conv", nodes: [Node(name: "conv", op: "Conv", inputs: ["x", "w"], outputs: ["y"])],
        inputs: [ValueInfo("x", .float32, x.shape.map(Dimension.fixed))], outputs: [ValueInfo("y", .float32, nil)],
        initializers: ["w": weights])
      let loaded = LoadedModel(Model(opsets: ["": 17], graph: graph), threads: threads)
      _ = try loaded.run(["x": x])
      return try loaded.run(["x": x])["y"]?.values()
    }
    let expected = try result(given)
    #expect(try result(Tensor(given.type, storage: storage)) == expected)
    #expect(fills.count.load(ordering: .relaxed) == 1)
    #expect(expected?.count == 24 * 49)
  }
}
