import AllocationCounter
import Synchronization
import Testing
import ZooRuntime

/// Whether executing takes memory: counted by standing in front of the system's allocator.
@Suite("In the steady state", .enabled(if: allocation_counter_works()))
struct AllocationTests {
  /// A measurement's own counter: suites run beside each other, and what they allocate is none of its business.
  private final class Counter: @unchecked Sendable {
    private let counter = allocation_counter_new()

    deinit { allocation_counter_free(counter) }

    var total: Int64 { allocation_counter_total(counter) }

    /// Lets the calling thread count, or not.
    func countHere(_ counts: Bool) { allocation_counter_count_here(counts ? counter : nil) }

    /// Lets both workers of `threads` count, or not: each waits until the other has come too.
    func count(_ counts: Bool, on threads: ThreadPool) {
      let arrived = Atomic<Int>(0)
      threads.forEach(threads.count) { _, _ in
        countHere(counts)
        arrived.add(1, ordering: .sequentiallyConsistent)
        while arrived.load(ordering: .sequentiallyConsistent) < threads.count {}
      }
    }
  }

  private static func allocations(_ executable: Executable, _ inputs: [String: Tensor]) throws -> Int64 {
    let counter = Counter()
    let context = try ExecutionContext(executable)
    for (name, value) in inputs { context.bind(name, to: value.storage.base) }
    return try withExtendedLifetime(inputs) {
      for _ in 0..<3 { try context.run() }
      counter.count(true, on: executable.threads)
      let before = counter.total
      for _ in 0..<5 { try context.run() }
      let after = counter.total
      counter.count(false, on: executable.threads)
      return after - before
    }
  }

  @Test("the counter counts, and only what its own threads do")
  func counter() throws {
    let (mine, other) = (Counter(), Counter())
    mine.countHere(true)
    let storage = try TensorStorage(byteCount: 1000)
    let after = mine.total
    mine.countHere(false)
    #expect(after > 0)
    #expect(other.total == 0)
    #expect(storage.byteCount == 1000)
  }

  @Test("predicting allocates nothing, in floats and on 8-bit numbers", arguments: [false, true])
  func prediction(quantized: Bool) throws {
    let model = try quantized ? SmallNetwork.quantized() : SmallNetwork.model()
    let images = try SmallNetwork.images(4, seed: 3)
    let executable = try Executable(
      model.graph, inputTypes: ["image": images.type], purpose: .prediction, threads: ThreadPool(count: 2))
    let count = try Self.allocations(executable, ["image": images])
    #expect(count == 0)
  }

  @Test("a training step allocates nothing")
  func training() throws {
    var numbers = TestNumbers(seed: 8)
    let model = try SmallNetwork.model()
    let names = Set(model.graph.initializers.keys.filter { $0.hasSuffix("weight") || $0.hasSuffix("bias") })
    var graph = model.graph
    graph.nodes.append(
      Node(name: "loss", op: "SoftmaxCrossEntropy", domain: "zoo", inputs: ["logits", "labels"], outputs: ["loss"]))
    graph.inputs.append(ValueInfo("labels", .int64, [.fixed(4)]))
    graph.outputs = [ValueInfo("loss", .float32, [])]
    let types = ["image": TensorType(.float32, [4, 3, 24, 24])]
    var forward = try Program(graph, inputTypes: types, states: Set(graph.initializers.keys))
    for pass in Pass.beforeDifferentiation() { forward = try pass.apply(forward) }
    let (differentiated, gradients) = try forward.graph(named: "training").differentiated("loss", by: names)
    var whole = differentiated
    for name in names.sorted() {
      let gradient = try #require(gradients[name])
      whole.initializers["\(name).momentum"] = try Tensor(zeros: try #require(model.graph.initializers[name]).type)
      whole.nodes.append(
        Node(
          name: "\(name).update", op: "SGD", domain: "zoo",
          inputs: [name, gradient, "\(name).momentum", "rate", "step", "scale"],
          outputs: ["\(name).next", "\(name).momentum.next"], attributes: ["momentum": .float(0.9)]))
      whole.updates += [
        Update(state: name, value: "\(name).next"),
        Update(state: "\(name).momentum", value: "\(name).momentum.next"),
      ]
    }
    whole.inputs += [ValueInfo("rate", .float32, []), ValueInfo("step", .int64, []), ValueInfo("scale", .float32, [])]
    let executable = try Executable(whole, inputTypes: types, purpose: .training, threads: ThreadPool(count: 2))
    let inputs = [
      "image": try SmallNetwork.images(4, seed: 3), "labels": try Tensor(shape: [4], [0, 1, 2, 0] as [Int64]),
      "rate": try Tensor(Float(0.001 * abs(numbers.next()))), "step": try Tensor(Int64(1)),
      "scale": try Tensor(Float(1)),
    ]
    let count = try Self.allocations(executable, inputs)
    #expect(count == 0)
  }
}
