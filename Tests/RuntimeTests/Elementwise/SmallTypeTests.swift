import Testing
import ZooRuntime

@Suite struct SmallTypeTests {
  private static let floats: [ElementType] = [
    .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0, .float4e2m1,
  ]

  private func cast(_ x: Tensor, _ type: ElementType, saturate: Int = 1) throws -> Tensor {
    try SingleCall(
      op: "Cast", inputs: [x], attributes: ["to": .int(Int(type.rawValue)), "saturate": .int(saturate)]
    ).run()[0]
  }

  @Test(arguments: floats) func everyCodeSurvivesTheWayThroughFloat32(_ type: ElementType) throws {
    let codes = (0..<(type == .float4e2m1 ? 16 : 256)).map(UInt8.init)
    let x = try Tensor(TensorType(type, [codes.count])) { (bytes: UnsafeMutableRawBufferPointer) in
      bytes.copyBytes(from: codes)
    }
    let wide = try cast(x, .float32)
    let back = try cast(wide, type, saturate: 0).withUnsafeBytes { Array($0) }
    let values: [Float] = wide.values() ?? []
    for (index, code) in codes.enumerated() where !values[index].isNaN {
      // The smallest float8e8m0 is below what float32 has with all its digits, and rounds up.
      if type == .float8e8m0 && code == 0 { continue }
      #expect(back[index] == code)
    }
    #expect(values.count { $0.isNaN } <= 6)
  }

  @Test func knownValuesAreWhatTheFormatsSay() throws {
    func value(_ code: UInt8, _ type: ElementType) throws -> Float {
      let x = try Tensor(TensorType(type, [1])) { (bytes: UnsafeMutableRawBufferPointer) in bytes[0] = code }
      return try cast(x, .float32).values(as: Float.self)?[0] ?? 0
    }
    #expect(try value(0x7E, .float8e4m3fn) == 448)
    #expect(try value(0x7F, .float8e4m3fn).isNaN)
    #expect(try value(0x7F, .float8e4m3fnuz) == 240)
    #expect(try value(0x80, .float8e4m3fnuz).isNaN)
    #expect(try value(0x7B, .float8e5m2) == 57344)
    #expect(try value(0xFC, .float8e5m2) == -.infinity)
    #expect(try value(0x01, .float8e5m2) == 0x1p-16)
    #expect(try value(0x0F, .float4e2m1) == -6)
    #expect(try value(127, .float8e8m0) == 1)
  }

  @Test func whatDoesntFitSaturatesOrIsLost() throws {
    let x = try Tensor(shape: [3], [Float(1e6), -.infinity, .nan])
    let saturated: [Float] = try cast(cast(x, .float8e4m3fn), .float32).values() ?? []
    #expect(saturated[0] == 448 && saturated[1] == -448 && saturated[2].isNaN)
    let lost: [Float] = try cast(cast(x, .float8e5m2, saturate: 0), .float32).values() ?? []
    #expect(lost[0] == .infinity && lost[1] == -.infinity && lost[2].isNaN)
  }

  @Test func quantizationToFourBitsClampsAndRoundsToEven() throws {
    let x = try Tensor(shape: [5], [Float(0.25), 0.75, 100, -100, .nan])
    let zero = try Tensor(zeros: TensorType(.int4, []))
    let y = try SingleCall(op: "QuantizeLinear", inputs: [x, Tensor(Float(0.5)), zero]).run()[0]
    #expect(y.type == TensorType(.int4, [5]))
    #expect(y.integers() == [0, 2, 7, -8, 0])
    let back = try SingleCall(op: "DequantizeLinear", inputs: [y, Tensor(Float(0.5)), zero]).run()[0]
    #expect(back.values() == [Float(0), 1, 3.5, -4, 0])
  }

  @Test func scalesThatDontFitAreRefused() throws {
    let x = try Tensor(shape: [2, 3], [Float](repeating: 1, count: 6))
    for (shape, block) in [([2], 0), ([3, 1], 0), ([2, 2], 3), ([2, 1], -1), ([1, 3], 3)] {
      let scale = try Tensor(shape: shape, [Float](repeating: 1, count: shape.reduce(1, *)))
      let call = SingleCall(op: "QuantizeLinear", inputs: [x, scale], attributes: ["block_size": .int(block)])
      #expect(throws: ZooError.self, "\(shape), \(block)") { try call.run() }
    }
  }
}
