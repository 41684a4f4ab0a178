import ZooFormat

/// The definition of a two-dimensional convolution as loops, channels first: what every kernel is held against.
struct ConvolutionReference: CustomStringConvertible {
  var batch = 1
  var channels = 1
  var filters = 1
  var groups = 1
  var size = [5, 5]
  var kernel = [3, 3]
  var strides = [1, 1]
  var dilations = [1, 1]
  var pads = [0, 0, 0, 0]

  var description: String {
    "\(batch)x\(channels)x\(size) -> \(filters), kernel \(kernel), stride \(strides), dilation \(dilations), pads \(pads), groups \(groups)"
  }

  var output: [Int] {
    (0..<2).map { (size[$0] + pads[$0] + pads[$0 + 2] - dilations[$0] * (kernel[$0] - 1) - 1) / strides[$0] + 1 }
  }
  var inputShape: [Int] { [batch, channels] + size }
  var outputShape: [Int] { [batch, filters] + output }
  var weightShape: [Int] { [filters, channels / groups] + kernel }

  var attributes: [String: Attribute] {
    ["strides": .ints(strides), "dilations": .ints(dilations), "pads": .ints(pads), "group": .int(groups)]
  }
  var gradientAttributes: [String: Attribute] {
    attributes.merging(["kernel_shape": .ints(kernel), "input_size": .ints(size)]) { old, _ in old }
  }

  /// Calls `body` with the flat indices of every product x · w that is part of an output y.
  private func forEachProduct(_ body: (_ x: Int, _ w: Int, _ y: Int) -> Void) {
    let (inputs, outputs) = (channels / groups, filters / groups)
    // Read once: there are up to seventy million products.
    let (height, width, rows, columns) = (size[0], size[1], output[0], output[1])
    let (taps, across, top, left) = (kernel[0], kernel[1], pads[0], pads[1])
    let (down, right, dilationDown, dilationRight) = (strides[0], strides[1], dilations[0], dilations[1])
    for n in 0..<batch {
      for k in 0..<filters {
        for oh in 0..<rows {
          for ow in 0..<columns {
            for c in 0..<inputs {
              for r in 0..<taps {
                let ih = oh * down + r * dilationDown - top
                guard ih >= 0, ih < height else { continue }
                for s in 0..<across {
                  let iw = ow * right + s * dilationRight - left
                  guard iw >= 0, iw < width else { continue }
                  body(
                    ((n * channels + k / outputs * inputs + c) * height + ih) * width + iw,
                    ((k * inputs + c) * taps + r) * across + s,
                    ((n * filters + k) * rows + oh) * columns + ow)
                }
              }
            }
          }
        }
      }
    }
  }

  func forward(_ x: Tensor, _ w: Tensor) throws -> Tensor {
    try products(x, w, shape: outputShape) { x, w, y, a, b, sums in sums[y] += Double(a[x] * b[w]) }
  }

  func byData(_ gradient: Tensor, _ w: Tensor) throws -> Tensor {
    try products(gradient, w, shape: inputShape) { x, w, y, a, b, sums in sums[x] += Double(a[y] * b[w]) }
  }

  func byWeights(_ x: Tensor, _ gradient: Tensor) throws -> Tensor {
    try products(x, gradient, shape: weightShape) { x, w, y, a, b, sums in sums[w] += Double(a[x] * b[y]) }
  }

  private func products(
    _ a: Tensor, _ b: Tensor, shape: [Int],
    _ add: (Int, Int, Int, [Float], [Float], inout [Double]) -> Void
  ) throws -> Tensor {
    let (a, b) = (a.values(as: Float.self) ?? [], b.values(as: Float.self) ?? [])
    var sums = [Double](repeating: 0, count: shape.reduce(1, *))
    forEachProduct { add($0, $1, $2, a, b, &sums) }
    return try Tensor(shape: shape, sums.map { Float($0) })
  }
}

/// `tensor` with its channels moved behind the spatial axes, or back.
func channelsLast(_ tensor: Tensor) throws -> Tensor {
  let s = tensor.shape
  let values = tensor.values(as: Float.self) ?? []
  var result = values
  for n in 0..<s[0] {
    for c in 0..<s[1] {
      for p in 0..<(s[2] * s[3]) { result[(n * s[2] * s[3] + p) * s[1] + c] = values[(n * s[1] + c) * s[2] * s[3] + p] }
    }
  }
  return try Tensor(shape: [s[0], s[2], s[3], s[1]], result)
}
