import ZooFormat

/// Predictions of cells in fields: a row for each cell and time point, as `zoo deaths` takes them.
public struct CellPredictions: Sendable {
  public let predictions: Predictions
  /// What the model is known by, so that predictions of two models can't be taken for one's.
  let model: String
  private let source: CellsSource
  /// The entry in the source of each item.
  private let entries: [Int]

  /// `nil` if the data aren't cells in fields.
  init?(_ predictions: Predictions, dataset: Dataset, indices: [Int], model: String) {
    guard let source = dataset.source as? CellsSource, predictions.items.count == indices.count else { return nil }
    self.predictions = predictions
    self.model = model
    self.source = source
    entries = indices.map { dataset.entries[$0] }
  }

  /// `id, experiment, well, field, frame, track, x, y, label, predicted`, a column `p_CLASS` with the probability of each
  /// class, `model` and, where there are such, `uncertain` and `warning`. Positions are in pixels, the centre of the first being 0; frames
  /// are numbered as the files are.
  public var csv: String {
    let hasCautions = predictions.items.contains { !$0.cautions.isEmpty }
    var text = CSV.line(
      ["id", "experiment", "well", "field", "frame", "track", "x", "y", "label", "predicted"]
        + predictions.classes.map { "p_" + $0 } + ["model"] + (predictions.hasAnswers ? ["uncertain"] : [])
        + (hasCautions ? ["warning"] : []))
    for (item, entry) in zip(predictions.items, entries) {
      let row = source.positions[entry]
      let field = source.images.fields[row.field]
      text += CSV.line(
        [
          item.id, field.values["experiment"] ?? "", field.values["well"] ?? "", field.name, "\(row.frame)", row.track,
          FieldFiles.text(row.x), FieldFiles.text(row.y), item.label.map { predictions.classes[$0] } ?? "",
          predictions.classes[item.predicted],
        ] + item.probabilities.map { "\($0)" } + [model] + (item.isUncertain.map { ["\($0)"] } ?? [])
          + (hasCautions ? [item.cautions.joined(separator: "; ")] : []))
    }
    return text
  }
}
