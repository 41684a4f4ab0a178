import ZooFormat
import ZooKernels

/// How an image's elements are cut into pieces of which each is normalised by itself.
///
/// Images with the channels innermost are cut into blocks of rows; others into the planes of each sample and channel.
/// Either way the cut depends on sizes alone.
struct ChannelGeometry: Sendable {
  let channels: Int
  /// Elements of each channel.
  let count: Int
  /// The number of parameter positions after which channels repeat: see `zoo_normalization.h`.
  let period: Int
  private let channelsLast: Bool
  private let total: Int
  private let planes: Int
  private let planeSize: Int
  private let blockSize: Int

  /// - Parameter channelsLast: `x` is stored as [N, …, C] instead of [N, C, …].
  init(_ shape: [Int], channelsLast isLast: Bool) {
    let spatial = isLast ? shape.dropFirst().dropLast().reduce(1, *) : shape.dropFirst(2).reduce(1, *)
    channels = isLast ? shape.last ?? 1 : shape.count > 1 ? shape[1] : 1
    total = shape.reduce(1, *)
    count = channels > 0 ? total / channels : 0
    channelsLast = isLast || spatial == 1
    planes = shape.first ?? 1
    planeSize = spatial
    if channelsLast {
      // Whole registers and at least four, unless that would take too many copies of the parameters.
      let whole = channels * (16 / Self.greatestCommonDivisor(max(channels, 1), 16))
      let wide = whole * max(1, 64 / max(whole, 1))
      period = max(1, wide <= 16384 ? wide : channels)
      // What is joined at the end stays small beside what is read.
      blockSize = max(1, max(32768, total / 256) / period) * period
    } else {
      period = 64
      blockSize = planeSize
    }
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  /// The number of pieces.
  var pieces: Int {
    guard total > 0 else { return 0 }
    return channelsLast ? (total + blockSize - 1) / blockSize : planes * channels
  }

  /// Floats of one set of parameters, a value for each position of the period of each distinct row of parameters.
  var parameterCount: Int { channelsLast ? period : channels * period }

  /// The first element and the number of elements of a piece, and where its parameters start.
  @inline(__always)
  func piece(_ index: Int) -> (start: Int, count: Int, parameters: Int) {
    if channelsLast {
      let start = index * blockSize
      return (start, min(blockSize, total - start), 0)
    }
    return (index * planeSize, planeSize, index % channels * period)
  }

  /// Writes the parameter of each channel (of some channels, if `range` says so) to all of its positions.
  func spread(
    _ value: (_ channel: Int) -> Float, of range: Range<Int>? = nil, to parameters: UnsafeMutablePointer<Float>
  ) {
    if channelsLast {
      for channel in range ?? 0..<channels {
        let value = value(channel)
        var position = channel
        while position < period {
          parameters[position] = value
          position += channels
        }
      }
    } else {
      for channel in range ?? 0..<channels {
        (parameters + channel * period).update(repeating: value(channel), count: period)
      }
    }
  }

  /// Writes the means of all channels and behind them the factors and offsets of a normalisation, `parameterCount` each, and
  /// returns where the latter two are.
  func spread(
    scale: UnsafePointer<Float>, bias: UnsafePointer<Float>, mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>,
    to means: UnsafeMutablePointer<Float>
  ) -> (factors: UnsafeMutablePointer<Float>, offsets: UnsafeMutablePointer<Float>) {
    let (factors, offsets) = (means + parameterCount, means + 2 * parameterCount)
    spread({ mean[$0] }, to: means)
    spread({ scale[$0] * inverse[$0] }, to: factors)
    spread({ bias[$0] }, to: offsets)
    return (factors, offsets)
  }

  /// Calls `body` with the result positions of some channels in each piece, in a fixed order for each channel: `at` in
  /// the results of all pieces (`period` for each), the channel, and the number of elements that it stands for.
  @inline(__always)
  func forEachResult(of range: Range<Int>, _ body: (_ at: Int, _ channel: Int, _ count: Int) -> Void) {
    // An image without pixels has no pieces, and no results of them.
    guard total > 0 else { return }
    if channelsLast {
      for index in 0..<pieces {
        let (_, count, _) = piece(index)
        let (rows, rest) = (count / period, count % period)
        for first in stride(from: 0, to: period, by: channels) {
          for channel in range {
            let position = first + channel
            body(index * period + position, channel, rows + (position < rest ? 1 : 0))
          }
        }
      }
    } else {
      let (rows, rest) = (planeSize / period, planeSize % period)
      for plane in 0..<planes {
        for channel in range {
          let first = (plane * channels + channel) * period
          for position in 0..<period { body(first + position, channel, rows + (position < rest ? 1 : 0)) }
        }
      }
    }
  }

  /// Calls `body` with ranges of channels, on all workers: for what joins the results of all pieces.
  func forEachChannels(_ threads: ThreadPool, _ body: (_ channels: Range<Int>) -> Void) {
    let results = pieces * period / max(1, channels)
    // Whole lines of memory, and enough work to be worth a worker.
    let size = max(16, (8192 / max(1, results) + 15) / 16 * 16)
    threads.forEach((channels + size - 1) / size) { index, _ in
      body(index * size..<min(channels, (index + 1) * size))
    }
  }

  /// Calls `body` with each piece, on all workers.
  /// - Parameter backwards: whether workers begin with what a pass before this one has left in their caches.
  func forEachPiece(_ threads: ThreadPool, backwards: Bool = false, _ body: (_ index: Int) -> Void) {
    let grain = max(1, 16384 / max(1, blockSize))
    let pieces = pieces
    threads.forEach((pieces + grain - 1) / grain, backwards: backwards) { task, _ in
      for index in task * grain..<min(pieces, (task + 1) * grain) { body(index) }
    }
  }
}

/// The activation that a normalisation ends with.
enum NormalizationActivation: String, Sendable {
  case none = ""
  case relu
  case silu

  init(_ call: OperatorCall, attribute: String = "activation") throws {
    let name = try call.string(attribute, default: "")
    guard let activation = NormalizationActivation(rawValue: name) else {
      throw call.error("\(attribute) '\(name)'", expected: "relu, silu or none")
    }
    self = activation
  }

  var kind: zoo_activation {
    switch self {
    case .none: ZOO_ACTIVATION_NONE
    case .relu: ZOO_ACTIVATION_RELU
    case .silu: ZOO_ACTIVATION_SILU
    }
  }

  var code: Int32 { Int32(kind.rawValue) }
}
