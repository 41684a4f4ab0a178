import ZooData
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
      try sampleType.check(card, file: entries.first.flatMap(source.file))
      return self
    }
    guard sampleRange != card.sampleRange else { return self }
    var fitting = self
    fitting.scaling = RangeScaling(from: sampleRange, to: card.sampleRange)
    return fitting
  }
}
