/// All that a model is made from before it is trained.
public struct ModelDescription: Sendable {
  /// What is subtracted from a channel's samples, and what they are then divided by.
  public struct Normalization: Sendable, Hashable {
    /// One for each channel, in units of the samples.
    public var mean: [Float]
    /// One for each channel, in units of the samples; more than 0.
    public var deviation: [Float]

    /// One of each for each channel; deviations are more than 0.
    public init(mean: [Float], deviation: [Float]) {
      self.mean = mean
      self.deviation = deviation
    }
  }

  /// What the card calls the model.
  public var name: String
  /// One line for the card.
  public var summary = ""
  /// Names of the channels, in the order of the input's channel dimension.
  public var channels: [String]
  /// Names of the classes, in the order of the logits.
  public var classes: [String]
  /// Pixels.
  public var height: Int
  /// Pixels.
  public var width: Int
  /// Frames of a sequence; `nil` for single images.
  public var frames: Int?
  /// Image to features.
  public var backbone: PartSpec
  /// What makes one vector of the frames' vectors; `nil` for single images.
  public var temporal: PartSpec?
  /// Features to logits.
  public var head: PartSpec
  /// `nil` leaves samples as they are.
  public var normalization: Normalization?
  /// The seed of the initial weights.
  public var seed: UInt64

  /// Nothing is checked here: ``Registry/assemble(_:operators:)`` refuses what doesn't fit.
  public init(
    name: String, channels: [String], classes: [String], height: Int, width: Int, frames: Int? = nil,
    backbone: PartSpec, temporal: PartSpec? = nil, head: PartSpec, normalization: Normalization? = nil,
    seed: UInt64 = 1
  ) {
    self.name = name
    self.channels = channels
    self.classes = classes
    self.height = height
    self.width = width
    self.frames = frames
    self.backbone = backbone
    self.temporal = temporal
    self.head = head
    self.normalization = normalization
    self.seed = seed
  }

  /// All that is wrong with the description itself, apart from its parts and their settings.
  func problems() -> [ZooError] {
    var problems: [ZooError] = []
    func check(_ path: String, _ right: Bool, _ problem: @autoclosure () -> String, _ expected: String) {
      if !right { problems.append(ZooError(.badInput, path: path, problem: problem(), expected: expected)) }
    }
    check("channels", !channels.isEmpty, "is empty", "at least one channel")
    check("channels", Set(channels).count == channels.count, "names a channel twice", "a name for each channel")
    check("classes", !classes.isEmpty, "is empty", "at least one class")
    check("classes", Set(classes).count == classes.count, "names a class twice", "a name for each class")
    let sizes = 1...(1 << 16)
    check("height", sizes.contains(height), "is \(height)", "1…\(sizes.upperBound) pixels")
    check("width", sizes.contains(width), "is \(width)", "1…\(sizes.upperBound) pixels")
    if let frames { check("frames", sizes.contains(frames), "is \(frames)", "1…\(sizes.upperBound)") }
    if let normalization {
      let count = channels.count
      check(
        "normalization", normalization.mean.count == count && normalization.deviation.count == count,
        "has \(normalization.mean.count) means and \(normalization.deviation.count) deviations",
        "\(count) of each, one for each channel")
      check(
        "normalization", normalization.mean.allSatisfy(\.isFinite), "has a mean that is not finite", "finite means")
      check(
        "normalization", normalization.deviation.allSatisfy { $0.isFinite && $0 > 0 },
        "has a deviation that is not positive", "deviations of more than 0")
    }
    check(
      "temporal", temporal == nil || frames != nil, "is given for single images",
      "`frames`, or no temporal part")
    check(
      "temporal", temporal != nil || frames == nil, "is missing for a model of sequences",
      "a temporal part such as 'lstm'")
    return problems
  }
}
