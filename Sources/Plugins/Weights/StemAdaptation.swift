/// How the weight of a first convolution is made to fit another number of input channels.
public enum StemAdaptation: String, Sendable, CaseIterable, Codable {
  /// Every channel gets the sum over the file's channels, divided by the number of channels here: the response to an
  /// image whose channels are all the same stays what it was.
  case spread
  /// Channel c gets the file's channel c mod n, times n over the number of channels here; a single channel gets the sum.
  /// timm's rule.
  case repeated = "repeat"

  /// One line for a report.
  public var summary: String {
    switch self {
    case .spread: "the sum over the file's channels, spread evenly"
    case .repeated: "the file's channels in turn, scaled to the same sum"
    }
  }

  /// `weight` [F, n, …] for `channels` input channels. O(elements).
  /// - Throws: `ZooError` if it isn't float32 of at least two dimensions.
  func adapted(_ weight: Tensor, to channels: Int) throws(ZooError) -> Tensor {
    guard let values = weight.values(as: Float.self), weight.type.rank >= 2, channels > 0, weight.shape[1] > 0 else {
      throw ZooError(.badInput, problem: "\(weight.type) is no weight of a convolution")
    }
    let (filters, given) = (weight.shape[0], weight.shape[1])
    let area = weight.shape[2...].reduce(1, *)
    var result = [Float](repeating: 0, count: filters * channels * area)
    for filter in 0..<filters {
      for channel in 0..<channels {
        for position in 0..<area {
          func value(_ source: Int) -> Float { values[(filter * given + source) * area + position] }
          let sum =
            switch self {
            case .repeated where channels > 1: value(channel % given) * Float(given)
            case .spread, .repeated: (0..<given).reduce(0) { $0 + value($1) }
            }
          result[(filter * channels + channel) * area + position] = sum / Float(channels)
        }
      }
    }
    return try Tensor(shape: [filters, channels] + weight.shape[2...], result)
  }
}
