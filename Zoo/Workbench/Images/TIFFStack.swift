import Foundation
import ZooFormat

/// What the planes of a TIFF file are: channels, frames or both, as the file says it, else as the caller does.
struct TIFFStack {
  /// Pages of one frame.
  let channels: Int
  let frames: Int
  /// Whether the frames are slices in depth.
  let areSlices: Bool
  /// `[frame][channel]`, flat.
  let planes: [TIFFPlane]
  private let names: [String]
  private let titles: [String]
  /// What all pages are like.
  let page: TIFFPage

  /// O(pages).
  /// - Throws: ``ZooError`` if what is said contradicts what is there, planes are missing, the planes are a stack in depth
  ///   over time, or it isn't said which of two readings is meant.
  init(_ set: TIFFSet, _ reading: ImageReading) throws(ZooError) {
    let found = try Self.planes(set, reading)
    guard found.slices == 1 || found.times == 1 else {
      throw ZooError(
        .badInput, problem: "the TIFF file has \(found.slices) slices at each of \(found.times) times",
        expected: "one slice or one time",
        remedy: "Project or choose a slice first, e.g. with Fiji (Image > Stacks > Z Project)")
    }
    channels = found.channels
    frames = found.slices * found.times
    areSlices = found.slices > 1
    planes = found.planes
    names = found.names
    titles = found.titles
    page = set.first.pages[found.planes.first?.directory ?? set.first.images[0]]
  }

  var header: ImageHeader {
    get throws(ZooError) {
      let count = channels * page.samplesPerPixel
      var names = self.names.count == count ? self.names : []
      if names.isEmpty, count == 1 { names = ["gray"] }
      if names.isEmpty, page.isColour, channels == 1, count == 3 || count == 4 {
        names = Array(["red", "green", "blue", "alpha"].prefix(count))
      }
      var header = ImageHeader(
        width: page.width, height: page.height, channels: count, frames: frames, sampleType: try page.sampleType,
        channelNames: names)
      header.channelTitles = titles.count == count ? titles : []
      header.framesAreSlices = areSlices
      header.isInverted = page.isInverted
      return header
    }
  }

  private static func planes(_ set: TIFFSet, _ reading: ImageReading) throws(ZooError) -> TIFFPlanes {
    let document = set.first
    let note = document.note
    let tags = document.tags
    let imageJ = ImageJDescription(note)
    let shaped = ShapedDescription(note)
    let metaMorph = MetaMorphStack(tags)
    let pages = document.images.map { TIFFPlane(directory: $0) }
    let page = document.pages[document.images[0]]
    // One directory may stand for many planes.
    var stored = pages
    var shape: TIFFPlanes.Axes?
    if let shaped { shape = try? shapedAxes(shaped, document) }
    let declared =
      metaMorph?.planeCount ?? imageJ?.planeCount ?? shape?.reduce(1) { $0 &* $1.size }
    if pages.count == 1, let declared, declared > 1, declared <= ImageHeader.largestSampleCount {
      try TIFFPageReader.checkSuccessors(document, page, count: declared)
      stored = (0..<declared).map { TIFFPlane(directory: page.directory, successor: $0) }
    }
    if reading.axes != .auto { return try planes(stored, reading, samplesPerPixel: page.samplesPerPixel) }
    if OMEXML.isOME(note) { return try OMEPlanes.planes(set, note: note) }

    let microManager = MicroManagerPage.all(document)
    var labels = PlaneLabels(labels: ImageJDescription.labels(tags))
    if microManager.count == stored.count {
      labels = PlaneLabels(labels: microManager.map(\.channel), areChannels: true)
    }
    if let imageJ, let axes = try imageJ.axes() {
      return try TIFFPlanes(stored, axes: axes, source: "ImageJ's description", labels: labels)
    }
    if let planes = try MicroManagerPage.planes(stored, microManager) { return planes }
    if let metaMorph, metaMorph.axis != "?" {
      return try TIFFPlanes(stored, axes: [(metaMorph.axis, metaMorph.planeCount)], source: "MetaMorph's tag")
    }
    if let axes = LSMInfo.axes(tags, pages: stored.count) {
      return try TIFFPlanes(stored, axes: axes, source: "Zeiss' tag")
    }
    if let shaped {
      let axes = try shapedAxes(shaped, document)
      guard axes.first?.axis != "T" || axes.count == 1 || (reading.frames ?? 1) > 1 || !shaped.axes.isEmpty else {
        throw ZooError(
          .badInput,
          problem:
            "the TIFF file holds \(axes[0].size) images of \(Figures.counted(stored.count / axes[0].size, "page")) each",
          expected: "one picture", remedy: "Write one file for each, or set data.axes=CYX if all pages are channels")
      }
      if !axes.contains(where: { $0.axis == "?" }) {
        return try TIFFPlanes(stored, axes: axes, source: "the description of the TIFF file")
      }
    }
    if let planeCount = imageJ?.planeCount, planeCount != stored.count {
      return try TIFFPlanes(stored, axes: [("C", planeCount)], source: "ImageJ's description")
    }
    if labels.labels.isEmpty, document.images.contains(where: { !document.pages[$0].name.isEmpty }) {
      labels = PlaneLabels(labels: document.images.map { document.pages[$0].name })
    }
    var planes = try unstated(stored, reading, page, shape: shape, labels: labels)
    // Titles of pages may be anything.
    if !labels.areChannels, ImageJDescription.labels(tags).isEmpty {
      (planes.names, planes.titles) = ([], planes.names + planes.titles)
    }
    return planes
  }

  /// The axes of the pages of a file of tifffile's: those of its array, and before them the count of arrays if several were
  /// written one after the other.
  private static func shapedAxes(
    _ shaped: ShapedDescription, _ document: TIFFDocument
  ) throws(ZooError) -> TIFFPlanes.Axes {
    let axes = try shaped.planeAxes(document.pages[document.images[0]])
    let note = document.note
    let arrays = document.images.compactMap {
      document.pages[$0].note == note ? shaped : ShapedDescription(document.pages[$0].note)
    }
    guard arrays.count > 1 else { return axes }
    guard arrays.allSatisfy({ $0.shape == shaped.shape }) else {
      throw ZooError(
        .badInput, problem: "the TIFF file holds \(arrays.count) images of different shapes", expected: "one",
        remedy: "Write one file for each")
    }
    let inner = axes.reduce(1) { $0 * $1.size }
    // One plane at a time, as films are written; else images of several planes, which only frames can be.
    return [(inner == 1 ? "?" : "T", arrays.count)] + axes.filter { $0.size > 1 }
  }

  /// As `data.axes` has it.
  private static func planes(
    _ stored: [TIFFPlane], _ reading: ImageReading, samplesPerPixel: Int
  ) throws(ZooError) -> TIFFPlanes {
    let count = stored.count
    let axes: TIFFPlanes.Axes
    switch reading.axes {
    case .auto, .channels: axes = [("C", count)]
    case .frames: axes = [("T", count)]
    case .framesOfChannels, .channelsOfFrames:
      let pages = Figures.counted(count, "page")
      let frames: Int
      if let given = reading.frames, given != .max {
        guard given > 0, count % given == 0 else {
          throw ZooError(
            .badInput, problem: "the TIFF file has \(pages)",
            expected:
              "a multiple of \(Figures.counted(given, "frame")), as data.axes=\(reading.axes.rawValue) and data.frames say",
            remedy: "Set data.frames to the frames that the file has, or data.axes to what its pages are")
        }
        frames = given
      } else if let channels = reading.channels {
        // As many frames as there are, of so many channels each.
        let each = max(channels / samplesPerPixel, 1)
        guard count % each == 0 else {
          throw ZooError(
            .badInput, problem: "the TIFF file has \(pages)",
            expected:
              "a multiple of \(Figures.counted(each, "channel")), as data.axes=\(reading.axes.rawValue) and data.imageChannels say",
            remedy: "Name as many channels as the file has, or set data.axes to what its pages are")
        }
        frames = count / each
      } else {
        throw ZooError(
          .badInput,
          problem:
            "the TIFF file has \(pages), and nothing says how many of them are channels (data.axes=\(reading.axes.rawValue))",
          expected: "the names of the channels", remedy: "Set data.imageChannels, e.g. data.imageChannels=[BF, PI]")
      }
      let channels = count / frames
      let both: TIFFPlanes.Axes = [("T", frames), ("C", channels)]
      axes = reading.axes == .framesOfChannels ? both : both.reversed()
    }
    return try TIFFPlanes(stored, axes: axes, source: "data.axes")
  }

  /// Pages of which nothing is said: channels of a picture or frames of a sequence.
  private static func unstated(
    _ stored: [TIFFPlane], _ reading: ImageReading, _ page: TIFFPage, shape: TIFFPlanes.Axes?, labels: PlaneLabels
  ) throws(ZooError) -> TIFFPlanes {
    func planes(_ axes: TIFFPlanes.Axes) throws(ZooError) -> TIFFPlanes {
      try TIFFPlanes(stored, axes: axes, source: "the TIFF file", labels: labels)
    }
    let count = stored.count
    guard let frames = reading.frames, frames > 1 else { return try planes([("C", count)]) }
    guard count > frames, count % frames == 0 else { return try planes([("T", count)]) }
    let channels = count / frames
    guard reading.channels == nil || reading.channels == channels * page.samplesPerPixel else {
      return try planes([("T", count)])
    }
    // An array's shape may leave one reading only.
    let sizes = (shape ?? []).map(\.size).filter { $0 > 1 }
    if sizes == [frames, channels], frames != channels || shape?.first?.axis == "T" {
      return try planes([("T", frames), ("C", channels)])
    }
    if sizes == [channels, frames], frames != channels { return try planes([("C", channels), ("T", frames)]) }
    throw ZooError(
      .badInput,
      problem:
        "the \(count) pages of the TIFF file may be \(frames) frames of \(channels) channels each, or \(channels) channels of \(frames) frames each, and the file doesn't say which",
      expected: "axes in the file (OME-TIFF, ImageJ hyperstack), or in the spec",
      remedy:
        "Set data.axes=TCYX if all channels of a frame follow each other, data.axes=CTYX if all frames of a channel do")
  }
}
