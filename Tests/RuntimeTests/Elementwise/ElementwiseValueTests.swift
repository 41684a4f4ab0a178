import Testing
import ZooRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@Suite struct ElementwiseValueTests {
  private static let functions:
    [(op: String, domain: String, range: ClosedRange<Double>, function: @Sendable (Double) -> Double)] = [
      ("Exp", "", -87...88, { exp($0) }), ("Tanh", "", -10...10, { tanh($0) }),
      ("Sigmoid", "", -80...40, { 1 / (1 + exp(-$0)) }), ("Erf", "", -4...4, { erf($0) }),
      ("Silu", "zoo", -30...30, { $0 / (1 + exp(-$0)) }),
    ]

  @Test(arguments: 0..<5)
  func approximationsStayWithinThreeUnitsInTheLastPlace(_ index: Int) throws {
    let (op, domain, range, function) = Self.functions[index]
    let count = 20_001
    let x = (0..<count).map {
      Float(range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(count - 1))
    }
    let y: [Float] = try SingleCall(op: op, domain: domain, inputs: [Tensor(shape: [count], x)]).run()[0].values() ?? []
    var worst = 0.0
    for (x, y) in zip(x, y) {
      let expected = function(Double(x))
      let unit = Double(Float(expected).magnitude.ulp)
      worst = max(worst, abs(Double(y) - expected) / unit)
    }
    #expect(worst <= 3, "\(op): \(worst) units")
  }

  @Test(arguments: ["Exp", "Tanh", "Sigmoid", "Erf", "Relu"])
  func infinitiesAndNaNBehaveAsInTheDefinition(_ op: String) throws {
    let x: [Float] = [.infinity, -.infinity, .nan]
    let y: [Float] = try SingleCall(op: op, inputs: [Tensor(shape: [3], x)]).run()[0].values() ?? []
    let limits: [String: (Float, Float)] = [
      "Exp": (.infinity, 0), "Tanh": (1, -1), "Sigmoid": (1, 0), "Erf": (1, -1), "Relu": (.infinity, 0),
    ]
    let limit = try #require(limits[op])
    #expect(y[0] == limit.0)
    #expect(y[1] == limit.1)
    #expect(y[2].isNaN)
  }

  @Test func integerArithmeticNeverTraps() throws {
    let a = try Tensor(shape: [4], [Int32.min, 7, Int32.max, -7])
    let b = try Tensor(shape: [4], [Int32(-1), 0, 2, 2])
    #expect(try SingleCall(op: "Div", inputs: [a, b]).run()[0].values() == [Int32.min, 0, Int32.max / 2, -3])
    #expect(try SingleCall(op: "Mod", inputs: [a, b]).run()[0].values() == [Int32(0), 0, 1, 1])
    #expect(try SingleCall(op: "Add", inputs: [a, b]).run()[0].values() == [Int32.max, 7, Int32.min + 1, -5])
  }

  @Test func conversionToIntegersTruncatesAndSaturates() throws {
    let x = try Tensor(shape: [6], [Float(1.9), -1.9, 1e20, -1e20, .nan, 200])
    func cast(_ type: ElementType) throws -> Tensor {
      try SingleCall(op: "Cast", inputs: [x], attributes: ["to": .int(Int(type.rawValue))]).run()[0]
    }
    #expect(try cast(.int64).values() == [Int64(1), -1, Int64.max, Int64.min, 0, 200])
    #expect(try cast(.int8).values() == [Int8(1), -1, 127, -128, 0, 127])
    #expect(try cast(.uint8).values() == [UInt8(1), 0, 255, 0, 0, 200])
  }

  @Test func shapesThatDontBroadcastAreRefused() throws {
    var numbers = GradientCheckNumbers(state: 1)
    let call = SingleCall(op: "Add", inputs: [try numbers.tensor([2, 3]), try numbers.tensor([2])])
    #expect(throws: ZooError.self) { try call.run() }
  }
}
