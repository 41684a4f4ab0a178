import ZooFormat
import ZooKernels

/// The windows of a pool over the spatial dimensions of an image, from a node's attributes.
struct PoolGeometry: Sendable {
  /// What the kernels take: the image has the channels innermost, or is a single plane.
  private(set) var pool = zoo_pool()
  let channelsLast: Bool
  let isa = InstructionSet.current
  let batch: Int
  let channels: Int
  /// Sizes of the spatial dimensions of the result.
  let output: [Int]
  let input: [Int]

  /// - Parameter global: the window is the whole image.
  init(_ call: OperatorCall, shape: [Int], global: Bool = false) throws {
    guard shape.count >= 3, shape.count <= 5 else {
      throw call.error(
        "an image of rank \(shape.count)", expected: "batch, channels and one to three further dimensions")
    }
    channelsLast = try call.int("channels_last", default: 0) != 0
    batch = shape[0]
    channels = channelsLast ? shape[shape.count - 1] : shape[1]
    input = channelsLast ? Array(shape[1..<(shape.count - 1)]) : Array(shape[2...])
    let rank = input.count
    func values(_ name: String, _ count: Int, default value: Int, atLeast least: Int) throws -> [Int] {
      guard !global, let values = try call.ints(name) else { return [Int](repeating: value, count: count) }
      guard values.count == count, values.allSatisfy({ $0 >= least && $0 <= 1 << 24 }) else {
        throw call.error("\(name) \(values)", expected: "\(count) numbers of at least \(least)")
      }
      return values
    }
    guard let kernel = global ? input : try call.ints("kernel_shape"), kernel.count == rank,
      kernel.allSatisfy({ $0 >= (global ? 0 : 1) && $0 <= 1 << 24 })
    else { throw call.error("kernel_shape is missing or not \(rank) numbers of at least 1") }
    let strides = try values("strides", rank, default: 1, atLeast: 1)
    let dilations = try values("dilations", rank, default: 1, atLeast: 1)
    var pads = try values("pads", 2 * rank, default: 0, atLeast: 0)
    let automatic = global ? "NOTSET" : try call.string("auto_pad", default: "NOTSET")
    let roundsUp = global ? false : try call.int("ceil_mode", default: 0) != 0
    var output: [Int] = []
    for axis in 0..<rank {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      switch automatic {
      case "SAME_UPPER", "SAME_LOWER":
        let size = (input[axis] + strides[axis] - 1) / strides[axis]
        let total = max(0, (size - 1) * strides[axis] + reach - input[axis])
        pads[axis] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
        pads[rank + axis] = total - pads[axis]
        output.append(size)
        continue
      case "VALID":
        pads[axis] = 0
        pads[rank + axis] = 0
      case "NOTSET": break
      default: throw call.error("auto_pad '\(automatic)'", expected: "NOTSET, SAME_UPPER, SAME_LOWER or VALID")
      }
      let room = input[axis] + pads[axis] + pads[rank + axis] - reach
      guard room >= 0 || (global && input[axis] == 0) else {
        throw call.error("a window of \(reach) on \(input[axis]) pixels", expected: "a window inside the padded image")
      }
      var size = (max(room, 0) + (roundsUp ? strides[axis] - 1 : 0)) / strides[axis] + 1
      // A window that starts in the pad after the image is left out.
      if roundsUp, (size - 1) * strides[axis] >= input[axis] + pads[axis] { size -= 1 }
      output.append(size)
    }
    self.output = output
    pool.channels = channelsLast ? Int64(channels) : 1
    pool.counts_pads = try call.int("count_include_pad", default: 0) != 0 ? 1 : 0
    func triple(_ values: [Int], _ filler: Int64 = 1) -> (Int64, Int64, Int64) {
      let all = [Int64](repeating: filler, count: 3 - rank) + values.map(Int64.init)
      return (all[0], all[1], all[2])
    }
    pool.input = triple(input)
    pool.output = triple(output)
    pool.kernel = triple(kernel)
    pool.stride = triple(strides)
    pool.dilation = triple(dilations)
    pool.pad = triple(Array(pads[..<rank]), 0)
    pool.padded = triple((0..<rank).map { input[$0] + pads[$0] + pads[rank + $0] - pads[$0] })
  }

  /// Operations of a node: each of `results` by the elements of its window.
  static func cost(_ call: OperatorCall, results: Int) -> Int {
    guard case .ints(let kernel)? = call.node.attributes["kernel_shape"] else { return results }
    return kernel.reduce(results, saturatingProduct)
  }

  var outputShape: [Int] { channelsLast ? [batch] + output + [channels] : [batch, channels] + output }

  /// The number of images that a kernel sees, and the sizes of one of them.
  var images: Int { channelsLast ? batch : batch * channels }
  var inputSize: Int { input.reduce(channelsLast ? channels : 1, *) }
  var outputSize: Int { output.reduce(channelsLast ? channels : 1, *) }
  var outputPixels: Int { output.reduce(1, *) }

  /// Calls `body` with pieces of the results of all images: the image and a range of its output pixels.
  func forEachOutputPiece(_ threads: ThreadPool, _ body: (_ image: Int, _ pixels: Range<Int>) -> Void) {
    let pixelsEach = max(1, min(outputPixels, 8192 / max(1, Int(pool.channels))))
    let pieces = outputPixels == 0 ? 0 : (outputPixels + pixelsEach - 1) / pixelsEach
    let total = images * pieces
    let grain = max(1, 8192 / max(1, pixelsEach * Int(pool.channels)))
    threads.forEach((total + grain - 1) / grain) { task, _ in
      for item in task * grain..<min(total, (task + 1) * grain) {
        let start = item % pieces * pixelsEach
        body(item / pieces, start..<min(outputPixels, start + pixelsEach))
      }
    }
  }

  /// A kernel that reads the image of input 0 and writes that of output 0 by `function`, which takes the instruction set, the pool, one image,
  /// one result, and the first and the end of a range of the result's pixels.
  func kernel<Element>(
    _ function:
      @escaping @Sendable (
        zoo_isa, UnsafePointer<zoo_pool>?, UnsafePointer<Element>?, UnsafeMutablePointer<Element>?, Int64, Int64
      ) -> Void
  ) -> Kernel {
    Kernel { arguments in
      let x: UnsafePointer<Element> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<Element> = arguments.unsafeOutput(0)
      forEachOutputPiece(arguments.threads) { image, pixels in
        withUnsafePointer(to: pool) { pool in
          function(
            isa, pool, x + image * inputSize, y + image * outputSize, Int64(pixels.lowerBound), Int64(pixels.upperBound)
          )
        }
      }
    }
  }

  /// Calls `body` with pieces of the inputs of all images that no two windows share: the image and a range of channels.
  func forEachChannelPiece(
    _ threads: ThreadPool, ofAtMost limit: Int = Int(ZOO_POOL_CHANNELS),
    _ body: (_ image: Int, _ channels: Range<Int>, _ worker: Int) -> Void
  ) {
    let channels = Int(pool.channels)
    let pieces = (channels + limit - 1) / limit
    let total = images * pieces
    let grain = max(1, 8192 / max(1, inputSize / max(pieces, 1)))
    threads.forEach((total + grain - 1) / grain) { task, worker in
      for item in task * grain..<min(total, (task + 1) * grain) {
        let start = item % pieces * limit
        body(item / pieces, start..<min(channels, start + limit), worker)
      }
    }
  }
}
