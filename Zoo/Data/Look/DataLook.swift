import ZooFormat
import ZooImages
import ZooRuntime

/// What one sees who looks at a data set: who is there, how bright it is, what is doubtful, each with its items.
package struct DataLook: Codable, Sendable {
  /// Something to look at before training.
  package struct Finding: Codable, Sendable, Hashable {
    package var text: String
    /// The samples that it is about, at most ``mostItems``.
    package var items: [String] = []
    /// How many there are.
    package var count = 0

    package init(text: String, items: [String] = [], count: Int = 0) {
      self.text = text
      self.items = items
      self.count = count
    }
  }

  static let mostItems = 50

  package var name: String
  package var isSimulated: Bool
  package var channels: [String]
  package var classes: [String]
  package var frames: Int?
  package var height: Int
  package var width: Int
  package var splitRule: String
  /// The column that samples are told apart by; `nil` if the data have none.
  package var column: String?
  /// Its values.
  package var groups: [String]
  /// Group → class → subset → samples.
  package var counts: [String: [String: [String: Int]]]
  /// Samples whose pixels were looked at, of all.
  package var looked: Int
  package var samples: Int
  package var intensities: [IntensityDistribution]
  package var tracks: TrackLengths?
  package var audit: LeakAudit
  package var findings: [Finding]
  /// What was found while the data were opened.
  package var remarks: [String]

  /// What a page shows of the samples, in the order in which it is shown; not a part of the JSON.
  package var sheet = ContactSheet()

  private enum CodingKeys: String, CodingKey {
    case name, isSimulated, channels, classes, frames, height, width, splitRule, column, groups, counts, looked, samples
    case intensities, tracks, audit, findings, remarks
  }

  package struct Options: Sendable {
    /// The column that samples are told apart by; found if `nil`.
    package var column: String?
    /// Samples of a class and a group on the contact sheet.
    package var shown = 4
    /// Samples that are decoded for the histograms, evenly over all.
    package var most = 20_000
    package var threads = ThreadPool.availableProcessors

    package init() {}
  }

  /// O(pixels): the leaks need every sample.
  /// - Parameter name: What the page is called.
  /// - Throws: ``ZooError`` about the data or a column that isn't there.
  package init(
    _ name: String, _ data: DataSpec, _ options: Options = Options(),
    progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) throws(ZooError) {
    let dataset = try Dataset.open(data)
    let (split, refusal) = Self.split(dataset, data.split)
    let grouping = try LookGrouping(dataset, data.split.by, wanted: options.column)
    self.name = name
    isSimulated = dataset.isSimulated
    channels = dataset.channels
    classes = dataset.classes
    (frames, height, width) = (dataset.frames, dataset.height, dataset.width)
    splitRule = split.rule
    column = grouping.column
    groups = grouping.names
    samples = dataset.samples.count
    remarks = dataset.remarks + split.cautions
    counts = [:]
    for subset in Subset.allCases {
      for index in split[subset] {
        let label = dataset.samples[index].label.map { dataset.classes[$0] } ?? ""
        counts[grouping.name(index), default: [:]][label, default: [:]][subset.rawValue, default: 0] += 1
      }
    }
    let (seen, failures) = Self.look(dataset, most: options.most, threads: options.threads)
    looked = seen.count
    let brightness = LookBrightness(dataset, seen, grouping)
    intensities = brightness.distributions
    if let cells = dataset.source as? CellsSource {
      tracks = TrackLengths(cells)
    } else {
      tracks = TrackLengths(dataset, by: data.split.by)
    }
    audit = LeakAudit(
      dataset, split, by: data.split.by, threads: options.threads, progress: progress)
    findings = refusal + Self.findings(failures, dataset) + brightness.findings
    findings += ClassFindings(dataset, grouping, split).findings
    sheet = try ContactSheet(
      dataset, grouping, audit: audit, unusual: brightness.unusual, windows: brightness.windows, shown: options.shown,
      failed: Set(failures.map(\.index)))
  }

  /// The split, or what is wrong with it: then all is looked at as training.
  private static func split(_ dataset: Dataset, _ spec: DataSpec.Split) -> (split: Split, refusal: [Finding]) {
    do throws(ZooError) {
      return (try dataset.split(spec), [])
    } catch {
      let all = Split(dataset.samples.map { _ in .train }, rule: "none, because it can't be made")
      return (all, [Finding(text: "the data can't be split as the spec says: \(error)")])
    }
  }

  /// Decodes samples evenly drawn from all.
  private static func look(
    _ dataset: Dataset, most: Int, threads: Int
  ) -> (seen: [LookedSample], failures: [(index: Int, error: ZooError)]) {
    let count = dataset.samples.count
    let chosen = count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
    let results = ParallelMap.map(chosen, threads: threads) { index throws(ZooError) in
      LookedSample(try dataset.load(index), index: index, dataset: dataset)
    }
    var seen: [LookedSample] = []
    var failures: [(Int, ZooError)] = []
    for (index, result) in zip(chosen, results) {
      switch result {
      case .success(let sample): seen.append(sample)
      case .failure(let error): failures.append((index, error))
      }
    }
    return (seen, failures)
  }

  private static func findings(_ failures: [(index: Int, error: ZooError)], _ dataset: Dataset) -> [Finding] {
    guard let first = failures.first else { return [] }
    return [
      Finding(
        text: "\(Figures.counted(failures.count, "sample")) can't be decoded, e.g. \(first.error)",
        items: failures.prefix(mostItems).map { dataset.samples[$0.index].id }, count: failures.count)
    ]
  }

  /// What a terminal shows.
  package var text: String {
    let size = (frames.map { Figures.counted($0, "frame") + " of " } ?? "") + "\(height) × \(width)"
    var lines = [
      "\(name): \(Figures.counted(samples, "sample")) of \(classes.count) class\(classes.count == 1 ? "" : "es"), "
        + "\(size), \(channels.joined(separator: " "))" + (isSimulated ? " (a simulation, not microscope data)" : ""),
      "  split   \(splitRule)", "  leaks   \(audit.text)",
    ]
    if let column { lines.append("  \(column)  \(groups.count): \(groups.prefix(8).joined(separator: ", "))") }
    if let tracks {
      lines.append(
        "  tracks  \(tracks.tracks), of \(tracks.median) positions in the median, \(tracks.withGaps) with gaps")
    }
    lines += (findings.map(\.text) + audit.cautions + remarks).map { "  ! \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
