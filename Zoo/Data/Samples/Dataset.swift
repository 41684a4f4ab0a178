import ZooFormat
import ZooImages
import ZooRuntime

/// Labelled samples and the way to their pixels: what training, evaluation and prediction take.
///
/// A value: copies share the source. ``load(_:)`` may be called from any number of threads.
package struct Dataset: Sendable {
  /// One item: an image, or a sequence of images.
  package struct Sample: Sendable, Hashable {
    /// Unique in the data set and the same in every run, e.g. a path relative to the root.
    package var id: String
    /// Index into ``Dataset/classes``; `nil` if it isn't known.
    package var label: Int?
    /// One value for each of ``Dataset/groupColumns``.
    package var groups: [String]
    /// Where the source itself puts the sample, if it does.
    package var subset: Subset?
    /// What the sample is a part of, e.g. the sequence that it is a window of; never on both sides of a split.
    package var unit: String?
    /// How much it counts in the loss, above 0.
    package var weight: Float = 1

    package init(
      id: String, label: Int? = nil, groups: [String], subset: Subset? = nil, unit: String? = nil, weight: Float = 1
    ) {
      self.id = id
      self.label = label
      self.groups = groups
      self.subset = subset
      self.unit = unit
      self.weight = weight
    }
  }

  package let samples: [Sample]
  /// In the order of the logits.
  package let classes: [String]
  /// In the order of the loaded pixels.
  package let channels: [String]
  package let groupColumns: [String]
  /// Frames of each sequence; `nil` for images.
  package let frames: Int?
  package let height: Int
  package let width: Int
  /// What the samples were stored as. Loaded pixels are unscaled, unless they are brought to a model's range.
  package let sampleType: SampleType
  /// The values that the camera can give, as far as it is known.
  package var sampleRange: ClosedRange<Float>
  /// What a user of the data must know, e.g. that it is a simulation.
  package let note: String?
  /// Whether a simulation made the samples, now or when it wrote them into files.
  package let isSimulated: Bool
  /// What was found in the data and decided on, a sentence each without a full stop: samples that are left out, by
  /// reason; columns that aren't used; how a table is written.
  package let remarks: [String]

  /// Images whose headers can't be read and that `data.onError: skip` left out.
  package var skipped: [ZooError] = []
  /// The groups of each of them.
  package var skippedGroups: [[String]] = []

  package let source: any SampleSource
  /// For each sample its entry in the source, for each channel its place in the source.
  package let entries: [Int]
  package let sourceChannels: [Int]
  /// `data.folderChannels`: with other names the same files are other data.
  package var folderChannels: [String: [String]] = [:]
  /// Whether the spec says what channels are by their places in files or by their numbers.
  package var hasChannelsByPlace = false
  /// Whether splits are asked for groups that they take apart. Not where such a split is only tried.
  var tellsTornGroups = true
  /// What loaded samples go through to be as a model takes them; `nil` if they are as they should be.
  package var scaling: RangeScaling?

  package init(
    samples: [Sample], classes: [String], channels: [String], groupColumns: [String], frames: Int?, height: Int,
    width: Int, sampleType: SampleType, sampleRange: ClosedRange<Float>, note: String?, isSimulated: Bool,
    remarks: [String], skipped: [ZooError] = [], source: any SampleSource, entries: [Int], sourceChannels: [Int],
    scaling: RangeScaling? = nil
  ) {
    self.samples = samples
    self.classes = classes
    self.channels = channels
    self.groupColumns = groupColumns
    self.frames = frames
    self.height = height
    self.width = width
    self.sampleType = sampleType
    self.sampleRange = sampleRange
    self.note = note
    self.isSimulated = isSimulated
    self.remarks = remarks
    self.skipped = skipped
    self.source = source
    self.entries = entries
    self.sourceChannels = sourceChannels
    self.scaling = scaling
  }

  /// `[C, H, W]`, or `[T, C, H, W]` for sequences.
  package var sampleShape: [Int] { (frames.map { [$0] } ?? []) + [channels.count, height, width] }

  /// Whether samples count differently in the loss.
  package var isWeighted: Bool { samples.contains { $0.weight != 1 } }

  package var sampleSize: Int { sampleShape.reduce(1, *) }

  /// Decodes the pixels of a sample and brings them to ``sampleShape``. O(pixels), and reads its files every time.
  /// - Throws: ``ZooError`` naming the file that is broken or doesn't fit.
  package func load(_ index: Int) throws(ZooError) -> [Float] {
    guard samples.indices.contains(index) else {
      throw ZooError(.usage, problem: "there is no sample \(index)", expected: "an index below \(samples.count)")
    }
    let image = try source.image(entries[index], channels: sourceChannels)
    guard image.channels == channels.count, image.frames == frames ?? 1 else {
      throw ZooError(
        .badInput, file: samples[index].id,
        problem: "has \(Figures.frames(image.frames, channels: image.channels))",
        expected: "\(Figures.frames(frames ?? 1, channels: channels.count))")
    }
    let samples = PlaneResize(width: image.width, height: image.height, toWidth: width, toHeight: height)(image.samples)
    return scaling?(samples) ?? samples
  }
}

/// The part of the data that a sample is used for.
package enum Subset: String, Sendable, Hashable, Codable, CaseIterable {
  case train, validation, test
}
