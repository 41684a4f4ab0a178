import ZooFormat

/// Where a plane is stored.
struct TIFFPlane: Hashable {
  /// Place of the file in its set.
  var document = 0
  /// Number of the directory in the file.
  var directory: Int
  /// Planes that follow the first one of the directory without directories of their own are counted from 1.
  var successor = 0
}

/// The planes of an image by channel, slice and time.
struct TIFFPlanes {
  /// The sizes of axes, slowest first.
  typealias Axes = [(axis: Character, size: Int)]

  let channels: Int
  let slices: Int
  let times: Int
  /// `[time][slice][channel]`, flat.
  let planes: [TIFFPlane]
  /// Of the channels, if the file names them; an empty one for a channel without.
  var names: [String] = []
  /// What may be names of channels or of something else, e.g. titles of pages.
  var titles: [String] = []

  init(channels: Int, slices: Int, times: Int, planes: [TIFFPlane]) {
    self.channels = channels
    self.slices = slices
    self.times = times
    self.planes = planes
  }

  /// Planes in stored order, which run through `axes`.
  /// - Parameters:
  ///   - source: who says so, for the error.
  ///   - labels: one for each of `stored`; those that all planes of a channel share name it.
  /// - Throws: ``ZooError`` if there are more or fewer planes than the axes make, or axes that are no channels, slices or
  ///   times.
  init(
    _ stored: [TIFFPlane], axes: Axes, source: String, labels: PlaneLabels = PlaneLabels()
  ) throws(ZooError) {
    var sizes: [Character: Int] = ["C": 1, "Z": 1, "T": 1]
    var product = 1
    for (axis, size) in axes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow else {
        throw ZooError(.badInput, problem: "\(source) says that axis \(axis) has \(size) planes")
      }
      product = next
      guard size > 1 else { continue }
      guard sizes[axis] == 1 else {
        throw ZooError(
          .badInput, problem: "\(source) has an axis '\(axis)' of \(size)",
          expected: "channels, slices or times once each",
          remedy: "Set data.axes to what the pages are, e.g. data.axes=CYX")
      }
      sizes[axis] = size
    }
    guard product == stored.count else {
      throw ZooError(
        .badInput,
        problem: "\(source) names \(product) planes (\(Self.text(axes))), but the file has \(stored.count)",
        remedy: "Write the file again whole, or say by data.axes what its pages are")
    }
    channels = sizes["C"] ?? 1
    slices = sizes["Z"] ?? 1
    times = sizes["T"] ?? 1
    var strides: [Character: Int] = [:]
    var stride = 1
    for (axis, size) in axes.reversed() {
      if size > 1 { strides[axis] = stride }
      stride *= size
    }
    var order: [Int] = []
    order.reserveCapacity(product)
    for time in 0..<times {
      for slice in 0..<slices {
        for channel in 0..<channels {
          order.append(time * (strides["T"] ?? 0) + slice * (strides["Z"] ?? 0) + channel * (strides["C"] ?? 0))
        }
      }
    }
    planes = order.map { stored[$0] }
    (names, titles) = try labels.names(of: channels, planes: order)
  }

  /// The same with what was stored as times taken as slices in depth.
  /// - Throws: ``ZooError`` if the file has both.
  func withTimesAsSlices() throws(ZooError) -> TIFFPlanes {
    guard slices == 1 || times == 1 else {
      throw ZooError(
        .badInput, problem: "the TIFF file has \(slices) slices at each of \(times) times",
        expected: "slices or times alone, as data.axes=\(PageAxes.timesAreSlices.rawValue) says")
    }
    var planes = TIFFPlanes(channels: channels, slices: slices * times, times: 1, planes: planes)
    (planes.names, planes.titles) = (names, titles)
    return planes
  }

  private static func text(_ axes: Axes) -> String {
    let words: [Character: String] = ["C": "channel", "Z": "slice", "T": "time"]
    return axes.filter { $0.size > 1 || axes.count == 1 }
      .map { Figures.counted($0.size, words[$0.axis] ?? "'\($0.axis)'") }.joined(separator: " × ")
  }
}

/// What programs write at each plane of a stack.
struct PlaneLabels {
  var labels: [String] = []
  /// Whether a label can be nothing but a channel's name.
  var areChannels = false

  /// The names of channels, or what may be such.
  ///
  /// Labels name channels if all planes of a channel share one that no other channel has, but for the number of the frame
  /// behind it (`BF t1`, `PI t1`, `BF t2` …). Titles of files, and that of a single channel, may be anything.
  /// - Parameter planes: indices of labels, `[…][channel]` flat.
  /// - Throws: ``ZooError`` if the same names stand in other orders elsewhere.
  func names(of channels: Int, planes: [Int]) throws(ZooError) -> (names: [String], titles: [String]) {
    guard labels.count >= planes.count, !planes.isEmpty else { return ([], []) }
    let frames = Self.withoutCounters(
      stride(from: 0, to: planes.count, by: channels).map { start in
        planes[start..<min(start + channels, planes.count)].map { Self.cleaned(labels[$0]) }
      })
    try Self.checkOrder(of: channels, frames)
    guard let first = frames.first, frames.allSatisfy({ $0.map(\.name) == first.map(\.name) }),
      !first.contains(where: \.name.isEmpty), Set(first.map(\.name)).count == channels
    else { return ([], []) }
    let names = first.map(\.name)
    // What programs write where there is no name.
    if channels == 1, names == ["Default"] { return ([], []) }
    let areTitles = channels == 1 && !areChannels || first.contains(where: \.isFile)
    return areTitles ? ([], names) : (names, [])
  }

  /// A label without what only counts planes.
  private typealias Name = (name: String, isFile: Bool)

  /// What counts planes at the end of a label. It is short: in long texts an expression that may begin anywhere takes the
  /// square of their length.
  private static func counter(of label: String) -> Regex<Substring>.Match? {
    let end = label.suffix(40)
    guard end.last?.isNumber == true else { return nil }
    return end.firstMatch(of: /[\s_,;-]*(?:\b|_)(?:t|z|time|frame|slice)?\s*[:=#]?\s*\d+(?:\/\d+)?$/)
  }

  /// Labels of the form `BF t1`, `PI t1`, `BF t2` …: the number that all channels of a frame have alike counts frames.
  private static func withoutCounters(_ frames: [[Name]]) -> [[Name]] {
    let parts = frames.map { $0.map { (match: counter(of: $0.name), name: $0) } }
    var result: [[Name]] = []
    for frame in parts {
      let counters = frame.map { match, name in match.map { String(name.name[$0.range]) } }
      guard let counter = counters.first, counter != nil, counters.allSatisfy({ $0 == counter }) else { return frames }
      let stems = frame.compactMap { match, name in
        match.map { (name: String(name.name[..<$0.range.lowerBound]), isFile: name.isFile) }
      }
      guard !stems.contains(where: \.name.isEmpty), Set(stems.map(\.name)).count == stems.count else { return frames }
      result.append(stems)
    }
    // One channel's number is part of its name unless it is another in another frame.
    guard let first = parts.first, first.count > 1 || Set(frames.map { $0.map(\.name) }).count > 1 else {
      return frames
    }
    return result
  }

  /// Labels that are the same names in each frame, but not in the same order, say that the planes aren't either.
  private static func checkOrder(of channels: Int, _ frames: [[Name]]) throws(ZooError) {
    let frames = frames.map { $0.map(\.name) }
    guard channels > 1, let first = frames.first, Set(first).count == channels, !first.contains(""),
      frames.allSatisfy({ $0.sorted() == first.sorted() }), let other = frames.first(where: { $0 != first })
    else { return }
    throw ZooError(
      .badInput,
      problem:
        "the labels of the planes are \(first.joined(separator: ", ")) in one frame and \(other.joined(separator: ", ")) in another",
      expected: "the channels of each frame in one order",
      remedy: "Save it anew, or name the channels by data.imageChannels and data.axes if the labels are wrong")
  }

  /// Characters of a label that are looked at.
  private static let longest = 1000

  /// The first line, without what counts planes (`c:1/2 t:1/9 - BF`) and without the ending of an image file's name.
  private static func cleaned(_ label: String) -> Name {
    var text = Substring(label.prefix(longest).prefix { !$0.isNewline }).trimmingPrefix(while: \.isWhitespace)
    while let match = text.prefixMatch(of: /[czt]:\d+\/\d+\s*(-\s+)?/) { text = text[match.range.upperBound...] }
    while text.last?.isWhitespace == true { text.removeLast() }
    if let dot = text.lastIndex(of: "."), ImageFile.extensions.contains(text[text.index(after: dot)...].lowercased()) {
      return (String(text[..<dot]), true)
    }
    return (String(text), text.contains("/") || text.contains("\\"))
  }
}
