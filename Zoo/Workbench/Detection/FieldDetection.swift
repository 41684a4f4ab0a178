import Foundation
import ZooData
import ZooPlugins

/// Finds the cells of whole fields by a model with a dense head, and follows them over time: nobody has to segment them.
package struct FieldDetection: Sendable {
  package struct Options: Sendable {
    /// Pattern of the images' paths; found if `nil`.
    package var images: String?
    /// Channel → pattern of the images, instead of `images`.
    package var channelImages: [String: String] = [:]
    /// Names of the channels in the files' order, where the files don't name them.
    package var channelNames: [String] = []
    /// The same for some folders.
    package var folders = FolderChannels()
    /// What is said of the files' pages.
    package var axes = PageAxes.auto
    var slices: SliceChoice?
    var exclude: [String] = []
    var synonyms = ChannelSynonyms()
    /// The values that the files' camera can give, if they are to be brought to the model's range.
    package var range: ClosedRange<Float>?
    /// Least probability that there is a cell.
    package var threshold: Float = 0.5
    /// Two cells are at least so far apart, in pixels.
    package var distance = 12.0
    /// Farthest way from one frame to the next, in pixels; ``distance`` · 1.5 if `nil`.
    package var farthest: Double?
    /// Hours between two frames; what the images say if `nil`.
    package var frameInterval: Double?
    /// Most frames that a cell may be missed in between.
    package var gap = 2

    package init() {}
  }

  /// The cells of one field.
  struct FieldCells: Sendable {
    var field: FieldImages.Field
    /// For each frame.
    var detections: [[Detection]]
    /// The track of each, from 1.
    var tracks: [[Int]]
  }

  let fields: [FieldCells]
  private let images: FieldImages
  /// `nil` if nobody says when frames were taken.
  private let clock: FrameClock?
  /// Without the background.
  package let classes: [String]
  package let model: String
  /// What was found, a clause each.
  package let findings: [String]

  package var count: Int { fields.reduce(0) { $0 + $1.detections.reduce(0) { $0 + $1.count } } }
  package var trackCount: Int { fields.reduce(0) { $0 + ($1.tracks.joined().max() ?? 0) } }

  /// - Parameter progress: Called after each frame with the number of frames done so far.
  /// - Throws: ``ZooError`` if no images fit, a channel of the model isn't there, samples are of another type, or a file is
  ///   broken.
  init(
    _ dense: DenseModel, fingerprint: String, root: String, _ options: Options, isInterrupted: () -> Bool = { false },
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    let folder = try FieldFolder(root, exclude: options.exclude)
    var given = DataSpec()
    given.cells.images = options.images ?? (options.channelImages.isEmpty ? CellLayout.images(folder) : nil)
    given.cells.channelImages = options.channelImages
    guard let pattern = try ImagePatterns(given) else {
      throw ZooError(
        .badInput, file: root, problem: "the folder has none of the known layouts of fields",
        expected: "images such as well/t0000_ch1.png",
        remedy: "Say data.cells.images=PATTERN, e.g. '{well}/t{frame}_ch{channel}.png'")
    }
    let images = try FieldImages(
      folder, pattern, names: pattern.channels == nil ? options.channelNames : [], folders: options.folders,
      axes: options.axes, slices: options.slices, synonyms: options.synonyms)
    let channels = try Self.channels(of: dense.card, in: images)
    let scaling = try Self.scaling(dense.card, images, options.range)
    if let file = images.files.first {
      try CropScale.check(pixelSize: FieldScale.pixelSize(file), dense.card, file: file)
    }
    // A plane is read once.
    let planes = FieldPlanes(images, limit: 0)
    let watch = SampleWatch(dense.card)
    var fields: [FieldCells] = []
    var cautions: [String] = []
    var done = 0
    let total = images.fields.reduce(0) { $0 + $1.frameCount }
    for field in images.fields {
      var detections: [[Detection]] = []
      for frame in 0..<field.frameCount {
        var pixels: [PackedPixels] = []
        for (place, channel) in channels.enumerated() {
          guard let plane = field.planes[frame * images.channels.count + channel] else {
            throw ZooError(
              .badInput, file: field.name,
              problem: "frame \(field.firstFrame + frame) has no '\(images.channels[channel])'",
              expected: "every channel of the model (\(dense.card.channels.joined(separator: ", "))) in every frame")
          }
          let found = try planes.pixels(plane, width: field.width, height: field.height)
          if scaling == nil {
            var extent = watch.extent(channel: place)
            found.forEachPlane(of: field.width * field.height) { _, plane in extent.add(plane) }
            do throws(ZooError) {
              if let caution = try watch.caution(channel: place, extent), cautions.isEmpty {
                cautions.append("\(field.name), frame \(field.firstFrame + frame): \(caution)")
              }
            } catch {
              throw error.at(file: images.files[plane.file])
            }
          }
          pixels.append(found)
        }
        let map = try dense.map(
          pixels, width: field.width, height: field.height, scaling: scaling, isInterrupted: isInterrupted)
        detections.append(
          dense.detections(map, threshold: options.threshold, distance: options.distance).filter {
            $0.x >= -0.5 && $0.y >= -0.5 && $0.x < Double(field.width) && $0.y < Double(field.height)
          })
        done += 1
        progress(done, total)
      }
      var tracker = CellTracker(farthest: options.farthest ?? 1.5 * options.distance)
      tracker.gap = options.gap
      let tracks = tracker.track(detections.map { $0.map { .init(x: $0.x, y: $0.y, area: 1) } })
      fields.append(FieldCells(field: field, detections: detections, tracks: tracks.numbers))
    }
    self.fields = fields
    self.images = images
    clock = FrameClock(images, interval: options.frameInterval)
    classes = dense.cellClasses
    model = fingerprint
    findings =
      [
        "images \(pattern.text), \(Figures.counted(images.fields.count, "field"))",
        "a position every \(dense.field.stride[0]) pixels, each seeing \(dense.field.size[0])×\(dense.field.size[1])",
      ] + folder.excluded + [images.stacks].compactMap { $0 } + cautions
  }

  private static func channels(of card: Card, in images: FieldImages) throws(ZooError) -> [Int] {
    var channels: [Int] = []
    for name in card.channels {
      guard let index = images.channels.firstIndex(of: name) else {
        throw Dataset.missing(name, "data.imageChannels", "channel", among: images.channels)
      }
      channels.append(index)
    }
    return channels
  }

  private static func scaling(
    _ card: Card, _ images: FieldImages, _ range: ClosedRange<Float>?
  ) throws(ZooError) -> RangeScaling? {
    if let range { return range == card.sampleRange ? nil : RangeScaling(from: range, to: card.sampleRange) }
    guard images.sampleType.elementType != card.sampleType else { return nil }
    throw ZooError(
      .badInput, file: images.files.first, problem: "has samples of \(images.sampleType)",
      expected: "\(card.sampleType), as the model was trained on",
      remedy: "Say by data.range=[LOWEST,HIGHEST] which values they can have")
  }

  /// Points to hold the cells against: a CSV file as it stands, or the middles of boxes of COCO's JSON or of a folder of YOLO's
  /// text files, whose images are those that were searched.
  package func truth(_ path: String) throws(ZooError) -> CSVTable {
    if FileKind(path) == .folder || path.lowercased().hasSuffix(".json") { return try BoxTables.truth(path, images) }
    return try CSVTable(FileBytes.read(path), file: path)
  }

  /// `id, experiment, well, field`, a column for each further part of the images' pattern that tells fields apart, `frame,
  /// track, x, y, score, predicted`, a column `p_CLASS` for each class, and `model`; where
  /// it is known also `time` behind the frame, in hours since the film's first: a row for each cell in each frame, as
  /// `zoo deaths` takes them.
  package var csv: String {
    var text = CSV.line(
      ["id"] + images.placeColumns + ["frame"] + (clock == nil ? [] : ["time"])
        + ["track", "x", "y", "score", "predicted"] + classes.map { "p_" + $0 } + ["model"])
    for (number, cells) in fields.enumerated() {
      let field = cells.field
      for (time, detections) in cells.detections.enumerated() {
        let frame = field.firstFrame + time
        let hours = clock.map { FieldFiles.text($0.hours(images, field: number, frame: frame)) }
        for (place, detection) in detections.enumerated() {
          let track = "\(cells.tracks[time][place])"
          let id = "\(field.name.isEmpty ? "" : field.name + "/")t\(FieldFiles.padded(frame, 4))/\(track)"
          text += CSV.line(
            [id] + images.places(field) + ["\(frame)"] + (hours.map { [$0] } ?? []) + [
              track, FieldFiles.text(detection.x), FieldFiles.text(detection.y), "\(detection.score)",
              classes[detection.predicted],
            ] + detection.probabilities.map { "\($0)" } + [model])
        }
      }
    }
    return text
  }
}

extension ModelUse {
  /// Finds the cells of the fields in a folder; see ``FieldDetection``. Of the overrides, those count that say something of
  /// images: `data.cells.images`, and ``imageKeys``.
  package func found(
    in root: String, overrides: [String], _ options: FieldDetection.Options, isInterrupted: () -> Bool = { false },
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws -> FieldDetection {
    let keys = Self.imageKeys + ["data.cells.images", "data.cells.channelImages", FolderChannels.key]
    if let other = overrides.first(where: { word in !keys.contains { word.hasPrefix($0 + "=") } }) {
      throw ZooError(
        .usage, problem: "'\(other)' says nothing of whole fields", expected: keys.joined(separator: ", ") + " alone",
        remedy: "Leave it out")
    }
    let given = try SpecReader(registry: nil).readOne(text: "{}", file: "predict", overrides: overrides).data
    let own = model.card.spec.isEmpty ? nil : try? model.spec(overrides: [], path: path).data
    var options = options
    options.images = given.cells.images
    options.channelImages = given.cells.channelImages
    options.axes = given.axes == .auto && own?.axes == .timesAreSlices ? .timesAreSlices : given.axes
    options.slices = given.slices ?? own?.slices
    options.exclude = given.exclude
    options.synonyms = ChannelSynonyms(given.channelNames).filled(from: ChannelSynonyms(own?.channelNames ?? [:]))
    options.range = given.sampleRange
    options.folders = FolderChannels(given.folderChannels)
    // Where the order differed in training, nobody knows it here.
    let inherited = own?.folderChannels.isEmpty == true ? own?.imageChannels : nil
    options.channelNames = given.imageChannels.isEmpty ? inherited ?? [] : given.imageChannels
    let dense = try DenseModel(model, path: path, threads: threads, precision: precision)
    return try FieldDetection(
      dense, fingerprint: fingerprint, root: root, options, isInterrupted: isInterrupted, progress: progress)
  }
}
