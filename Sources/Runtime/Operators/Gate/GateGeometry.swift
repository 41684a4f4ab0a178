import ZooFormat
import ZooKernels

/// An image [N, …, C] with the channels innermost, and numbers for each channel of each of its samples.
struct GateGeometry: Sendable {
  let image: TensorType
  let batch: Int
  let channels: Int
  let pixels: Int
  private let isa = InstructionSet.current
  /// Pixels of one task's share of a sample, about 16,384 elements.
  private let block: Int

  init(_ image: TensorType) {
    self.image = image
    batch = image.shape[0]
    channels = image.shape[image.rank - 1]
    pixels = image.shape.dropFirst().dropLast().reduce(1, *)
    block = max(1, 16384 / max(1, channels))
  }

  /// The number of channels of all samples.
  var vectorCount: Int { batch * channels }

  /// The type of a number for each channel of each sample of `image`.
  static func gateType(_ image: TensorType) -> TensorType {
    TensorType(.float32, image.shape.indices.map { $0 == 0 || $0 == image.rank - 1 ? image.shape[$0] : 1 })
  }

  private var blocks: Int { (pixels + block - 1) / block }
  private var isNarrow: Bool { image.elementType == .bfloat16 }

  /// Calls `body` for each share of each sample: the sample, the first pixel and the number of pixels.
  private func forEachBlock(_ threads: ThreadPool, _ body: (_ sample: Int, _ first: Int, _ count: Int) -> Void) {
    threads.forEach(batch * blocks) { task, _ in
      let first = task % blocks * block
      body(task / blocks, first, min(block, pixels - first))
    }
  }

  /// result = image · gate + offset.
  func multiply(
    _ image: UnsafeRawPointer, by gate: UnsafePointer<Float>, adding offset: UnsafePointer<Float>,
    to result: UnsafeMutableRawPointer, _ threads: ThreadPool
  ) {
    let size = self.image.elementType.byteCount
    let streamed = self.image.isStreamed && UnsafeRawPointer(result) != image
    forEachBlock(threads) { sample, first, count in
      let start = (sample * pixels + first) * channels * size
      zoo_affine(
        isa, isNarrow, image + start, nil, result + start, count * channels, channels, gate + sample * channels,
        offset + sample * channels, streamed)
    }
  }

  /// Writes `values`, a number for each channel of each sample, to every pixel.
  func fill(_ result: UnsafeMutableRawPointer, with values: UnsafePointer<Float>, _ threads: ThreadPool) {
    let rowBytes = channels * image.elementType.byteCount
    guard pixels > 0 else { return }
    threads.forEach(batch) { sample, _ in
      let first = result + sample * pixels * rowBytes
      _ = zoo_cast(
        ElementType.float32.rawValue, image.elementType.rawValue, values + sample * channels, first, channels)
      for pixel in 1..<pixels { (first + pixel * rowBytes).copyMemory(from: first, byteCount: rowBytes) }
    }
  }

  /// The number of floats of partial sums for `sums`.
  var partialCount: Int { 2 * batch * blocks * channels }

  /// result = sums over the pixels of gradient · image, for each channel of each sample.
  func sums(
    _ gradient: UnsafeRawPointer, _ image: UnsafeRawPointer,
    partial: UnsafeMutablePointer<Float>, to result: UnsafeMutablePointer<Float>, _ threads: ThreadPool
  ) {
    let size = self.image.elementType.byteCount
    forEachBlock(threads) { sample, first, count in
      let start = (sample * pixels + first) * channels * size
      let place = partial + 2 * (sample * blocks + first / block) * channels
      zoo_product_sums(isa, isNarrow, gradient + start, image + start, count * channels, channels, place)
    }
    add(partial, to: result) { _ in 1 }
  }

  /// result = means over the pixels, for each channel of each sample. `partial` are `partialCount` floats.
  func means(
    _ image: UnsafeRawPointer, partial: UnsafeMutablePointer<Float>, to result: UnsafeMutablePointer<Float>,
    _ threads: ThreadPool
  ) {
    let size = self.image.elementType.byteCount
    forEachBlock(threads) { sample, first, count in
      let place = partial + 2 * (sample * blocks + first / block) * channels
      zoo_moments(
        isa, isNarrow, image + (sample * pixels + first) * channels * size, count * channels, channels, place,
        place + channels)
    }
    add(partial, to: result) { Float(min(block, pixels - $0 * block)) / Float(max(1, pixels)) }
  }

  /// result = sums over the blocks of a sample of what each has left at `partial`, times the block's weight. For a few
  /// thousand numbers: no work to share.
  private func add(
    _ partial: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>, weight: (_ block: Int) -> Float
  ) {
    result.update(repeating: 0, count: vectorCount)
    for sample in 0..<batch {
      let sums = result + sample * channels
      for index in 0..<blocks {
        let terms = partial + 2 * (sample * blocks + index) * channels
        let weight = weight(index)
        for channel in 0..<channels { sums[channel] += terms[channel] * weight }
      }
    }
  }
}

extension OperatorCall {
  /// Whether input `index` is a bfloat16 image with the channels innermost, as compiler passes make them.
  func isNarrowImage(_ index: Int) -> Bool { optionalInput(index)?.elementType == .bfloat16 && node.isChannelsLast }
}

extension Node {
  /// Whether a compiler pass has said that images have their channels innermost.
  var isChannelsLast: Bool {
    if case .int(1) = attributes["channels_last"] { true } else { false }
  }
}
