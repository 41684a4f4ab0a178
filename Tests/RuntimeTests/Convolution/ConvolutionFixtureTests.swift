import Foundation
import Testing
import ZooRuntime

/// A convolution with its gradients, computed by PyTorch (`Fixtures/convolution/make_convolution.py`).
struct ConvolutionFixture: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var op: String
  var attributes: [String: Attribute]
  var tensors: [String: Tensor] = [:]

  static func all() throws -> [ConvolutionFixture] {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/convolution/cases.json")
    let decoded = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    return try (decoded as? [[String: Any]] ?? []).map(ConvolutionFixture.init(json:))
  }

  private init(json: [String: Any]) throws {
    testDescription = json["name"] as? String ?? ""
    op = json["op"] as? String ?? ""
    attributes = ["group": .int(json["group"] as? Int ?? 1)]
    for name in ["strides", "pads", "dilations"] { attributes[name] = .ints(json[name] as? [Int] ?? []) }
    for name in ["x", "w", "b", "y", "dx", "dw", "db", "dy"] {
      guard let entry = json[name] as? [String: Any] else { continue }
      let values = entry["values"] as? [Double] ?? []
      tensors[name] = try Tensor(shape: entry["shape"] as? [Int] ?? [], values.map { Float($0) })
    }
  }
}

@Suite struct ConvolutionFixtureTests {
  @Test("Convolutions and all their gradients agree with PyTorch", arguments: try ConvolutionFixture.all())
  func agreesWithPyTorch(fixture: ConvolutionFixture) throws {
    let tensors = fixture.tensors
    let names = ["x", "w", "b"].filter { tensors[$0] != nil }
    let inputs = names.map { tensors[$0] }
    let y = try KernelRunner.run(fixture.op, inputs, fixture.attributes, workers: 2)
    #expect(relativeDifference(y, try #require(tensors["y"])) < 1e-5)

    // The gradient rule builds nodes; they are executed one after the other.
    var builder = GraphBuilder()
    for name in names + ["dy"] { try builder.input(name, try #require(tensors[name]).type) }
    let node = Node(name: "y", op: fixture.op, inputs: names, outputs: ["y"], attributes: fixture.attributes)
    try builder.append(node)
    let rule = try #require(OperatorTable.standard[domain: "", name: fixture.op]?.gradient)
    let count = builder.nodes.count
    let gradients = try rule(
      &builder,
      GradientCall(
        call: try builder.call(node), outputTypes: [try builder.type(of: "y")], outputGradients: ["dy"],
        wanted: names.map { _ in true }))
    var values = tensors
    for node in builder.nodes[count...] {
      values[node.outputs[0]] = try KernelRunner.run(
        node.op, domain: node.domain, node.inputs.map { values[$0] }, node.attributes, workers: 3)
    }
    for (input, gradient) in zip(names, gradients) {
      let value = try #require(gradient)
      let actual = try #require(values[value.name])
      #expect(relativeDifference(actual, try #require(tensors["d\(input)"])) < 2e-5, "gradient by \(input)")
    }
  }

  @Test("A fused convolution adds bias and residual and applies each activation, in both layouts")
  func fused() throws {
    let functions: [(name: String, [String: Attribute], (Float) -> Float)] = [
      ("", [:], { $0 }),
      ("relu", [:], { max($0, 0) }),
      ("leaky_relu", ["activation_alpha": .float(0.1)], { $0 < 0 ? 0.1 * $0 : $0 }),
      ("clip", ["activation_alpha": .float(-0.5), "activation_beta": .float(0.75)], { min(max($0, -0.5), 0.75) }),
      ("sigmoid", [:], { 1 / (1 + exp(-$0)) }),
      ("silu", [:], { $0 / (1 + exp(-$0)) }),
      ("hard_sigmoid", [:], { min(max(0.2 * $0 + 0.5, 0), 1) }),
      ("hard_swish", [:], { $0 * min(max($0 / 6 + 0.5, 0), 1) }),
    ]
    for shape in ConvolutionTests.shapes {
      var numbers = TestNumbers(seed: 13)
      let x = try numbers.tensor(shape.inputShape)
      let w = try numbers.tensor(shape.weightShape)
      let bias = try numbers.tensor([shape.filters])
      let residual = try numbers.tensor(shape.outputShape)
      let plain = try shape.forward(x, w).values(as: Float.self) ?? []
      let added = residual.values(as: Float.self) ?? []
      let offsets = bias.values(as: Float.self) ?? []
      let plane = shape.output[0] * shape.output[1]
      for (name, attributes, function) in functions {
        let expected = try Tensor(
          shape: shape.outputShape,
          plain.indices.map { function(plain[$0] + added[$0] + offsets[$0 / plane % shape.filters]) })
        var all = shape.attributes.merging(attributes) { old, _ in old }
        all["activation"] = .string(name)
        let first = try KernelRunner.run("FusedConv", domain: "zoo", [x, w, bias, residual], all, workers: 2)
        // Winograd rounds more than a direct sum, and an activation can make it relatively larger.
        #expect(relativeDifference(first, expected) < 5e-4, "\(name), channels first, \(shape)")
        all["channels_last"] = .int(1)
        let last = try KernelRunner.run(
          "FusedConv", domain: "zoo", [channelsLast(x), w, bias, channelsLast(residual)], all, constants: [1])
        #expect(relativeDifference(last, try channelsLast(expected)) < 5e-4, "\(name), channels last, \(shape)")
      }
    }
  }

  @Test("Sizes that make no sense are refused")
  func refusals() throws {
    let x = try Tensor(shape: [1, 4, 5, 5], [Float](repeating: 1, count: 100))
    let w = try Tensor(shape: [2, 4, 3, 3], [Float](repeating: 1, count: 72))
    let bad: [[String: Attribute]] = [
      ["strides": .ints([0, 1])], ["strides": .ints([1])], ["dilations": .ints([1, 0])], ["group": .int(0)],
      ["group": .int(3)], ["group": .int(2)], ["pads": .ints([1 << 40, 0, 0, 0])], ["pads": .ints([-1, 0, 0, 0])],
      ["dilations": .ints([9, 9])], ["dilations": .ints([1 << 40, 1])], ["strides": .ints([.max, .min])],
      ["kernel_shape": .ints([5, 5])], ["auto_pad": .string("ROUND")], ["strides": .string("1")],
    ]
    for attributes in bad {
      #expect(throws: ZooError.self, "\(attributes)") { try KernelRunner.run("Conv", [x, w], attributes) }
    }
    let bias = try Tensor(shape: [3], [Float](repeating: 1, count: 3))
    #expect(throws: ZooError.self) { try KernelRunner.run("Conv", [x, w, bias]) }
    #expect(throws: ZooError.self) { try KernelRunner.run("Conv", [bias, w]) }
    #expect(throws: ZooError.self) { try KernelRunner.run("ConvTranspose", [x, w]) }
    #expect(throws: ZooError.self) {
      try KernelRunner.run("FusedConv", domain: "zoo", [x, w], ["activation": .string("wavy")])
    }
  }
}
