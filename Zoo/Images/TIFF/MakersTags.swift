import ZooFormat

/// MetaMorph's stacks: one directory, with the planes one after the other (tags UIC1 33628 and UIC2 33629).
struct MetaMorphStack {
  let planeCount: Int
  /// Whether the planes differ in depth or in time; "?" if neither is said.
  let axis: Character

  /// `nil` for other files.
  init?(_ tags: TIFFTags?) {
    guard let tags, tags.count(33628) != nil, let count = tags.count(33629), count > 0 else { return nil }
    planeCount = count
    // For each plane: the distance to the next as a fraction, and day and millisecond of its making and changing.
    guard let content = tags.content(33629, byteCount: min(count, 1 << 20) * 24) else {
      axis = "?"
      return
    }
    let numbers = stride(from: content.startIndex, to: content.endIndex - 3, by: 4).map {
      TIFFTags.number(content[$0..<$0 + 4], isLittleEndian: tags.isLittleEndian) ?? 0
    }
    let planes = stride(from: 0, to: numbers.count - 5, by: 6).map { Array(numbers[$0..<$0 + 6]) }
    let depths = planes.contains { $0[0] != 0 }
    let times = planes.contains { $0[2] != planes[0][2] || $0[3] != planes[0][3] }
    axis = depths ? "Z" : times ? "T" : "?"
  }
}

/// Zeiss LSM's dimensions (tag 34412).
enum LSMInfo {
  /// The axes of pages, slowest first; `nil` for other files, and if the dimensions don't make `pages` pages.
  static func axes(_ tags: TIFFTags?, pages: Int) -> TIFFPlanes.Axes? {
    guard let tags, let content = tags.content(34412), content.count >= 28 else { return nil }
    let numbers = stride(from: content.startIndex, to: content.startIndex + 28, by: 4).map {
      TIFFTags.number(content[$0..<$0 + 4], isLittleEndian: tags.isLittleEndian) ?? 0
    }
    let (slices, times) = (numbers[4], numbers[6])
    guard [0x0300_494C, 0x0400_494C].contains(numbers[0]), slices > 0, times > 0,
      slices <= pages, times <= pages, slices * times == pages
    else { return nil }
    return [("T", times), ("Z", slices)]
  }
}

/// What Micro-Manager writes into every page (tag 51123, JSON).
struct MicroManagerPage {
  let channel: String
  /// Place of the plane; `nil` if it isn't said.
  let place: (channel: Int, slice: Int, time: Int)?

  /// `nil` for other files.
  init?(_ tags: TIFFTags?) {
    guard let text = tags?.text(51123), case .object(let values)? = try? JSONText(text) else {
      return nil
    }
    func number(_ name: String) -> Int? {
      values[name]?.integer.flatMap { $0 >= 0 ? $0 : nil }
    }
    if case .string(let name)? = values["Channel"] { channel = name } else { channel = "" }
    if let channel = number("ChannelIndex"), let slice = number("SliceIndex") ?? number("Slice"),
      let time = number("FrameIndex") ?? number("Frame")
    {
      place = (channel, slice, time)
    } else {
      place = nil
    }
  }

  /// Of the images of a file, as far as they have some. No more is read than the file has bytes: directories that share
  /// what they point at could have it read ten thousand times.
  static func all(_ document: TIFFDocument) -> [MicroManagerPage] {
    var (pages, rest): ([MicroManagerPage], Int) = ([], document.bytes.count)
    for image in document.images {
      let tags = TIFFTags(document.bytes, directory: document.pages[image].offset)
      rest -= tags?.count(51123) ?? 0
      guard rest >= 0 else { return [] }
      if let page = MicroManagerPage(tags) { pages.append(page) }
    }
    return pages
  }

  /// The planes by their places; `nil` unless every page has one.
  /// - Throws: ``ZooError`` if places are missing or taken twice, as in a recording that was stopped.
  static func planes(_ stored: [TIFFPlane], _ pages: [MicroManagerPage]) throws(ZooError) -> TIFFPlanes? {
    let places = pages.compactMap(\.place)
    guard places.count == stored.count, !places.isEmpty else { return nil }
    let channels = (places.map(\.channel).max() ?? 0) + 1
    let slices = (places.map(\.slice).max() ?? 0) + 1
    let times = (places.map(\.time).max() ?? 0) + 1
    let problem = ZooError(
      .badInput,
      problem:
        "Micro-Manager's metadata speak of \(Figures.counted(channels, "channel")), \(Figures.counted(slices, "slice")) and \(Figures.counted(times, "time")), but the file has \(Figures.counted(places.count, "page"))",
      expected: "a page for each", remedy: "Record or export the file whole, or say by data.axes what its pages are")
    guard channels <= places.count, slices <= places.count, times <= places.count,
      channels * slices * times == places.count
    else { throw problem }
    var found = [Int?](repeating: nil, count: places.count)
    for (index, place) in places.enumerated() {
      found[(place.time * slices + place.slice) * channels + place.channel] = index
    }
    let order = found.compactMap { $0 }
    guard order.count == places.count else { throw problem }
    var planes = TIFFPlanes(
      channels: channels, slices: slices, times: times, planes: order.map { stored[$0] })
    (planes.names, planes.titles) = try PlaneLabels(labels: pages.map(\.channel), areChannels: true)
      .names(of: channels, planes: order)
    return planes
  }
}
