import ZooFormat

/// How much a prediction rests on each channel and each frame: by how much the probability of a class falls when one of them
/// is replaced by a constant (Zeiler and Fergus, “Visualizing and Understanding Convolutional Networks”, ECCV 2014).
public struct Occlusion: Sendable, Hashable {
  /// The place of the class in the output.
  public let classIndex: Int
  /// Of the whole sample.
  public let probability: Float
  /// By channel: the probability minus that without the channel, in −1…1. Below 0 the channel spoke against the class.
  public let channels: [Float]
  /// By frame of a sequence; empty for a single image.
  public let frames: [Float]
}

extension LoadedModel {
  /// The occlusion of one sample's channels and frames. Costs a prediction for each of them and one more, in one batch,
  /// which holds as many copies of the sample and is compiled for by the first call.
  /// - Parameters:
  ///   - sample: float32 [1, C, H, W], or [1, T, C, H, W] for sequences.
  ///   - classIndex: the class to explain; without, the most probable one.
  ///   - filling: what replaces the samples of each channel; without, the channel's mean in training as the card says it,
  ///     or else its mean in this sample.
  /// - Throws: `ZooError` if the sample doesn't fit, or the model gives no scores of classes.
  public func occlusion(of sample: Tensor, class classIndex: Int? = nil, filling: [Float]? = nil) throws(ZooError)
    -> Occlusion
  {
    guard (4...5).contains(sample.shape.count), sample.shape[0] == 1, let values: [Float] = sample.values() else {
      throw ZooError(
        .usage, problem: "the sample is \(sample.type)", expected: "float32 [1, C, H, W] or [1, T, C, H, W]")
    }
    let shape = Array(sample.shape.suffix(3))
    let frames = sample.shape.count == 5 ? sample.shape[1] : 1
    let (channels, plane) = (shape[0], shape[1] * shape[2])
    let fill = try Self.filling(filling, card: model.card, values, channels: channels, plane: plane)
    let occludesFrames = frames > 1
    let variants = 1 + channels + (occludesFrames ? frames : 0)
    var batch = [Float](repeating: 0, count: variants * values.count)
    for variant in 0..<variants {
      for frame in 0..<frames {
        for channel in 0..<channels {
          let start = (frame * channels + channel) * plane
          let isHidden = variant == channel + 1 || variant == channels + 1 + frame
          for place in start..<start + plane {
            batch[variant * values.count + place] = isHidden ? fill[channel] : values[place]
          }
        }
      }
    }
    let scores = try scores(Tensor(shape: [variants] + sample.shape.dropFirst(), batch))
    let chosen = classIndex ?? scores[0].indices.max { scores[0][$0] < scores[0][$1] } ?? 0
    guard scores[0].indices.contains(chosen) else {
      throw ZooError(.usage, problem: "there is no class \(chosen)", expected: "0…\(scores[0].count - 1)")
    }
    let drops = scores.dropFirst().map { scores[0][chosen] - $0[chosen] }
    return Occlusion(
      classIndex: chosen, probability: scores[0][chosen], channels: Array(drops.prefix(channels)),
      frames: Array(drops.dropFirst(channels)))
  }

  private static func filling(
    _ given: [Float]?, card: Card, _ values: [Float], channels: Int, plane: Int
  ) throws(ZooError) -> [Float] {
    if let given {
      guard given.count == channels else {
        throw ZooError(.usage, problem: "\(given.count) values replace channels", expected: "\(channels)")
      }
      return given
    }
    if card.channelValues.count == channels { return card.channelValues.map(\.mean) }
    return (0..<channels).map { channel in
      let starts = stride(from: channel * plane, to: values.count, by: channels * plane)
      let sum = starts.reduce(0.0) { sum, start in values[start..<start + plane].reduce(sum) { $0 + Double($1) } }
      return Float(sum / Double(values.count / channels))
    }
  }

  /// The name of the only input.
  var inputName: String {
    get throws(ZooError) {
      guard let input = model.graph.inputs.first, model.graph.inputs.count == 1 else {
        throw ZooError(.badInput, problem: "the model has \(model.graph.inputs.count) inputs", expected: "one")
      }
      return input.name
    }
  }

  /// The class of the highest score of one sample.
  func mostProbable(_ sample: Tensor) throws(ZooError) -> Int {
    let scores = try scores(sample)[0]
    return scores.indices.max { scores[$0] < scores[$1] } ?? 0
  }

  /// One row for each sample: of the output `probabilities`, or else of the last.
  private func scores(_ samples: Tensor) throws(ZooError) -> [[Float]] {
    let outputs = try run([inputName: samples])
    let name = outputs["probabilities"] == nil ? model.graph.outputs.last?.name ?? "" : "probabilities"
    guard let output = outputs[name], output.shape.count == 2, output.shape[0] == samples.shape[0], output.shape[1] > 0,
      let values: [Float] = output.values()
    else {
      throw ZooError(
        .badInput, tensor: name, problem: "is \(outputs[name]?.type.description ?? "missing")",
        expected: "float32 scores of classes, [\(samples.shape[0]), classes]")
    }
    let classes = output.shape[1]
    return (0..<samples.shape[0]).map { Array(values[$0 * classes..<($0 + 1) * classes]) }
  }
}
