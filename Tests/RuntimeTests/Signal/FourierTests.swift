import Testing
import ZooRuntime

@Suite struct FourierTests {
  @Test(arguments: [1, 2, 3, 8, 15, 64, 97])
  func theInverseGivesTheSignalBack(_ length: Int) throws {
    var numbers = GradientCheckNumbers(state: 95)
    let x = try numbers.tensor([2, length, 3, 2])
    let spectrum = try SingleCall(op: "DFT", inputs: [x, nil, Tensor(Int64(1))]).run()[0]
    let y = try SingleCall(op: "DFT", inputs: [spectrum, nil, Tensor(Int64(1))], attributes: ["inverse": .int(1)])
      .run()[0]
    #expect(relativeDifference(y, x) < 1e-5)
  }

  @Test func equationsOfEinsumAreHeldToTheirRules() throws {
    var numbers = GradientCheckNumbers(state: 96)
    let (a, b) = (try numbers.tensor([2, 3]), try numbers.tensor([3, 4]))
    let product = try SingleCall(op: "Einsum", inputs: [a, b], attributes: ["equation": .string("ij,jk")]).run()[0]
    let expected = try SingleCall(op: "MatMul", inputs: [a, b]).run()[0]
    #expect(relativeDifference(product, expected) < 1e-5)
    for equation in [
      "ij", "ij,jk,kl", "ij,kj", "i,j->ij", "ij,jk->ii", "ij,jk->iz", "ij,jk>ik", "....ij,jk", "i1,jk", "", "->",
    ] {
      let call = SingleCall(op: "Einsum", inputs: [a, b], attributes: ["equation": .string(equation)])
      #expect(throws: ZooError.self, "\(equation)") { try call.run() }
    }
  }
}
