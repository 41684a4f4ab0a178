import ZooFormat

/// An exponential moving average of what training changes (Polyak and Juditsky 1992; Tarvainen and Valpola 2017).
///
/// average ← α · average + (1 − α) · value with α = min(`decay`, 1 − 1 / (step + 1)), as Tarvainen and Valpola have it: the
/// plain mean of all values until that reaches back further than the exponential average does. Inputs: average, value, step
/// (int64, the first is 1). Output: the new average. Attribute: `decay` (0.999).
enum MovingAverage {
  static let definition = Operator(
    "MovingAverage", domain: "zoo", inputs: 3...3,
    types: { call in
      let average = try call.input(0)
      guard average.elementType == .float32 else { throw call.unsupported() }
      guard try call.input(1) == average else {
        throw call.error("input 1 is \(try call.input(1))", expected: "\(average)")
      }
      let step = try call.input(2)
      guard step.elementType == .int64, step.elementCount == 1 else {
        throw call.error("input 2 is \(step)", expected: "a scalar int64")
      }
      let decay = try call.float("decay", default: 0.999)
      guard (0...1).contains(decay) else { throw call.error("decay \(decay)", expected: "a number from 0 to 1") }
      return [average]
    },
    cost: { _, outputs in 3 * outputs[0].elementCount },
    kernel: { request in
      let decay = Double(try request.call.float("decay", default: 0.999))
      let count = request.outputTypes[0].elementCount
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let average: UnsafePointer<Float> = arguments.unsafeInput(0)
        let value: UnsafePointer<Float> = arguments.unsafeInput(1)
        let step = Double(max(1, arguments.unsafeInput(2, as: Int64.self)[0]))
        let new = Float(1 - min(decay, 1 - 1 / (step + 1)))
        let result: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        arguments.threads.forEachChunk(of: count) { range in
          for index in range { result[index] = average[index] + new * (value[index] - average[index]) }
        }
      }
    })
}
