import Foundation
import ZooData
import ZooPlugins

extension ModelUse {
  /// Data that a model is to predict, opened.
  package struct Opened: Sendable {
    let dataset: Dataset
    let spec: Spec
  }

  /// Whether the words after a model's name are data to be opened (a spec, or a folder of fields for a model of cells)
  /// rather than images.
  package func areData(_ words: [String]) -> Bool {
    guard words.count <= 1 else { return false }
    guard let word = words.first else { return true }
    return Self.isSpec(word) || isFieldFolder(word)
  }

  private static func isSpec(_ word: String) -> Bool { word.hasSuffix(".json5") || word.hasSuffix(".json") }

  /// Whether a folder holds fields with tables, and the model was trained on cells.
  private func isFieldFolder(_ path: String) -> Bool {
    guard FileKind(path) == .folder, let own = try? model.spec(overrides: [], path: self.path),
      own.data.source == .cells, let folder = try? FieldFolder(path)
    else { return false }
    if let patterns = try? ImagePatterns(own.data) { return patterns.fits(folder) }
    return CellLayout.detect(folder) != nil
  }

  /// Opens all items, labelled or not, of the data that a spec or the model's own spec with `overrides` describes.
  /// - Parameters:
  ///   - place: a spec, or a folder in place of the one that the model was trained with; `nil` for that.
  ///   - tell: takes what was found in the data, a sentence each.
  package func opened(
    _ place: String?, overrides: [String], tell: (String) -> Void = { _ in }
  ) throws -> Opened {
    var spec: Spec
    if let place, Self.isSpec(place) {
      spec = try described(by: place, overrides: overrides, tell: tell)
    } else {
      let root = place.map { ["data.root=" + Escape.json($0)] } ?? []
      spec = try model.spec(overrides: root + overrides, path: path)
    }
    spec.data.split.by = []
    Self.dropMissingLabels(&spec.data)
    let dataset = try Self.dataset(&spec.data, tell)
      .fitting(model.card, isRangeGiven: Self.givesRange(overrides, spec))
    if let source = dataset.source as? CellsSource { try CropScale.check(source, model.card) }
    dataset.remarks.forEach(tell)
    return Opened(dataset: dataset, spec: spec)
  }

  /// Tables of new cells needn't have the column that labels were learnt from.
  private static func dataset(_ data: inout DataSpec, _ tell: (String) -> Void) throws -> Dataset {
    do { return try Dataset.open(data, for: .prediction) } catch {
      guard data.source == .cells, let label = data.cells.columns["label"] else { throw error }
      var without = data
      without.cells.columns["label"] = nil
      guard let dataset = try? Dataset.open(without, for: .prediction) else { throw error }
      tell("the tables have no labels: there is no column '\(label)'")
      data = without
      return dataset
    }
  }

  /// The data of another spec as the model takes them: channels, classes, size and, of cells, the way in which they are cut
  /// are those of training.
  private func described(by file: String, overrides: [String], tell: (String) -> Void) throws -> Spec {
    var spec = try SpecReader(registry: nil).readOne(file, overrides: overrides)
    spec.data.channels = model.card.channels
    spec.data.classes = model.card.classes
    (spec.data.height, spec.data.width) = (model.card.imageSize.height, model.card.imageSize.width)
    spec.data.frames = model.card.frames
    guard spec.data.source == .cells, let own = try? model.spec(overrides: [], path: path).data.cells else {
      return spec
    }
    let given = spec.data.cells
    spec.data.cells.size = own.size
    spec.data.cells.border = own.border
    spec.data.cells.mask = own.mask
    spec.data.cells.before = own.before
    spec.data.cells.step = own.step
    spec.data.cells.follow = own.follow
    if spec.data.cells != given { tell("cells are cut as in training, not as \(file) says") }
    return spec
  }

  /// Labels don't have to be there for predictions; those of a dye would take a pass through all fields.
  private static func dropMissingLabels(_ data: inout DataSpec) {
    guard data.source == .cells, let root = data.root else { return }
    func isThere(_ file: String) -> Bool { FileKind(file.hasPrefix("/") ? file : "\(root)/\(file)") == .file }
    let isKnown =
      switch data.labels.from {
      case .table: true
      case .annotations: CellLabels.hasAnnotations(data.labels, root: root, exclude: data.exclude)
      case .plateMap: (data.cells.plateMap.map { [$0] } ?? PlateMap.names).contains(where: isThere)
      case .pi: false
      }
    if !isKnown { data.labels.from = .table }
  }

  /// The cells of fields; `nil` if the data are something else.
  /// - Parameter frameInterval: Hours between two frames; what tables or images say if `nil`.
  package func cells(in data: Opened, frameInterval: Double? = nil) -> CellPrediction? {
    CellPrediction(
      model, fingerprint: fingerprint, dataset: data.dataset, spec: data.spec, frameInterval: frameInterval,
      threads: threads, precision: precision)
  }

  /// Predictions for all items.
  package func predicted(_ data: Opened) throws -> Predictions {
    try predictions(data.dataset, Array(data.dataset.samples.indices), subset: "") { _ in "" }
  }
}
