import Foundation
import ZooFormat

/// Compares samples with what the card says that training saw.
package struct SampleWatch: Sendable {
  private let card: Card
  /// More of a channel's samples than this share beyond the training's make a caution: single specks aren't worth one.
  private static let tolerated = 0.01

  package init(_ card: Card) { self.card = card }

  /// What a person should know of one channel of one item; `nil` if it is as in training, or if nobody knows how that was.
  /// - Throws: ``ZooError`` about a value that a sample of the model can't have: not a number, or beyond the range that
  ///   somebody said the camera has. (A range that was only found in the training images is no limit, and of
  ///   floating-point images the range is a convention.)
  package func caution(channel: Int, _ samples: some Sequence<Float>) throws(ZooError) -> String? {
    let allowed = allowedRange
    let seen = card.channelValues.indices.contains(channel) ? card.channelValues[channel] : nil
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    var (count, beyond) = (0, 0)
    for value in samples {
      guard value.isFinite, allowed?.contains(value) != false else { throw refusal(channel, value) }
      lowest = min(lowest, value)
      highest = max(highest, value)
      count += 1
      if let seen, value < seen.lowest || value > seen.highest { beyond += 1 }
    }
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
