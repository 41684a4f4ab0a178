import Foundation
import ZooData
import ZooPlugins

/// Predictions of cells in fields: cut, classified and handed on in one pass through the fields, however many there are.
package struct CellPrediction: Sendable {
  /// What a model said of one cell at one time.
  package struct Row: Sendable {
    /// Index of the sample in the data.
    package var index: Int
    /// One for each class.
    package var probabilities: [Float]
    /// How the cell is unlike what the model was trained on.
    package var cautions: [String]
    /// The class that is answered, and whether it isn't to be relied on.
    package var answer: Decision.Answer
    /// Index of the class that is answered.
    package var predicted: Int { answer.index }
  }

  package let dataset: Dataset
  /// What the model is known by, so that predictions of two models can't be taken for one's.
  package let model: String
  /// Of all that rows depend on: model, data and how they are read.
  package let key: String
  let source: CellsSource
  /// `nil` if nobody says when frames were taken.
  let clock: FrameClock?
  private let loaded: LoadedModel
  private let batch: Int

  /// Cells and time points.
  package var count: Int { dataset.samples.count }
  package var classes: [String] { dataset.classes }

  /// `nil` if the data aren't cells in fields.
  /// - Parameter frameInterval: Hours between two frames; what tables or images say if `nil`.
  init?(
    _ model: Model, fingerprint: String, dataset: Dataset, spec: Spec, frameInterval: Double? = nil, threads: Int,
    precision: Pass.Precision, batch: Int = 32
  ) {
    guard let source = dataset.source as? CellsSource else { return nil }
    self.dataset = dataset
    self.source = source
    self.model = fingerprint
    self.batch = max(1, min(batch, dataset.samples.count))
    clock = FrameClock(source.images, interval: frameInterval, positions: source.positions)
    loaded = LoadedModel(model, threads: threads, precision: precision)
    var text = "\(fingerprint)\n\(precision.rawValue)\n\(spec.canonicalText)\n\(dataset.samples.count)\n"
    // Models of the same weights may decide otherwise.
    if let decision = loaded.model.card.decision { text += "\(decision)\n" }
    if let frameInterval { text += "\(frameInterval) h between frames\n" }
    for file in source.images.files {
      let facts = try? FileManager.default.attributesOfItem(atPath: file)
      let size = (facts?[.size] as? Int) ?? 0
      let date = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      text += "\(file) \(size) \(date)\n"
    }
    key = RunPart.hexadecimal(SHA256.digest(Array(text.utf8)))
  }

  /// Classifies the cells from number `first` on and hands them on in their order, a batch at a time.
  /// - Parameters:
  ///   - isInterrupted: Asked before each batch; the work then ends with an error of kind `interrupted`.
  /// - Throws: ``ZooError`` about a file or a cell; whatever `take` throws.
  package func run(
    from first: Int = 0, isInterrupted: () -> Bool = { false }, take: ([Row]) throws -> Void
  ) throws {
    guard first < count, let input = loaded.model.graph.requiredInputs.first?.name else { return }
    let batches = try CellBatches(dataset, source, card: loaded.model.card, size: batch)
    // What can't be compiled is run node by node.
    _ = try? loaded.executable(for: [input: TensorType(.float32, [batch] + dataset.sampleShape)])
    let (size, total) = (batch, count)
    let queue = AheadQueue(
      0..<(total - first + size - 1) / size, threads: loaded.threads.count, ahead: loaded.threads.count + 1
    ) { number throws(ZooError) in
      try batches.batch(first + number * size..<min(total, first + (number + 1) * size))
    }
    defer { queue.close() }
    while true {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped while predicting") }
      guard let batch = try queue.next() else { return }
      let outputs = try loaded.run([input: batch.pixels])
      guard let values: [Float] = outputs[Registry.Border.output]?.values(), values.count == size * classes.count
      else {
        throw ZooError(.badInput, tensor: Registry.Border.output, problem: "the model has no probabilities as output")
      }
      try take(
        batch.range.enumerated().map { place, index in
          row(
            index, Array(values[place * classes.count..<(place + 1) * classes.count]), cautions: batch.cautions[place])
        })
    }
  }

  /// What was written.
  package struct Written: Sendable {
    /// Cells that an earlier run had classified.
    package var earlier: Int
    /// What a person should know of the rest.
    package var caution: String?
    package var verdicts: CellVerdicts
  }

  private func row(_ index: Int, _ probabilities: [Float], cautions: [String]) -> Row {
    let answer = (decision ?? Decision()).answer(probabilities, classes: classes)
    return Row(index: index, probabilities: probabilities, cautions: cautions, answer: answer)
  }

  /// How probabilities become answers, if the model says so.
  var decision: Decision? { loaded.model.card.decision }

  /// Writes the table to a file, a row for each cell and time point, whole or not at all. A run that was stopped, also by
  /// `kill -9`, goes on where it was when the same command is given again. Memory grows by five bytes a cell.
  /// - Parameter progress: Called after each batch with the cells classified in this run and those that it began with to do.
  package func write(
    to path: String, isInterrupted: () -> Bool = { false },
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws -> Written {
    let samples = dataset.samples
    var verdicts = CellVerdicts(count: count)
    let table = try GrowingTable(path, key: key, header: header) { number, line in
      guard number < samples.count, line.starts(with: (Escape.csv(samples[number].id) + ",").utf8),
        let probabilities = probabilities(in: line)
      else { return false }
      verdicts.set(row(number, probabilities, cautions: []))
      return true
    }
    let first = table.rowCount
    var summary = CautionSummary()
    var done = first
    try run(from: first, isInterrupted: isInterrupted) { rows in
      var text = ""
      for row in rows {
        text += line(row)
        verdicts.set(row)
        summary.add(row.cautions, id: samples[row.index].id)
      }
      try table.add(text)
      done += rows.count
      progress(done - first, count - first)
    }
    try table.finish()
    return Written(earlier: first, caution: summary.text, verdicts: verdicts)
  }

  /// What all cells are, without a table.
  package func verdicts(
    isInterrupted: () -> Bool = { false }, take: ([Row]) throws -> Void = { _ in }
  ) throws -> CellVerdicts {
    var verdicts = CellVerdicts(count: count)
    try run(isInterrupted: isInterrupted) { rows in
      for row in rows { verdicts.set(row) }
      try take(rows)
    }
    return verdicts
  }
}

/// Counts the items that are unlike training as they pass.
package struct CautionSummary {
  private var first: (id: String, cautions: [String])?
  private var unlike = 0
  private var all = 0

  package init() {}

  package mutating func add(_ cautions: [String], id: @autoclosure () -> String) {
    all += 1
    guard !cautions.isEmpty else { return }
    unlike += 1
    if first == nil { first = (id(), cautions) }
  }

  /// One line with the figures of the first: a whole plate has the same thing wrong with it.
  package var text: String? {
    first.map { PixelCaution.text(unlike: unlike, of: all, id: $0.id, cautions: $0.cautions) }
  }
}
