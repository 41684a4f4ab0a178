import ZooFormat

/// An image, or the frames of a sequence, as a camera or another program holds it: named channels of any size.
///
/// ```swift
/// let image = try ImagePixels(camera, channels: ["BF", "PI"], height: 512, width: 512, layout: .interleaved)
/// let result = try classifier.classify(image)
/// ```
/// The pixels are copied, as float32: four bytes each.
public struct ImagePixels: Sendable {
  /// The order of pixels in memory, the slowest axis first; rows follow each other without gaps.
  public enum Layout: Sendable, Hashable, CaseIterable {
    /// Frames, channels, rows, columns.
    case planar
    /// Frames, rows, columns, channels.
    case interleaved
  }

  /// How far apart neighbours are in memory, in samples; may be negative, for images that are stored upside down.
  public struct Strides: Sendable, Hashable {
    /// From a frame to the next.
    public var frame: Int
    /// From a channel to the next.
    public var channel: Int
    /// From a row to the one below.
    public var row: Int
    /// From a pixel to its right neighbour.
    public var column: Int

    /// Distances in samples, not bytes.
    public init(frame: Int = 0, channel: Int, row: Int, column: Int = 1) {
      self.frame = frame
      self.channel = channel
      self.row = row
      self.column = column
    }

    /// Those of an image without gaps.
    public init(_ layout: Layout, channels: Int, height: Int, width: Int) {
      switch layout {
      case .planar: self.init(frame: channels * height * width, channel: height * width, row: width)
      case .interleaved:
        self.init(frame: channels * height * width, channel: 1, row: width * channels, column: channels)
      }
    }
  }

  /// The names of the channels, in the order in which they were given.
  public let channels: [String]
  /// In pixels.
  public let height: Int
  /// In pixels.
  public let width: Int
  /// 1 for a single image.
  public let frames: Int
  /// What the pixels came as.
  public let sampleType: ElementType
  /// The values that the camera can give, if they aren't those of the model's card: pixels are then brought from this range
  /// to the card's, whatever their type. E.g. `0...4095` for 12 bits where a model was trained on 16.
  public var range: ClosedRange<Float>?
  /// By channel: frames, rows, columns.
  private let planes: [[Float]]

  /// Takes an image without gaps between its rows. O(samples): they are copied, four bytes each.
  /// - Parameters:
  ///   - samples: frames × channels × height × width numbers in the order of `layout`.
  ///   - channels: as the model's card names them; others may be among them.
  ///   - height: in pixels.
  ///   - width: in pixels.
  ///   - frames: of a sequence; 1 for a single image.
  ///   - layout: whether channels lie one behind the other or side by side.
  /// - Throws: `ZooError` if a size isn't positive, the number of samples is another, or a name comes twice.
  public init<Sample: PixelSample>(
    _ samples: [Sample], channels: [String], height: Int, width: Int, frames: Int = 1, layout: Layout = .planar
  ) throws(ZooError) {
    let count = try Self.checked(channels, height: height, width: width, frames: frames)
    guard samples.count == count else {
      throw ZooError(
        .usage, problem: "the image has \(samples.count) samples",
        expected: "\(count) (\(frames) × \(channels.count) × \(height) × \(width))")
    }
    self = samples.withUnsafeBufferPointer { buffer in
      Self(
        gathering: { buffer[$0] }, channels: channels, height: height, width: width, frames: frames,
        strides: Strides(layout, channels: channels.count, height: height, width: width))
    }
  }

  /// Copies an image out of memory that somebody else owns, e.g. a camera's buffer with padded rows. O(samples),
  /// four bytes each.
  /// - Parameters:
  ///   - unsafeBase: the first sample of the first row of the first channel. All that `strides` reach must be readable during
  ///     this call; afterwards the memory isn't needed.
  ///   - channels: as the model's card names them; others may be among them.
  ///   - height: in pixels.
  ///   - width: in pixels.
  ///   - frames: of a sequence; 1 for a single image.
  ///   - strides: in samples, not bytes.
  /// - Throws: `ZooError` if a size isn't positive or a name comes twice.
  public init<Sample: PixelSample>(
    unsafeBase: UnsafePointer<Sample>, channels: [String], height: Int, width: Int, frames: Int = 1, strides: Strides
  ) throws(ZooError) {
    _ = try Self.checked(channels, height: height, width: width, frames: frames)
    self.init(
      gathering: { unsafeBase[$0] }, channels: channels, height: height, width: width, frames: frames, strides: strides)
  }

  /// Takes planes that were gathered already: for each channel frames × height × width numbers.
  package init(planes: [[Float]], channels: [String], height: Int, width: Int, frames: Int, sampleType: ElementType) {
    self.planes = planes
    self.channels = channels
    self.height = height
    self.width = width
    self.frames = frames
    self.sampleType = sampleType
  }

  private init<Sample: PixelSample>(
    gathering sample: (Int) -> Sample, channels: [String], height: Int, width: Int, frames: Int, strides: Strides
  ) {
    self.channels = channels
    self.height = height
    self.width = width
    self.frames = frames
    sampleType = Sample.elementType
    planes = channels.indices.map { channel in
      [Float](unsafeUninitializedCapacity: frames * height * width) { target, count in
        var position = 0
        for frame in 0..<frames {
          for y in 0..<height {
            let row = frame * strides.frame + channel * strides.channel + y * strides.row
            for x in 0..<width {
              target[position] = sample(row + x * strides.column).floatValue
              position += 1
            }
          }
        }
        count = position
      }
    }
  }

  private static func checked(_ channels: [String], height: Int, width: Int, frames: Int) throws(ZooError) -> Int {
    guard height > 0, width > 0, frames > 0, !channels.isEmpty else {
      throw ZooError(
        .usage, problem: "the image has \(frames) frames of \(channels.count) channels of \(height) × \(width)",
        expected: "at least one of each")
    }
    guard Set(channels).count == channels.count else {
      throw ZooError(.usage, problem: "two channels have one name", expected: "\(Set(channels).sorted())")
    }
    var count = 1
    for size in [frames, channels.count, height, width] {
      let (next, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw ZooError(.usage, problem: "no image has as many pixels") }
      count = next
    }
    return count
  }

  /// The pixels by channel as ``Classifier/classify(_:)-([String:[Float]])`` takes them: of the card's size, by the
  /// interpolation that training and the tool use.
  /// - Throws: `ZooError` if samples are of another type than the card's, or frames are more or fewer.
  func fitted(to card: Card) throws(ZooError) -> [String: [Float]] {
    guard sampleType == card.sampleType || sampleType == .float32 || range != nil else {
      throw ZooError(
        .usage, problem: "the image's samples are \(sampleType)",
        expected: "\(card.sampleType), as the model was trained on",
        remedy: "Say by `range` which values they can have, or give them as Float, brought to the card's range")
    }
    guard frames == card.frames ?? 1 else {
      throw ZooError(
        .usage, problem: "the image has \(frames) \(frames == 1 ? "frame" : "frames")", expected: "\(card.frames ?? 1)")
    }
    let size = card.imageSize
    let resize = PlaneResize(width: width, height: height, toWidth: size.width, toHeight: size.height)
    let used = zip(channels, planes).filter { card.channels.contains($0.0) }
    let scaling = range.flatMap { $0 == card.sampleRange ? nil : RangeScaling(from: $0, to: card.sampleRange) }
    let fitted = used.map { resize($0.1) }.map { scaling?($0) ?? $0 }
    return Dictionary(uniqueKeysWithValues: zip(used.map(\.0), fitted))
  }
}
