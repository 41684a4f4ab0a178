import ZooData
import ZooFormat
import ZooPlugins

/// Cells ready for the model.
struct CellBatch: Sendable {
  /// Samples of the data set.
  var range: Range<Int>
  /// As many samples as all batches have; zeros behind the last of the range.
  var pixels: Tensor
  /// How each sample is unlike what the model was trained on.
  var cautions: [[String]]
}

/// Makes batches of cells in the order of the data, which is that of fields and frames: each plane is decoded once.
struct CellBatches: Sendable {
  let dataset: Dataset
  let source: CellsSource
  let card: Card
  let size: Int
  private let memory: BatchMemory

  init(_ dataset: Dataset, _ source: CellsSource, card: Card, size: Int) throws(ZooError) {
    self.dataset = dataset
    self.source = source
    self.card = card
    self.size = size
    memory = BatchMemory(
      byteCount: try TensorType(.float32, [size] + dataset.sampleShape).validated("batch").byteCount)
  }

  func batch(_ range: Range<Int>) throws(ZooError) -> CellBatch {
    let buffer = try memory.take()
    let watch = SampleWatch(card)
    var cautions: [[String]] = []
    for (row, index) in range.enumerated() {
      let output = buffer.floats + row * dataset.sampleSize
      do throws(ZooError) {
        try load(index, to: output)
        cautions.append(try watch.cautions(dataset, output))
      } catch {
        throw error.location.file == nil ? error.at(file: dataset.samples[index].id) : error
      }
    }
    if range.count < size {
      (buffer.floats + range.count * dataset.sampleSize)
        .update(repeating: 0, count: (size - range.count) * dataset.sampleSize)
    }
    return CellBatch(range: range, pixels: try buffer.tensor([size] + dataset.sampleShape), cautions: cautions)
  }

  private func load(_ index: Int, to output: UnsafeMutablePointer<Float>) throws(ZooError) {
    let isAsCut =
      dataset.scaling == nil && source.windows.height == dataset.height && source.windows.width == dataset.width
    guard isAsCut else {
      let samples = try dataset.load(index)
      samples.withUnsafeBufferPointer { samples in
        if let base = samples.baseAddress { output.update(from: base, count: samples.count) }
      }
      return
    }
    try source.cut(dataset.entries[index], channels: dataset.sourceChannels, into: output)
  }
}
