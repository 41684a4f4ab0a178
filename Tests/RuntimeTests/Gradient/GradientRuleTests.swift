import Testing
import ZooRuntime

/// Every gradient rule, of whatever operator the table has, against finite differences.
@Suite struct GradientRuleTests {
  /// Operators with a gradient rule, by domain and name.
  static let rules = OperatorTable.standard.all.filter { $0.gradient != nil }.map { name($0.domain, $0.name) }

  /// Operators without a rule. What is here is whole numbers, truth, random or a step of training, or is differentiated
  /// nowhere because the compiler makes it behind the gradients; the rest is said in Roadmap.md.
  static let none: Set<String> = []

  @Test("an operator has a gradient rule or is named as one that has none")
  func noRuleIsForgotten() {
    let found = Set(OperatorTable.standard.all.filter { $0.gradient == nil }.map { Self.name($0.domain, $0.name) })
    #expect(found.subtracting(Self.none).isEmpty, "no rule: \(found.subtracting(Self.none).sorted())")
    #expect(Self.none.subtracting(found).isEmpty, "have a rule: \(Self.none.subtracting(found).sorted())")
  }

  private static func name(_ domain: String, _ op: String) -> String { domain.isEmpty ? op : "\(domain).\(op)" }

  @Test("a rule gives the slopes of its operator", arguments: rules)
  func ruleAgreesWithFiniteDifferences(_ name: String) throws {
    var samples = GradientSamples()
    let sample = try #require(
      try samples.sample(of: name), "\(name) has a gradient rule: give GradientSamples a call that it can be tried on")
    #expect(Self.name(sample.call.domain, sample.call.op) == name, "the sample is of another operator")
    switch sample {
    case .slopes(let call, let inputs, let outputs, let check):
      try check.check(call, by: inputs, outputs: outputs)
    case .nothing(let call, let inputs):
      try holdsStill(call, by: inputs)
    case .refused(let call):
      let wanted = call.inputs.map { $0?.elementType == .float32 }
      let weights = try call.run().map { try samples.numbers.tensor($0.shape) }
      #expect(throws: ZooError.self) { try call.gradients(weights, wanted: wanted) }
    }
  }

  /// The rule gives nothing, and the outputs stay as they are when the inputs are moved a little.
  private func holdsStill(_ call: SingleCall, by inputs: [Int]) throws {
    var numbers = GradientCheckNumbers(state: 12)
    let outputs = try call.run()
    let weights = try outputs.map { try numbers.tensor($0.shape) }
    let gradients = try call.gradients(weights, wanted: call.inputs.indices.map(inputs.contains))
    #expect(gradients.allSatisfy { $0 == nil }, "\(call.op) gives a gradient")
    for index in inputs {
      let input = try #require(call.inputs[index])
      let values: [Float] = try #require(input.values())
      for element in values.indices {
        for delta: Float in [-5e-3, 5e-3] {
          var moved = values
          moved[element] += delta
          var shifted = call
          shifted.inputs[index] = try Tensor(shape: input.shape, moved)
          for (before, after) in zip(outputs, try shifted.run()) {
            let isSame = before.withUnsafeBytes { a in after.withUnsafeBytes { a.elementsEqual($0) } }
            #expect(isSame, "\(call.op) follows element \(element) of input \(index), but gives no gradient")
          }
        }
      }
    }
  }
}

/// A call that a gradient rule is tried on, and what it must do.
enum GradientSample {
  /// Gives the slopes of the outputs by the inputs, all of float32 if `by` is `nil`.
  case slopes(SingleCall, by: [Int]? = nil, outputs: Set<Int> = [0], check: GradientCheck = GradientCheck())
  /// Gives nothing, because what it computes is the same for all numbers near those of the inputs `by`.
  case nothing(SingleCall, by: [Int] = [])
  /// Says that there is none.
  case refused(SingleCall)

  var call: SingleCall {
    switch self {
    case .slopes(let call, _, _, _), .nothing(let call, _), .refused(let call): call
    }
  }
}
