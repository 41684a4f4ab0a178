import ZooFormat
import ZooImages
import ZooRuntime

extension SampleType {
  /// The narrowest range of a camera that holds all values from the lowest to the highest: of integers that aren't
  /// negative that of 8, 10, 12, 14 or 16 bits, of floating point 0…1, or else the values themselves.
  package func range(holding values: ClosedRange<Float>) -> ClosedRange<Float> {
    switch self {
    case .float32: return values.lowerBound >= 0 && values.upperBound <= 1 ? 0...1 : values
    case .int8, .int16, .int32: if values.lowerBound < 0 { return range }
    case .uint8, .uint16, .uint32: break
    }
    let highest = [8, 10, 12, 14, 16].map { Float(1 << $0 - 1) }.first { $0 >= values.upperBound }
    return 0...min(highest ?? range.upperBound, range.upperBound)
  }

  /// What a range that was found is called: `0…4095 (12 bits in uint16)`.
  package func text(found range: ClosedRange<Float>) -> String {
    let bits = [8, 10, 12, 14, 16].first { range == 0...Float(1 << $0 - 1) }
    let kind = bits.map { $0 == 8 * byteCount ? rawValue : "\($0) bits in \(rawValue)" } ?? rawValue
    return "\(RangeScaling.text(range)) (\(kind))"
  }
}

extension ChannelStatistics {
  /// The lowest and the highest value of any channel.
  package var ends: ClosedRange<Float> {
    let lowest = values.map(\.lowest).min() ?? 0
    return lowest...max(values.map(\.highest).max() ?? 0, lowest)
  }

  /// What a person should know of the channels before training on them: which are constant, nearly empty or saturated.
  /// - Parameters:
  ///   - names: of the channels in the order of the statistics.
  ///   - range: what the camera can give.
  package func cautions(_ names: [String], sampleType: SampleType, range: ClosedRange<Float>) -> [String] {
    var cautions: [String] = []
    for (index, name) in names.enumerated() {
      let channel = values[index]
      func add(_ text: String) { cautions.append("channel \(name) \(text)") }
      func share(_ value: Double) -> String { "\(Figures.significant(value * 100)) %" }
      let (lowest, highest) = (Figures.sample(channel.lowest), Figures.sample(channel.highest))
      guard channel.lowest < channel.highest else {
        let kind =
          channel.lowest == 0 ? "is black" : channel.highest >= range.upperBound ? "is saturated" : "is constant"
        add("\(kind): every pixel is \(lowest)")
        continue
      }
      if shareAtLowest[index] >= 0.99 {
        add("is nearly empty: \(share(shareAtLowest[index])) of its pixels are \(lowest)")
      } else if sampleType != .float32, channel.high - channel.low < 8 {
        add(
          "is nearly empty: all but a thousandth of its pixels lie in "
            + "\(Figures.sample(channel.low))…\(Figures.sample(channel.high))")
      }
      if shareAtHighest[index] >= 0.01, channel.highest >= range.upperBound {
        add("is saturated: \(share(shareAtHighest[index])) of its pixels are \(highest), the highest value there is")
      }
    }
    return cautions
  }

  /// A line for each channel: its ends, and what all but a thousandth of its pixels lie between.
  package func lines(_ names: [String]) -> [String] {
    zip(names, values).map { name, channel in
      let text = [channel.lowest, channel.highest, channel.low, channel.high, channel.mean, channel.deviation].map {
        Figures.sample($0)
      }
      return "\(name): \(text[0])…\(text[1]), mostly \(text[2])…\(text[3]), mean \(text[4]), deviation \(text[5])"
    }
  }
}
