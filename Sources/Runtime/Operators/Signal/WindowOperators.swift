import ZooFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// HannWindow, HammingWindow and BlackmanWindow, and MelWeightMatrix: tables that signals are weighted by.
enum WindowOperators {
  static let all: [Operator] = [
    window("HannWindow", [0.5, -0.5]), window("HammingWindow", [25.0 / 46, -21.0 / 46]),
    window("BlackmanWindow", [0.42, -0.5, 0.08]), mel,
  ]

  /// A sum of cosines: Σ cₖ cos(2π k n / N).
  private static func window(_ name: String, _ coefficients: [Double]) -> Operator {
    Operator(
      name, inputs: 1...1,
      types: { call in
        guard let size = try call.constantIntegers(0)?.first, (0...1 << 26).contains(size) else {
          let found = try call.constantIntegers(0)?.first.map { "\($0)" } ?? "of \(call.input(0))"
          throw call.error("a size \(found)", expected: "0…\(1 << 26)")
        }
        return [TensorType(try type(call, "output_datatype"), [size])]
      },
      gradient: { _, _ in [nil] },
      kernel: { request in
        let y = request.outputTypes[0]
        let period = try request.call.int("periodic", default: 1) != 0 ? y.shape[0] : y.shape[0] - 1
        return table(y) { n in
          coefficients.enumerated().reduce(0) { sum, term in
            sum + term.element * cos(2 * .pi * Double(term.offset * n) / Double(max(period, 1)))
          }
        }
      })
  }

  /// Triangles over the bins of a spectrum, evenly spaced in mel. Inputs: bands, length of the transform, sample rate, lowest
  /// and highest frequency.
  private static let mel = Operator(
    "MelWeightMatrix", inputs: 5...5,
    types: { call in
      let (bands, length) = try sizes(call)
      return [TensorType(try type(call, "output_datatype"), [length / 2 + 1, bands])]
    },
    gradient: { _, call in call.node.inputs.map { _ in nil } },
    kernel: { request in
      let (bands, length) = try sizes(request.call)
      let numbers = try (2..<5).map { try request.call.constant($0).doubles().first ?? 0 }
      let (low, high) = (2595 * log10(1 + numbers[1] / 700), 2595 * log10(1 + numbers[2] / 700))
      let step = (high - low) / Double(bands + 2)
      let edges = try (0..<bands + 2).map { band -> Int in
        let hertz = 700 * (pow(10, (Double(band) * step + low) / 2595) - 1)
        let bin = (Double(length + 1) * hertz / numbers[0]).rounded(.down)
        guard bin >= 0, bin <= Double(length / 2) else {
          throw request.call.error("a frequency in bin \(bin)", expected: "0…\(length / 2)")
        }
        return Int(saturating: bin)
      }
      return table(request.outputTypes[0]) { index in
        let (bin, band) = (index / bands, index % bands)
        let (left, centre, right) = (edges[band], edges[band + 1], edges[band + 2])
        if bin == centre && (left == centre || centre == right) { return 1 }
        if bin >= left && bin <= centre { return Double(bin - left) / Double(centre - left) }
        return bin > centre && bin < right ? Double(right - bin) / Double(right - centre) : 0
      }
    })

  private static func sizes(_ call: OperatorCall) throws -> (bands: Int, length: Int) {
    guard let bands = try call.constantIntegers(0)?.first, let length = try call.constantIntegers(1)?.first,
      (1...1 << 20).contains(bands), (1...1 << 30).contains(length)
    else {
      throw call.error("bands \(try call.input(0)) of a transform \(try call.input(1))", expected: "positive sizes")
    }
    return (bands, length)
  }

  private static func type(_ call: OperatorCall, _ attribute: String) throws -> ElementType {
    let raw = try call.int(attribute, default: 1)
    guard let type = Int32(exactly: raw).flatMap(ElementType.init(rawValue:)), type != .bool else {
      throw call.error("\(attribute) \(raw)", expected: "the number of an element type")
    }
    return type
  }

  private static func table(_ type: TensorType, _ value: @escaping @Sendable (Int) -> Double) -> Kernel {
    Kernel(inputsRead: []) { arguments in
      let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      for index in 0..<type.elementCount {
        var value = value(index)
        convert(&value, .float64, to: y + index * type.elementType.byteCount, type.elementType, count: 1)
      }
    }
  }
}
