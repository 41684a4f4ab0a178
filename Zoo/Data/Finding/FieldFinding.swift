import Foundation
import ZooFormat
import ZooImages

/// Finds and tracks the cells of whole fields for which there is no table.
package struct FieldFinding: Sendable {
  package struct Options: Sendable {
    /// Pattern of the images' paths; found if `nil`.
    package var images: String?
    /// Names of the channels in the files' order, where the files don't name them.
    package var channelNames: [String] = []
    /// The channel of the stained nuclei.
    package var channel = "DNA"
    /// Usual diameter of a nucleus in pixels; measured in the first frame of each field if `nil`.
    package var diameter: Double?
    /// Farthest way between two frames in pixels; a diameter if `nil`.
    package var farthest: Double?
    /// Most frames that a cell may be missed in between.
    package var gap = 2
    package var threads = 2

    package init() {}
  }

  /// One line for each position, with the keys of its field.
  package private(set) var table: String
  /// The columns of ``table`` that tell fields apart.
  package let keys: [String]
  /// What was found, a clause each.
  package private(set) var findings: [String] = []
  package private(set) var positions = 0
  package private(set) var tracks = 0

  /// - Parameter progress: Called after each frame with the number of frames done so far; from several threads.
  /// - Throws: ``ZooError`` if no images fit, the channel isn't there, or a file is broken.
  package init(
    _ root: String, _ options: Options, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in },
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws(ZooError) {
    let folder = try FieldFolder(root)
    guard let pattern = options.images ?? CellLayout.images(folder) else {
      throw ZooError(
        .badInput, file: root, problem: "the folder has none of the known layouts of fields",
        expected: "images such as well/t0000_ch1.png", remedy: "Give --images, e.g. '{well}/t{frame}_ch{channel}.png'")
    }
    let images = try FieldImages(
      folder, ImagePatterns(FieldPattern(pattern, key: "--images")), names: options.channelNames, axes: .auto)
    guard let channel = images.channels.firstIndex(of: options.channel) else {
      throw Dataset.missing(options.channel, "--channel", "channel", among: images.channels)
    }
    keys = images.keys
    let planes = FieldPlanes(images, limit: 256 << 20)
    let total = images.fields.reduce(0) { $0 + $1.frameCount }
    let counter = FrameCounter()
    let results = ParallelMap.map(images.fields, threads: options.threads) { field throws(ZooError) in
      try Self.find(field, images, planes, channel, options) { () throws(ZooError) in
        progress(counter.next(), total)
        if isInterrupted() { throw ZooError(.interrupted, problem: "stopped") }
      }
    }
    table = CSV.line(images.keys + ["frame", "track", "parent", "x", "y", "area", "mean"])
    var diameters: [Double] = []
    for (field, result) in zip(images.fields, results) {
      let found = try result.get()
      diameters.append(found.diameter)
      positions += found.rows.count
      tracks += found.tracks
      let values = images.keys.map { field.values[$0] ?? "" }
      for row in found.rows { table += CSV.line(values + row) }
    }
    let (least, most) = (diameters.min() ?? 0, diameters.max() ?? 0)
    findings = [
      "images \(pattern), nuclei in \(options.channel)",
      "diameter of nuclei \(Figures.fixed(least, 1))–\(Figures.fixed(most, 1)) pixels\(options.diameter == nil ? ", measured in the first frames" : "")",
    ]
  }

  private static func find(
    _ field: FieldImages.Field, _ images: FieldImages, _ planes: FieldPlanes, _ channel: Int, _ options: Options,
    tick: () throws(ZooError) -> Void
  ) throws(ZooError) -> (rows: [[String]], tracks: Int, diameter: Double) {
    var finder: NucleusFinder?
    var frames: [[NucleusFinder.Nucleus]] = []
    for frame in 0..<field.frameCount {
      var nuclei: [NucleusFinder.Nucleus] = []
      if let plane = field.planes[frame * images.channels.count + channel] {
        let pixels = try planes.pixels(plane, width: field.width, height: field.height).values
        if finder == nil {
          let measured =
            options.diameter ?? NucleusFinder.diameter(in: pixels, width: field.width, height: field.height)
          finder = measured.map { NucleusFinder(diameter: $0) }
        }
        nuclei = finder?.find(pixels, width: field.width, height: field.height).nuclei ?? []
      }
      frames.append(nuclei)
      try tick()
    }
    let diameter = finder?.diameter ?? 0
    let tracker = CellTracker(farthest: options.farthest ?? max(1, diameter), gap: options.gap)
    let tracks = tracker.track(frames.map { $0.map { .init(x: $0.x, y: $0.y, area: Double($0.area)) } })
    var rows: [[String]] = []
    for (frame, nuclei) in frames.enumerated() {
      for (index, nucleus) in nuclei.enumerated() {
        let track = tracks.numbers[frame][index]
        rows.append([
          "\(field.firstFrame + frame)", "\(track)", "\(tracks.parents[track - 1])", FieldFiles.text(nucleus.x),
          FieldFiles.text(nucleus.y), "\(nucleus.area)", String(format: "%.2f", nucleus.mean),
        ])
      }
    }
    return (rows, tracks.parents.count, diameter)
  }
}
