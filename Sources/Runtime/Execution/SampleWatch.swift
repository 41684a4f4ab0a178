import Foundation
import ZooFormat

/// Compares samples with what the card says that training saw.
package struct SampleWatch: Sendable {
  private let card: Card
  /// More of a channel's samples than this share beyond the training's make a caution: single specks aren't worth one.
  private static let tolerated = 0.01

  package init(_ card: Card) { self.card = card }

  /// How far the samples of one channel of one item reach.
  package struct Extent: Sendable {
    package fileprivate(set) var lowest = Float.infinity
    package fileprivate(set) var highest = -Float.infinity
    package fileprivate(set) var count = 0
    /// Samples beyond those of training.
    package fileprivate(set) var beyond = 0
    /// The first that isn't a finite number.
    fileprivate var infinite: Float?
    fileprivate let seen: ClosedRange<Float>
  }

  /// An extent without samples yet.
  package func extent(channel: Int) -> Extent {
    let seen = card.channelValues.indices.contains(channel) ? card.channelValues[channel] : nil
    return Extent(seen: seen.map { $0.lowest...$0.highest } ?? -.infinity ... .infinity)
  }

  /// What a person should know of one channel of one item; `nil` if it is as in training, or if nobody knows how that was.
  /// - Throws: `ZooError` about a value that a sample of the model can't have: not a number, or beyond the range that
  ///   somebody said the camera has. (A range that was only found in the training images is no limit, and of
  ///   floating-point images the range is a convention.)
  package func caution(channel: Int, _ samples: some Sequence<Float>) throws(ZooError) -> String? {
    var extent = extent(channel: channel)
    if samples.withContiguousStorageIfAvailable({ extent.add($0) }) == nil {
      Array(samples).withUnsafeBufferPointer { extent.add($0) }
    }
    return try caution(channel: channel, extent)
  }

  /// The same of samples that were counted into an extent.
  package func caution(channel: Int, _ extent: Extent) throws(ZooError) -> String? {
    let (lowest, highest, count, beyond) = (extent.lowest, extent.highest, extent.count, extent.beyond)
    if let value = extent.infinite { throw refusal(channel, value) }
    if let allowed = allowedRange, count > 0 {
      if lowest < allowed.lowerBound { throw refusal(channel, lowest) }
      if highest > allowed.upperBound { throw refusal(channel, highest) }
    }
    let seen = card.channelValues.indices.contains(channel) ? card.channelValues[channel] : nil
    guard let seen, count > 0 else { return nil }
    let name = card.channels[channel]
    let figures =
      "\(Self.text(lowest))…\(Self.text(highest)), in training \(Self.text(seen.lowest))…\(Self.text(seen.highest))"
    if Double(beyond) > Self.tolerated * Double(count) {
      let share = Int(saturating: (Double(beyond) / Double(count) * 100).rounded())
      return "channel \(name): \(share) % of the pixels lie beyond what training saw (\(figures))"
    }
    // A model of 16 bits that gets 12 bits: nothing is beyond, but no image of training was as dark.
    if highest < seen.lowest + (seen.dimmest - seen.lowest) / 2 {
      return "channel \(name) is darker than any image that training saw "
        + "(\(figures), and at least \(Self.text(seen.dimmest)) somewhere in every image)"
    }
    if lowest == highest, lowest > seen.lowest, seen.lowest < seen.highest, count > 1 {
      return "channel \(name): every pixel is \(Self.text(lowest)) (\(figures))"
    }
    return nil
  }

  /// `nil` if every number is allowed.
  private var allowedRange: ClosedRange<Float>? {
    guard !card.sampleType.isFloatingPoint else { return nil }
    guard card.isRangeFound else { return card.sampleRange }
    return switch card.sampleType {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    default: nil
    }
  }

  private func refusal(_ channel: Int, _ value: Float) -> ZooError {
    let range = allowedRange ?? card.sampleRange
    return ZooError(
      .badInput, problem: "channel '\(card.channels[channel])' has the sample \(Self.text(value))",
      expected: "\(Self.text(range.lowerBound))…\(Self.text(range.upperBound)) "
        + "(\(card.sampleType)), as the model was trained on",
      remedy: "Bring the samples to the range of the model's card")
  }

  private static func text(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e9 ? "\(Int(saturating: value))" : String(format: "%.4g", Double(value))
  }
}

extension SampleWatch.Extent {
  /// Counts further samples. O(samples), at about a third of a nanosecond each.
  package mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    count += samples.count
    let (bottom, top) = (seen.lowerBound, seen.upperBound)
    // Four of each, so that a step doesn't wait for the one before it.
    var low = (lowest, lowest, lowest, lowest)
    var high = (highest, highest, highest, highest)
    var outside = (0, 0, 0, 0)
    // A sum of differences stays zero as long as all are finite.
    var broken = (Float(0), Float(0), Float(0), Float(0))
    let quads = samples.count / 4
    for quad in 0..<quads {
      let (a, b) = (samples[4 * quad], samples[4 * quad + 1])
      let (c, d) = (samples[4 * quad + 2], samples[4 * quad + 3])
      low = (a < low.0 ? a : low.0, b < low.1 ? b : low.1, c < low.2 ? c : low.2, d < low.3 ? d : low.3)
      high = (a > high.0 ? a : high.0, b > high.1 ? b : high.1, c > high.2 ? c : high.2, d > high.3 ? d : high.3)
      outside.0 &+= a < bottom || a > top ? 1 : 0
      outside.1 &+= b < bottom || b > top ? 1 : 0
      outside.2 &+= c < bottom || c > top ? 1 : 0
      outside.3 &+= d < bottom || d > top ? 1 : 0
      broken = (broken.0 + (a - a), broken.1 + (b - b), broken.2 + (c - c), broken.3 + (d - d))
    }
    lowest = min(min(low.0, low.1), min(low.2, low.3))
    highest = max(max(high.0, high.1), max(high.2, high.3))
    beyond += outside.0 + outside.1 + outside.2 + outside.3
    var isFinite = broken.0 + broken.1 + broken.2 + broken.3 == 0
    for value in samples[(4 * quads)...] {
      lowest = value < lowest ? value : lowest
      highest = value > highest ? value : highest
      beyond += value < bottom || value > top ? 1 : 0
      isFinite = isFinite && value.isFinite
    }
    if !isFinite, infinite == nil { infinite = samples.first { !$0.isFinite } }
  }
}
