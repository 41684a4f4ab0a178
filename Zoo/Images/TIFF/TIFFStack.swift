import Foundation
import ZooFormat

/// What the planes of a TIFF file are: channels, frames or both, as the file says it, else as the caller does.
struct TIFFStack {
  /// Pages of one frame.
  let channels: Int
  let frames: Int
  /// Whether the frames are slices in depth.
  let areSlices: Bool
  /// Slices that each frame is put together from; 1 without a projection.
  let depth: Int
  /// What is done with slices, if it is said.
  let choice: SliceChoice?
  /// `[frame][slice][channel]`, flat: all planes that are decoded.
  let stored: [TIFFPlane]
  /// Slices in the file, be they frames, projected or chosen from.
  private let slicesInFile: Int
  private let names: [String]
  private let titles: [String]
  /// What all pages are like.
  let page: TIFFPage

  /// O(pages).
  /// - Throws: ``ZooError`` if what is said contradicts what is there, planes are missing, the planes are a stack in depth
  ///   over time, or it isn't said which of two readings is meant.
  init(_ set: TIFFSet, _ reading: ImageReading) throws(ZooError) {
    var found = try Self.planes(set, reading)
    if reading.axes == .timesAreSlices { found = try found.withTimesAsSlices() }
    try reading.slices?.check(count: found.slices)
    slicesInFile = found.slices
    choice = reading.slices
    names = found.names
    titles = found.titles
    channels = found.channels
    page = set.first.pages[found.planes.first?.directory ?? set.first.images[0]]
    if let choice {
      areSlices = false
      frames = found.times
      if case .plane(let number) = choice {
        depth = 1
        let (times, slices, channels) = (found.times, found.slices, found.channels)
        stored = (0..<times).flatMap { time in
          let start = (time * slices + number - 1) * channels
          return found.planes[start..<start + channels]
        }
      } else {
        depth = found.slices
        stored = found.planes
      }
      return
    }
    guard found.slices == 1 || found.times == 1 else {
      throw ZooError(
        .badInput, problem: "the TIFF file has \(found.slices) slices at each of \(found.times) times",
        expected: "one slice or one time",
        remedy: SliceChoice.remedy)
    }
    depth = 1
    frames = found.slices * found.times
    areSlices = found.slices > 1
    stored = found.planes
  }

  /// Where the slices of a plane are, of one channel of pages.
  func slices(frame: Int, channel: Int) -> some Sequence<TIFFPlane> {
    (0..<depth).lazy.map { stored[(frame * depth + $0) * channels + channel] }
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
      header.slices = choice == nil ? 1 : slicesInFile
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
    if !reading.axes.isStated {
      return try planes(stored, reading, reading.axes, samplesPerPixel: page.samplesPerPixel)
    }
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
    if !reading.unstatedAxes.isStated {
      return try planes(stored, reading, reading.unstatedAxes, samplesPerPixel: page.samplesPerPixel)
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
    _ stored: [TIFFPlane], _ reading: ImageReading, _ form: PageAxes, samplesPerPixel: Int
  ) throws(ZooError) -> TIFFPlanes {
    let count = stored.count
    let axes: TIFFPlanes.Axes
    switch form {
    case .auto, .timesAreSlices, .channels: axes = [("C", count)]
    case .frames: axes = [("T", count)]
    case .slices: axes = [("Z", count)]
    case .framesOfChannels, .channelsOfFrames, .slicesOfChannels, .channelsOfSlices:
      let isTime = form == .framesOfChannels || form == .channelsOfFrames
      let channels: Int
      if let known = reading.channels {
        channels = max(known / samplesPerPixel, 1)
        try checkMultiple(count, of: channels, form)
      } else if isTime, let frames = reading.frames ?? Optional(1), frames != .max {
        guard count % frames == 0 else {
          throw ZooError(
            .badInput, problem: "the TIFF file has \(Figures.counted(count, "page"))",
            expected: "a multiple of \(frames) frames, as data.axes=\(form.rawValue) and data.frames say",
            remedy: "Set data.frames to the frames that the file has, or name its channels in data.imageChannels")
        }
        channels = count / frames
      } else {
        throw ZooError(
          .badInput,
          problem:
            "the TIFF file has \(Figures.counted(count, "page")), and nothing says how many of them are channels",
          expected: "the names of all channels, with data.axes=\(form.rawValue)",
          remedy: "Name the channels of the files in data.imageChannels")
      }
      let both: TIFFPlanes.Axes = [(isTime ? "T" : "Z", count / channels), ("C", channels)]
      axes = form == .framesOfChannels || form == .slicesOfChannels ? both : both.reversed()
    }
    return try TIFFPlanes(stored, axes: axes, source: "data.axes")
  }

  private static func checkMultiple(_ count: Int, of channels: Int, _ form: PageAxes?) throws(ZooError) {
    guard count % channels != 0 else { return }
    throw ZooError(
      .badInput, problem: "the TIFF file has \(Figures.counted(count, "page"))",
      expected: "a multiple of its \(channels) channels" + (form.map { ", as data.axes=\($0.rawValue) says" } ?? ""),
      remedy: "Name all channels of the files in data.imageChannels; a page may be missing, or be one too many")
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
    // As many frames as the channels, which are known, leave.
    if let known = reading.channels, case let channels = known / page.samplesPerPixel, channels > 1 {
      try checkMultiple(count, of: channels, nil)
      let frames = count / channels
      if frames == 1 { return try planes([("C", channels)]) }
      let sizes = (shape ?? []).map(\.size).filter { $0 > 1 }
      if sizes == [frames, channels], frames != channels || shape?.first?.axis == "T" {
        return try planes([("T", frames), ("C", channels)])
      }
      if sizes == [channels, frames], frames != channels { return try planes([("C", channels), ("T", frames)]) }
      throw twoOrders(count, frames: frames, channels: channels)
    }
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
    throw twoOrders(count, frames: frames, channels: channels)
  }

  private static func twoOrders(_ count: Int, frames: Int, channels: Int) -> ZooError {
    ZooError(
      .badInput,
      problem:
        "the \(count) pages of the TIFF file may be \(frames) frames of \(channels) channels each, or \(channels) channels of \(frames) frames each, and the file doesn't say which",
      expected: "axes in the file (OME-TIFF, ImageJ hyperstack), or in the spec",
      remedy:
        "Set data.axes=TCYX if all channels of a frame follow each other, data.axes=CTYX if all frames of a channel do")
  }
}
