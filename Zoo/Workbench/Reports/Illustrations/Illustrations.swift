import ZooData
import ZooPlugins

/// What the report of a run shows of its data and of its model at work: pictures and figures that need both.
struct Illustrations: Sendable {
  /// One channel of an item; the frames of a sequence are side by side.
  struct Picture: Sendable {
    /// The channel's.
    let name: String
    /// The bytes of a PNG file.
    let png: [UInt8]
  }

  struct Example: Sendable {
    let item: Predictions.Item
    /// `nil` if nobody knows.
    let trueClass: String?
    let predictedClass: String
    var pictures: [Picture] = []
    /// The same with the places that speak for the predicted class.
    var maps: [Picture] = []
  }

  /// The surest of the wrong.
  var wrong: [Example] = []
  /// The surest of the right, in turn of each class.
  var right: [Example] = []
  /// The first items of the first training batch, as the network gets them.
  var batch: [(className: String, pictures: [Picture])] = []
  var explanations: Explanations?
  var projection: Projection?
  /// Why something is missing.
  var notes: [String] = []

  /// Items of the test set that the occlusion is the mean of.
  static let explained = 24
  /// Items that features are shown of.
  static let projected = 300

  /// The longest side of a frame in a picture, in pixels.
  static func side(frames: Int?) -> Int { frames == nil ? 112 : 56 }
}

/// The features of items in the plane of their two principal components.
struct Projection: Sendable {
  /// The share of the variance along each axis.
  let shares: [Double]
  let points: [(x: Double, y: Double)]
  let embedding: Embedding

  init(_ embedding: Embedding) {
    let components = PrincipalComponents(embedding.items.map(\.features))
    shares = components.shares
    points = components.scores.map { ($0.first ?? 0, $0.count > 1 ? $0[1] : 0) }
    self.embedding = embedding
  }
}
