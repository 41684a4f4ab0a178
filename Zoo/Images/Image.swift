import ZooFormat

/// The samples of a picture as they were stored, without gamma, colour tables or scaling.
///
/// The samples are planar: frame after frame, in each channel after channel, in each row after row.
package struct Image: Sendable, Hashable {
  package var width: Int
  package var height: Int
  package var channels: Int
  package var frames: Int
  package var sampleType: SampleType
  /// Names of the channels if the file tells them, else empty.
  package var channelNames: [String]
  /// What may be names of the channels or of something else, e.g. titles of pages; else empty.
  package var channelTitles: [String] = []
  /// Whether the file says that its frames are slices in depth.
  package var framesAreSlices = false
  /// Whether 0 is white, and the highest value black.
  package var isInverted = false
  /// `frames × channels × height × width` values.
  package var samples: [Float]

  /// - Throws: ``ZooError`` if the number of samples isn't the product of the sizes.
  package init(
    width: Int, height: Int, channels: Int = 1, frames: Int = 1, sampleType: SampleType, channelNames: [String] = [],
    samples: [Float]
  ) throws(ZooError) {
    let count = try ImageHeader(
      width: width, height: height, channels: channels, frames: frames, sampleType: sampleType
    ).sampleCount()
    guard samples.count == count else {
      throw ZooError(
        .usage, problem: "\(samples.count) samples for an image of \(frames)×\(channels)×\(height)×\(width)",
        expected: "\(count) samples")
    }
    self.width = width
    self.height = height
    self.channels = channels
    self.frames = frames
    self.sampleType = sampleType
    self.channelNames = channelNames
    self.samples = samples
  }

  package var header: ImageHeader {
    ImageHeader(
      width: width, height: height, channels: channels, frames: frames, sampleType: sampleType,
      channelNames: channelNames, channelTitles: channelTitles, framesAreSlices: framesAreSlices,
      isInverted: isInverted)
  }
}

/// The sizes of an image, which are read and checked before its samples are.
package struct ImageHeader: Sendable, Hashable {
  package var width: Int
  package var height: Int
  package var channels = 1
  package var frames = 1
  package var sampleType: SampleType
  package var channelNames: [String] = []
  /// As in ``Image``.
  package var channelTitles: [String] = []
  /// As in ``Image``.
  package var framesAreSlices = false
  /// As in ``Image``. Samples come out as they are stored all the same.
  package var isInverted = false
  /// How many slices in depth the file has, of which one was chosen or all are projected.
  package var slices = 1
  /// Names of other files in the same folder that hold parts of the image.
  package var companions: [String] = []

  package init(
    width: Int, height: Int, channels: Int = 1, frames: Int = 1, sampleType: SampleType, channelNames: [String] = [],
    channelTitles: [String] = [], framesAreSlices: Bool = false, isInverted: Bool = false, slices: Int = 1,
    companions: [String] = []
  ) {
    self.width = width
    self.height = height
    self.channels = channels
    self.frames = frames
    self.sampleType = sampleType
    self.channelNames = channelNames
    self.channelTitles = channelTitles
    self.framesAreSlices = framesAreSlices
    self.isInverted = isInverted
    self.slices = slices
    self.companions = companions
  }

  /// `1 frame of 3 channels`, `5 slices of 1 channel`.
  package var sizesText: String {
    framesAreSlices
      ? "\(Figures.counted(frames, "slice")) of \(Figures.counted(channels, "channel"))"
      : Figures.frames(frames, channels: channels)
  }

  /// The most samples that an image may have: 1 GiB as floats.
  package static let largestSampleCount = 1 << 28

  /// The most channels that samples may have: more than any detector has, and few enough to count the values of each.
  package static let mostChannels = 512

  /// - Throws: ``ZooError`` if there are so many channels that they must be something else: a film or a stack of which
  ///   nobody says what its pages are.
  package func checkChannels(_ file: String) throws(ZooError) {
    guard channels > Self.mostChannels else { return }
    throw ZooError(
      .badInput, file: file, problem: "has \(channels) channels", expected: "at most \(Self.mostChannels)",
      remedy:
        "If its pages are frames, set data.axes=TYX and data.frames; if they are slices, data.axes=ZYX and data.slices")
  }

  /// - Parameters:
  ///   - wanted: frames of a sequence; `nil` for one picture.
  ///   - mayHaveMore: whether a film may be longer than the sequence.
  /// - Throws: ``ZooError`` that says what the pages may be, if there are more or fewer.
  package func checkFrames(_ wanted: Int?, file: String, mayHaveMore: Bool = false) throws(ZooError) {
    guard frames != wanted ?? 1, wanted.map({ !mayHaveMore || frames < $0 }) ?? true else { return }
    let remedy =
      if wanted != nil {
        mayHaveMore
          ? "Lower data.frames, or set data.accept=[shortSequences] to leave shorter films out"
          : "Give a film of so many frames"
      } else if framesAreSlices {
        "\(SliceChoice.remedy); if the pages are channels, set data.axes=CYX; if they are times, data.axes=TYX and data.frames"
      } else {
        "If the pages are channels, set data.axes=CYX; if they are frames, set data.frames; if they are slices in depth, set data.axes=TasZ, and data.slices to a number, max or mean"
      }
    throw ZooError(
      .badInput, file: file, problem: "has \(sizesText)",
      expected: wanted.map { "\(Figures.counted($0, "frame")), as data.frames says" } ?? "one picture", remedy: remedy)
  }

  /// `frames × channels × height × width`.
  /// - Throws: ``ZooError`` if a size is zero or negative, or the product is past what is taken into memory.
  package func sampleCount() throws(ZooError) -> Int {
    var product = 1
    for size in [width, height, channels, frames] {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow, next <= Self.largestSampleCount else {
        throw ZooError(
          .badInput,
          problem: "the image has \(Figures.frames(frames, channels: channels)) of \(width)×\(height) pixels",
          expected: "sizes of at least 1 and at most \(Self.largestSampleCount) samples")
      }
      product = next
    }
    // As samples, beside what they are decoded from and into.
    try MemoryAccount.current.check(product, of: 12, for: "the image")
    return product
  }
}
