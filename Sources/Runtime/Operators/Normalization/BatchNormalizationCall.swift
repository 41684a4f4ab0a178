import ZooFormat

/// What batch normalisation in prediction, in training and backward have in common.
struct BatchNormalizationCall: Sendable {
  let x: TensorType
  let geometry: ChannelGeometry
  let epsilon: Float
  let activation: NormalizationActivation
  /// Whether images are bfloat16, which compiler passes make of images with the channels innermost.
  var isNarrow: Bool { x.elementType == .bfloat16 }

  /// - Parameters:
  ///   - x: the number of the input with the image.
  ///   - vectors: the numbers of the inputs with one value for each channel.
  init(_ call: OperatorCall, x image: Int = 0, vectors: [Int]) throws {
    x = try call.input(image)
    guard x.elementType == .float32 || call.isNarrowImage(image) else { throw call.unsupported(image) }
    guard x.rank >= 1 else { throw call.error("\(x)", expected: "a batch of samples with channels") }
    let channelsLast = try call.int("channels_last", default: 0) != 0 && x.rank > 2
    geometry = ChannelGeometry(x.shape, channelsLast: channelsLast)
    epsilon = try call.float("epsilon", default: 1e-5)
    activation = try NormalizationActivation(call)
    for index in vectors {
      let vector = try call.input(index)
      guard vector.shape == [geometry.channels] else {
        throw call.error("input \(index) is \(vector)", expected: "one value for each of \(geometry.channels) channels")
      }
      guard vector.elementType == .float32 else { throw call.unsupported(index) }
    }
  }

  var vectorType: TensorType { TensorType(.float32, [geometry.channels]) }
}
