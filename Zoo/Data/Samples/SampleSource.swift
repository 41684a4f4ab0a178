import ZooFormat
import ZooImages

/// Where samples come from. A new kind of data is a new conforming type and one line in `Dataset.open`.
///
/// A source lists what there is; selection of classes and channels, resizing and splitting are the same for all and stand
/// elsewhere.
package protocol SampleSource: Sendable {
  var entries: [SourceEntry] { get }
  /// Names of the channels in the order of the files.
  var channels: [String] { get }
  /// The classes in their declared order; `nil` if the source has no order of its own.
  var declaredClasses: [String]? { get }
  /// The columns that each entry's `groups` holds values of.
  var groupColumns: [String] { get }
  /// The columns that each entry's `facets` holds values of.
  var facetColumns: [String] { get }
  /// Frames of each entry; `nil` for images.
  var frames: Int? { get }
  var sampleType: SampleType { get }
  /// The values that the camera can give; that of the sample type if nothing better is known.
  var sampleRange: ClosedRange<Float> { get }
  /// What a user of the data must know.
  var note: String? { get }
  /// Groups that were left out as wholes, and why, a sentence each: what is too few for a split follows from it.
  var lost: [String] { get }

  /// Decodes the chosen channels of one entry. Called from several threads at once.
  func image(_ entry: Int, channels: [Int]) throws(ZooError) -> Image

  /// What can be found out about the entries without decoding them.
  func review(_ entries: [Int], channels: [Int]) -> SourceReview

  /// A file that the entry is read from, for messages; `nil` if there is none of its own.
  func file(_ entry: Int) -> String?

  /// Bytes that change whenever the stored contents of the entry change; they go into the data fingerprint.
  func content(_ entry: Int) throws(ZooError) -> [UInt8]
}

/// What the headers of a source's files say.
package struct SourceReview: Sendable {
  package struct Size: Sendable, Hashable {
    package var width: Int
    package var height: Int
  }

  /// What is wrong.
  package var problems: [ZooError] = []
  /// Entries whose files can't be read as images, and why.
  package var unreadable: [(entry: Int, error: ZooError)] = []
  /// How many entries are stored in which size, in pixels; empty where none is stored by itself.
  package var sizes: [Size: Int] = [:]
  /// How many entries are read from files with how many slices in depth, of which one is chosen or all are projected.
  package var slices: [Int: Int] = [:]
  /// How many entries have slices in depth as their frames.
  package var slicesAsFrames = 0

  package init() {}

  /// What is done with slices in depth; `nil` where there are none.
  package func stacks(_ choice: SliceChoice?) -> String? {
    if slicesAsFrames > 0 {
      return SlicesAsFrames.remark(slicesAsFrames, "sample", areItems: true)
    }
    guard let choice, slices.keys.contains(where: { $0 > 1 }) else { return nil }
    let found = slices.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4).map {
      "\(Figures.counted($0.key, "slice")) in \($0.value)"
    }
    return "samples are stacks of \(found.joined(separator: ", ")); \(choice.deed) (data.slices: \(choice.text))"
  }

  /// What becomes of sizes that differ, or that have other proportions than `width` × `height`; `nil` for neither.
  func resizing(width: Int, height: Int) -> String? {
    let stretched = sizes.filter { size, _ in
      let ratio = Double(size.width * height) / Double(max(size.height * width, 1))
      return ratio > 1.1 || ratio < 1 / 1.1
    }.values.reduce(0, +)
    guard sizes.count > 1 || stretched > 0 else { return nil }
    let sorted = sizes.sorted { ($1.value, $0.key.width, $0.key.height) < ($0.value, $1.key.width, $1.key.height) }
    let shown = sorted.prefix(3).map { "\($0.key.width)×\($0.key.height) in \($0.value)" }
    let found = shown.joined(separator: ", ") + (sorted.count > 3 ? " and \(sorted.count - 3) other sizes" : "")
    return "images are of \(found), and are resized to \(width)×\(height) pixels"
      + (stretched > 0 ? "; \(stretched) of other proportions are stretched" : "")
  }

  /// Pictures so oblong that they most likely hold several side by side.
  var strips: String? {
    let found = sizes.filter { size, _ in max(size.width, size.height) >= Self.stripShare * min(size.width, size.height)
    }
    guard let (size, _) = found.max(by: { ($0.value, $1.key.width) < ($1.value, $0.key.width) }) else { return nil }
    return
      "unsure: \(Figures.counted(found.values.reduce(0, +), "image")) of \(size.width)×\(size.height) pixels and the like: if they are frames or cells side by side, cut them apart, for each is taken as one picture"
  }

  private static let stripShare = 4
}

/// One item of a source.
package struct SourceEntry: Sendable {
  package var id: String
  /// The class as the source calls it, without blanks at its ends.
  package var className: String?
  package var groups: [String]
  package var subset: Subset?
  /// What the entry is a part of, e.g. the sequence that it is a window of; never on both sides of a split.
  package var unit: String?
  /// How much the entry counts in the loss, above 0.
  package var weight: Float
  /// What results are told apart by and groups aren't made of, e.g. the frame: one value for each column of the source.
  package var facets: [String]
  /// The event from which on a film has its label.
  package var event: FilmEvent?

  package init(
    id: String, className: String?, groups: [String] = [], subset: Subset? = nil, unit: String? = nil,
    weight: Float = 1, facets: [String] = []
  ) {
    self.id = id
    self.className = className?.trimmed
    self.groups = groups
    self.subset = subset
    self.unit = unit
    self.weight = weight
    self.facets = facets
  }
}

extension SampleSource {
  package var declaredClasses: [String]? { nil }
  package var groupColumns: [String] { [] }
  package var facetColumns: [String] { [] }
  package var frames: Int? { nil }
  package var sampleRange: ClosedRange<Float> { sampleType.range }
  package var note: String? { nil }
  package var lost: [String] { [] }
  package func file(_ entry: Int) -> String? { nil }
  package func review(_ entries: [Int], channels: [Int]) -> SourceReview { SourceReview() }
}
