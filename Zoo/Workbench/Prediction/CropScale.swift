import ZooData
import ZooPlugins

/// Whether cells are as large in pixels as those that a model was trained on.
enum CropScale {
  /// The note of a model's card that says how many micrometres its crops are wide.
  static let note = "crop width in micrometres"
  /// Cells differ by more than this among themselves.
  private static let tolerance = 0.05

  /// - Throws: ``ZooError`` if both widths are known and differ by more than a twentieth.
  static func check(_ source: CellsSource, _ card: Card) throws(ZooError) {
    guard let trained = card.notes[note].flatMap({ Double($0) }), let here = source.cropMicrometres,
      let size = source.pixelSize, abs(here / trained - 1) > tolerance
    else { return }
    let pixels = Int(saturating: (trained / size).rounded())
    throw ZooError(
      .badInput, path: "data.cells.size",
      problem: "crops are \(Figures.significant(here)) µm wide, at \(Figures.significant(size)) µm a pixel",
      expected: "\(Figures.significant(trained)) µm, as the model was trained on",
      remedy: "Set data.cells.size=\(pixels), or data.cells.pixelSize if the images say it wrongly")
  }

  /// The same for whole fields.
  static func check(pixelSize: Double?, _ card: Card, file: String?) throws(ZooError) {
    guard let trained = card.notes[note].flatMap({ Double($0) }), let pixelSize, card.imageSize.width > 0 else {
      return
    }
    let wanted = trained / Double(card.imageSize.width)
    guard abs(pixelSize / wanted - 1) > tolerance else { return }
    throw ZooError(
      .badInput, file: file, problem: "has \(Figures.significant(pixelSize)) µm a pixel",
      expected: "\(Figures.significant(wanted)) µm, as the model was trained on", remedy: "Resize the fields first")
  }
}
