import Testing
import ZooRuntime

@Suite struct ReductionGradientTests {
  static let axes: [([Int], [Int])] = [
    ([3, 4, 5], [1]), ([3, 4, 5], [0, 2]), ([7], [0]), ([2, 3, 4, 5], [2, 3]), ([2, 3, 4, 5], [-4, 2, 3]),
  ]

  @Test(
    arguments: ["ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceProd"],
    axes)
  func reductionsByAxes(_ op: String, _ axes: ([Int], [Int])) throws {
    var numbers = GradientCheckNumbers(state: 41)
    for keep in [0, 1] {
      let call = SingleCall(
        op: op, inputs: [try numbers.distinct(axes.0), try Tensor(shape: [axes.1.count], axes.1.map(Int64.init))],
        attributes: ["keepdims": .int(keep)])
      try GradientCheck(elements: 20).check(call, by: [0])
    }
  }

  @Test(arguments: ["Softmax", "LogSoftmax"], [([3, 7], 1), ([2, 5, 3], 1), ([4, 2], 0), ([1, 1], -1)])
  func distributions(_ op: String, _ setup: ([Int], Int)) throws {
    var numbers = GradientCheckNumbers(state: 42)
    let call = SingleCall(
      op: op, inputs: [try numbers.tensor(setup.0, scale: 3)], attributes: ["axis": .int(setup.1)])
    try GradientCheck().check(call)
  }

  @Test func aLongSumIsAccurateAndTheSameOnAnyNumberOfWorkers() throws {
    let count = 1_000_003
    var numbers = GradientCheckNumbers(state: 43)
    let x = try numbers.tensor([count], shift: 1)
    let exact = (x.values(as: Float.self) ?? []).reduce(0.0) { $0 + Double($1) }
    var call = SingleCall(op: "ReduceSum", inputs: [x])
    let one: [Float] = try call.run()[0].values() ?? []
    call.threads = 4
    #expect(try call.run()[0].values() == one)
    #expect(abs(Double(one[0]) - exact) < 1e-6 * exact, "\(one[0]) for \(exact)")
  }

  @Test func sumsToABroadcastShapeUndoBroadcasting() throws {
    var numbers = GradientCheckNumbers(state: 44)
    for shape in [[2, 3, 4], [1, 3, 1], [3, 1], [], [2, 1, 4]] {
      try GradientCheck().check(
        SingleCall(
          op: "SumTo", domain: "zoo", inputs: [numbers.tensor([2, 3, 4])], attributes: ["shape": .ints(shape)]))
      try GradientCheck().check(
        SingleCall(
          op: "MulSumTo", domain: "zoo", inputs: [numbers.tensor([2, 3, 4]), numbers.tensor([2, 3, 4])],
          attributes: ["shape": .ints(shape)]))
    }
  }
}
