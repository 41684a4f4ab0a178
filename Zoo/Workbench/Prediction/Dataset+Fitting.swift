import ZooPlugins

extension Dataset {
  /// The data with samples as the model of `card` takes them. Samples of another type would give wrong predictions
  /// without a word, because the normalisation in the graph is that of the training images.
  ///
  /// - Parameter isRangeGiven: whether somebody says which values these samples can have. They are then brought from
  ///   ``sampleRange`` to the model's range, whatever their type; without, they must be of the model's type.
  /// - Throws: ``ZooError`` naming a file, both types and what to do.
  func fitting(_ card: Card, isRangeGiven: Bool) throws(ZooError) -> Dataset {
    guard isRangeGiven else {
      guard sampleType.elementType != card.sampleType else { return self }
      throw ZooError(
        .badInput, file: entries.first.flatMap(source.file),
        problem: "has samples of \(sampleType) (\(Scaling.text(sampleType.range)))",
        expected: "\(card.sampleType) (\(Scaling.text(card.sampleRange))), as the model was trained on",
        remedy: "Save them as \(card.sampleType), or say by data.range=[LOWEST,HIGHEST] which values they can have")
    }
    guard sampleRange != card.sampleRange else { return self }
    var fitting = self
    fitting.scaling = Scaling(from: sampleRange, to: card.sampleRange)
    return fitting
  }

  /// The line through two ranges.
  struct Scaling {
    private let factor: Float
    private let from: Float
    private let to: Float

    init(from: ClosedRange<Float>, to: ClosedRange<Float>) {
      factor = (to.upperBound - to.lowerBound) / max(from.upperBound - from.lowerBound, .leastNormalMagnitude)
      self.from = from.lowerBound
      self.to = to.lowerBound
    }

    func callAsFunction(_ samples: [Float]) -> [Float] { samples.map { ($0 - from) * factor + to } }

    static func text(_ range: ClosedRange<Float>) -> String {
      let ends = [range.lowerBound, range.upperBound].map {
        JSONValue.number(Double($0)).canonicalText(indented: false)
      }
      return ends.joined(separator: "…")
    }
  }
}
