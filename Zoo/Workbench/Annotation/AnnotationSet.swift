import Foundation
import ZooData
import ZooFormat
import ZooPlugins

/// What a person is to label: strips of crops, each strip a track in the order of its frames, or a single sample.
package struct AnnotationSet: Sendable {
  package struct Crop: Sendable {
    package var id: String
    /// The values of ``AnnotationSet/columns``.
    var values: [String]
    /// Class and probability by the model that was asked.
    var suggestion: (name: String, probability: Double)?
  }

  package struct Strip: Sendable {
    package var name: String
    package var crops: [Crop]
    /// A PNG with a row for each channel and a column for each crop; of a sequence a column for each frame.
    var png: [UInt8]
    var columns: Int
  }

  package struct Options: Sendable {
    /// Strips on the page, evenly drawn from all unless a model says which it is least sure of.
    package var limit = 100
    /// The model that is asked.
    package var suggest: String?
    /// Drawing and order of the strips.
    package var seed: UInt64 = 1
    package var threads = ThreadPool.availableProcessors

    package init() {}
  }

  /// A longer track makes several strips.
  static let longest = 24
  /// Longest side of a crop on the page, in pixels.
  private static let side = 64
  /// The label of what nobody can say; `data.labels.ignore` has it.
  static let uncertain = "uncertain"

  package let name: String
  package let classes: [String]
  package let channels: [String]
  /// Of the table that is saved, before `label`.
  package let columns: [String]
  package let strips: [Strip]
  /// How many strips there are in the data.
  package let available: Int
  package let isSimulated: Bool
  /// The model that was asked.
  let suggester: String?
  /// Width and height of a crop on the page.
  let tile: (width: Int, height: Int)

  /// O(pixels) of what is shown, and with a model of everything.
  /// - Throws: ``ZooError`` about the data or the model, or if the spec names no classes and the data have none.
  package init(_ spec: Spec, _ options: Options = Options()) throws {
    var data = spec.data
    if data.source == .cells {
      // A crop for each position; what was labelled before isn't looked at.
      data.frames = nil
      data.labels.from = .table
    }
    let dataset = try Dataset.open(data, for: .prediction)
    guard dataset.classes.count > 1 else {
      throw ZooError(
        .badInput, path: "data.classes", problem: "the data name \(Figures.counted(dataset.classes.count, "class"))",
        expected: "the classes to choose from", remedy: "Set data.classes, e.g. 'data.classes=[alive, dead]'")
    }
    let rows = try AnnotationRows(dataset, data)
    var order = Array(rows.strips.indices)
    var random = KeyedRandom(seed: options.seed, KeyedRandom.key("annotate"))
    random.shuffle(&order)
    var suggestions: [String: (name: String, probability: Double)] = [:]
    if let model = options.suggest {
      suggestions = try Self.suggestions(spec, model, threads: options.threads)
      // The least sure crop of a strip decides; what the model says nothing of comes last.
      let doubt = rows.strips.map { strip in
        strip.samples.compactMap { suggestions[dataset.samples[$0].id].map { 1 - $0.probability } }.max() ?? -1
      }
      order.sort { (doubt[$0], $1) > (doubt[$1], $0) }
    }
    let shown = Array(order.prefix(options.limit))
    let windows = try Self.windows(dataset, threads: options.threads)
    let pictures = ParallelMap.map(shown, threads: options.threads) { place throws(ZooError) in
      try Self.picture(dataset, rows.strips[place].samples, windows)
    }
    var strips: [Strip] = []
    var size = (width: 1, height: 1)
    for (place, picture) in zip(shown, pictures) {
      let found = try picture.get()
      size = (found.width, found.height)
      let row = rows.strips[place]
      strips.append(
        Strip(
          name: row.name,
          crops: zip(row.samples, row.values).map { sample, values in
            let id = dataset.samples[sample].id
            return Crop(id: id, values: values, suggestion: suggestions[id])
          }, png: found.png, columns: found.columns))
    }
    name = spec.name
    classes = dataset.classes
    channels = dataset.channels
    columns = rows.columns
    self.strips = strips
    available = rows.strips.count
    isSimulated = dataset.isSimulated
    suggester = options.suggest
    tile = size
  }

  /// What a model says of each sample, by the sample's name.
  private static func suggestions(
    _ spec: Spec, _ path: String, threads: Int
  ) throws -> [String: (name: String, probability: Double)] {
    let model = try Model.load(path)
    let card = model.card
    var data = spec.data
    if data.source == .cells { data.labels.from = .table }
    (data.channels, data.classes, data.frames) = (card.channels, card.classes, card.frames)
    (data.height, data.width) = (card.imageSize.height, card.imageSize.width)
    let dataset = try Dataset.open(data, for: .prediction).fitting(card, isRangeGiven: data.range != nil)
    let items = try Predictor(model, threads: threads).predictions(
      SampleCache(dataset, limit: 0), Array(dataset.samples.indices), subset: "", group: { _ in "" })
    return Dictionary(
      items.map { ($0.id, (card.classes[$0.predicted], Double($0.probabilities[$0.predicted]))) }
    ) { first, _ in first }
  }

  /// What is black and white in each channel, over samples evenly drawn.
  private static func windows(_ dataset: Dataset, threads: Int) throws(ZooError) -> [ClosedRange<Float>] {
    let count = min(dataset.samples.count, 400)
    let chosen = (0..<count).map { $0 * dataset.samples.count / count }
    let results = ParallelMap.map(chosen, threads: threads) { index throws(ZooError) in
      LookedSample(try dataset.load(index), index: index, dataset: dataset)
    }
    var seen: [LookedSample] = []
    for result in results { seen.append(try result.get()) }
    return dataset.channels.indices.map { channel in
      LookBrightness.window(seen.flatMap { $0.values[channel] }.filter(\.isFinite).sorted())
    }
  }

  private struct StripPicture: Sendable {
    var png: [UInt8]
    var columns: Int
    var width: Int
    var height: Int
  }

  /// Channels from top to bottom, crops or frames from left to right.
  private static func picture(
    _ dataset: Dataset, _ samples: [Int], _ windows: [ClosedRange<Float>]
  ) throws(ZooError) -> StripPicture {
    var columns: [[[Float]]] = []
    var size = (width: 0, height: 0)
    for sample in samples {
      let tiles = try ChannelTiles(
        dataset, sample, frames: Array(0..<(dataset.frames ?? 1)), windows: windows, longest: side)
      size = (tiles.width, tiles.height)
      columns += (0..<tiles.rows).map { row in (0..<tiles.columns).map { tiles.tile(row: row, column: $0) } }
    }
    let (width, height) = (size.width * columns.count, size.height * dataset.channels.count)
    var pixels = [Float](repeating: 0, count: width * height)
    for (place, column) in columns.enumerated() {
      for (channel, tile) in column.enumerated() {
        for y in 0..<size.height {
          let start = (channel * size.height + y) * width + place * size.width
          for x in 0..<size.width { pixels[start + x] = tile[y * size.width + x] }
        }
      }
    }
    return StripPicture(
      png: try PNGWriter.encode(
        Image(width: width, height: height, channels: 1, frames: 1, sampleType: .uint8, samples: pixels)),
      columns: columns.count, width: size.width, height: size.height)
  }
}
