import Testing

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

/// What other programs than OME's say of planes, and what is done when none says it.
@Suite("Stacks in TIFF")
struct TIFFStackTests {
  private func maker(_ description: String? = nil, isBigEndian: Bool = false) -> TIFFMaker {
    var maker = TIFFMaker()
    maker.description = description
    maker.isBigEndian = isBigEndian
    return maker
  }

  private func read(_ bytes: [UInt8], _ reading: ImageReading = ImageReading()) throws -> Image {
    try ImageFile.decode(bytes, reading, name: "cell.tif")
  }

  private func refusal(_ bytes: [UInt8], _ reading: ImageReading = ImageReading()) -> String {
    do {
      let image = try read(bytes, reading)
      return "read as \(image.header)"
    } catch { return "\(error)" }
  }

  private static let imageJ = "ImageJ=1.54f\nimages=6\nchannels=2\nslices=1\nframes=3\nhyperstack=true\n"

  @Test(
    "ImageJ's order, the fastest axis first",
    arguments: [
      ("czt", [0, 1, 2, 3, 4, 5]), ("ctz", [0, 1, 2, 3, 4, 5]), ("zct", [0, 1, 2, 3, 4, 5]),
      ("xyczt", [0, 1, 2, 3, 4, 5]), ("xyztc", [0, 3, 1, 4, 2, 5]), ("ztc", [0, 3, 1, 4, 2, 5]),
      ("tcz", [0, 3, 1, 4, 2, 5]), ("tzc", [0, 3, 1, 4, 2, 5]),
    ])
  func order(_ order: String, planes: [Int]) throws {
    let image = try read(maker(Self.imageJ + "order=\(order)\n").file(Array(0..<6)))
    #expect(image.frames == 3 && image.channels == 2 && image.samples == TIFFMaker.planes(planes))
  }

  @Test("one directory for all planes of ImageJ's", arguments: [false, true])
  func oneDirectory(isBigEndian: Bool) throws {
    let maker = maker(Self.imageJ, isBigEndian: isBigEndian)
    #expect(
      try read(maker.file([0], followers: [1, 2, 3, 4, 5])).samples == TIFFMaker.planes(Array(0..<6)))
    #expect(refusal(maker.file([0], followers: [1, 2])).contains("is said to hold 6 planes"))
    #expect(refusal(maker.file([0, 1, 2, 3])).contains("names 6 planes (3 times × 2 channels), but the file has 4"))
  }

  /// A file of many directories that all point at one text.
  private func sharing(_ tag: Int, _ text: String, pages: Int) -> [UInt8] {
    let maker = TIFFMaker()
    let content = Array(text.utf8) + [UInt8](repeating: 0, count: 2 - text.utf8.count % 2)
    let pixels = 8 + content.count
    let samples = TIFFMaker.plane(1).flatMap { maker.number(Int(saturating: $0), 2) }
    var place = pixels + samples.count
    var bytes: [UInt8] = [0x49, 0x49, 42, 0]
    for part in [maker.number(place, 4), content, samples] { bytes += part }
    let entries = [
      (256, 4, 1, TIFFMaker.width), (257, 4, 1, TIFFMaker.height), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 1),
      (273, 4, 1, pixels), (277, 3, 1, 1), (278, 4, 1, TIFFMaker.height), (279, 4, 1, samples.count), (339, 3, 1, 1),
      (tag, 2, text.utf8.count + 1, 8),
    ].sorted { $0.0 < $1.0 }
    for page in 0..<pages {
      bytes += maker.number(entries.count, 2)
      for (tag, type, count, value) in entries {
        for (number, size) in [(tag, 2), (type, 2), (count, 4), (value, 4)] { bytes += maker.number(number, size) }
      }
      place += 2 + 12 * entries.count + 4
      bytes += maker.number(page == pages - 1 ? 0 : place, 4)
    }
    return bytes
  }

  /// Small files that would take gigabytes or minutes if each page's text were read anew.
  @Test("texts that many pages share, and names of blanks, take no more than the file has", .timeLimit(.minutes(5)))
  func sharedTexts() throws {
    for (tag, text, pages, message) in [
      (270, String(repeating: "x", count: 1 << 20), 3000, "descriptions and names"),
      (285, String(repeating: "x", count: 1 << 20), 3000, "descriptions and names"),
      (51123, "{\"Channel\": [" + String(repeating: "1,", count: 50_000) + "1]}", 9000, "channels: 9000"),
      (285, String(repeating: " -", count: 700) + "x", 9000, "channels: 9000"),
      (285, String(repeating: " ", count: 60_000) + "x", 2, "channels: 2"),
      (270, "{\"shape\": [" + String(repeating: "1,", count: 500) + "2, 3]}", 9000, "channels: 9000"),
    ] as [(Int, String, Int, String)] {
      let found = refusal(sharing(tag, text, pages: pages))
      #expect(found.contains(message), "\(tag): \(found)")
    }
  }

  @Test("thousands of channels must be something else, and data of no sample to look at are no trap")
  func channels() throws {
    try DataFiles.with { files in
      for name in ["a/0.tif", "b/1.tif"] { try files.file(name, sharing(270, "x", pages: 600)) }
      let error = try #require(throws: ZooError.self) { try Dataset.open(files.spec(.folder)) }
      #expect(
        error.description.contains("has 600 channels; expected at most 512")
          && error.description.contains("data.axes=TYX"), "\(error)")
    }
    try DataFiles.with { files in
      for (value, name) in ["a/0.png", "b/1.png"].enumerated() { try files.image(name, value: Float(value)) }
      let data = try Dataset.open(files.spec(.folder))
      let measured = data.measuredChannels(of: [], cache: SampleCache(data, limit: 0), threads: 2)
      #expect(measured.samples.isEmpty && measured.failures.isEmpty)
    }
  }

  /// The tags that ImageJ keeps labels in.
  private func labels(_ labels: [String], _ maker: TIFFMaker) -> [TIFFMaker.Tag] {
    let texts = labels.map { $0.utf16.flatMap { maker.number(Int($0), 2) } }
    func word(_ text: String) -> [UInt8] { maker.isBigEndian ? Array(text.utf8) : Array(text.utf8.reversed()) }
    let header = word("IJIJ") + word("info") + maker.number(1, 4) + word("labl") + maker.number(texts.count, 4)
    let info = Array("xx".utf8)
    return [
      maker.long(50838, [header.count, info.count] + texts.map(\.count)),
      maker.raw(50839, header + info + texts.joined()),
    ]
  }

  @Test(
    "Fiji's labels name channels where they can mean nothing else",
    arguments: [
      (["BF", "PI"], ["BF", "PI"], [String]()), (["c:1/2 - BF", "c:2/2 - PI"], ["BF", "PI"], []),
      (["BF\nexposure 5", "PI\nexposure 7"], ["BF", "PI"], []), (["a.tif", "b.tif"], [], ["a", "b"]),
      (["BF t1", "PI t1"], ["BF", "PI"], []), (["GFP_488 - 3", "PI - 3"], ["GFP_488", "PI"], []),
      (["DAPI 405", "GFP 488"], ["DAPI 405", "GFP 488"], []), (["C1", "C2"], ["C1", "C2"], []),
      (["same", "same"], [], []), (["c:1/2", "c:2/2"], [], []),
    ], [false, true])
  func labels(_ case: (labels: [String], names: [String], titles: [String]), isBigEndian: Bool) throws {
    var maker = maker("ImageJ=1.54f\nimages=2\nchannels=2\nhyperstack=true\n", isBigEndian: isBigEndian)
    maker.tags = [labels(`case`.labels, maker)]
    let image = try read(maker.file([0, 1]))
    #expect(image.channelNames == `case`.names && image.channelTitles == `case`.titles)
  }

  @Test("numbers of frames behind names are no part of them")
  func labelsWithFrames() throws {
    var maker = maker(Self.imageJ)
    maker.tags = [labels(["BF t1", "PI t1", "BF t2", "PI t2", "BF t3", "PI t3"], maker)]
    #expect(try read(maker.file(Array(0..<6))).channelNames == ["BF", "PI"])
    maker.tags = [labels(["BF t1", "PI t1", "PI t2", "BF t2", "BF t3", "PI t3"], maker)]
    #expect(refusal(maker.file(Array(0..<6))).contains("are BF, PI in one frame and PI, BF in another"))
    // What differs from frame to frame is no name.
    maker.tags = [labels(["a 1", "b 2", "a 3", "b 4", "a 5", "b 6"], maker)]
    #expect(try read(maker.file(Array(0..<6))).channelNames.isEmpty)
  }

  @Test("labels that are in another order in another frame are refused")
  func labelsOutOfOrder() throws {
    var maker = maker(Self.imageJ)
    maker.tags = [labels(["PI", "BF", "BF", "PI", "PI", "BF"], maker)]
    #expect(refusal(maker.file(Array(0..<6))).contains("are PI, BF in one frame and BF, PI in another"))
    let reading = ImageReading(frames: 3, channels: 2, axes: .framesOfChannels)
    #expect(try read(maker.file(Array(0..<6)), reading).channelNames.isEmpty, "what is said is believed")
  }

  @Test("pictures that are to be turned are refused, unless it is said how to take them; one scale of gray in a file")
  func turned() throws {
    var maker = maker()
    maker.tags = [[maker.short(274, 6)]]
    #expect(refusal(maker.file([0])).contains("data.axes=CYX"))
    #expect(try read(maker.file([0]), ImageReading(axes: .channels)).samples == TIFFMaker.plane(0))
    maker.tags = [[maker.short(274, 1)]]
    maker.photometric = [0]
    let image = try read(maker.file([0]))
    #expect(image.samples == TIFFMaker.plane(0) && image.isInverted)
    maker.photometric = [1, 0]
    #expect(refusal(maker.file([0, 1])).contains("0 for white"))
  }

  @Test("a strip that is said to be too short is read if its pixels are there, and never into something else")
  func shortStrip() throws {
    let maker = maker()
    func file(room: Int) -> [UInt8] {
      let start = 8 + room
      var bytes: [UInt8] = [0x49, 0x49, 42, 0] + maker.number(start, 4)
      bytes += (0..<room).map { UInt8($0) }
      let tags = [
        maker.long(256, [3]), maker.long(257, [2]), maker.short(258, 16), maker.short(259, 1), maker.short(262, 1),
        maker.long(273, [8]), maker.short(277, 1), maker.long(278, [2]), maker.long(279, [6]), maker.short(339, 1),
      ]
      bytes += maker.number(tags.count, 2)
      for tag in tags {
        bytes += maker.number(tag.number, 2) + maker.number(tag.type, 2) + maker.number(tag.count, 4)
        bytes += tag.content + [UInt8](repeating: 0, count: 4 - tag.content.count)
      }
      return bytes + [0, 0, 0, 0]
    }
    #expect(try read(file(room: 12)).samples == [256, 770, 1284, 1798, 2312, 2826])
    #expect(refusal(file(room: 6)).contains("has too few bytes"), "\(refusal(file(room: 6)))")
  }

  @Test("MetaMorph's planes follow each other without directories", arguments: [false, true])
  func metaMorph(isBigEndian: Bool) throws {
    func file(depth: Int, later: Int, count: Int = 3) -> [UInt8] {
      var maker = maker(isBigEndian: isBigEndian)
      let planes = (0..<count).flatMap { [depth, 1, 2_460_000, later * $0, 2_460_000, 0] }
      maker.tags = [
        [
          maker.long(33628, [1, 0]),
          maker.raw(33629, type: 5, count: count, planes.flatMap { maker.number($0, 4) }),
        ]
      ]
      return maker.file([0], followers: [1, 2])
    }
    let film = try read(file(depth: 0, later: 40))
    #expect(film.frames == 3 && !film.framesAreSlices && film.samples == TIFFMaker.planes([0, 1, 2]))
    #expect(try read(file(depth: 5, later: 0)).framesAreSlices)
    #expect(try read(file(depth: 0, later: 0)).channels == 3)
    #expect(try read(file(depth: 0, later: 0), ImageReading(frames: 3)).frames == 3)
    #expect(refusal(file(depth: 0, later: 1, count: 9)).contains("said to hold 9 planes, but hasn't room"))
  }

  @Test("Micro-Manager's pages say which plane they are; a recording that was stopped is refused")
  func microManager() throws {
    var maker = maker()
    maker.tags = [3, 2, 1, 0].map { page in
      let json =
        "{\"Channel\": \"\(page % 2 == 0 ? "BF" : "PI")\", \"ChannelIndex\": \(page % 2), \"FrameIndex\": \(page / 2), \"SliceIndex\": 0}"
      return [maker.text(51123, json)]
    }
    let image = try read(maker.file([3, 2, 1, 0]))
    #expect(
      image.channelNames == ["BF", "PI"] && image.frames == 2 && image.samples == TIFFMaker.planes([0, 1, 2, 3]))
    #expect(
      refusal(maker.file([3, 2, 1])).contains("Micro-Manager's metadata speak of 2 channels, 1 slice and 2 times"))
  }

  @Test("Zeiss' slices")
  func zeiss() throws {
    var maker = maker()
    maker.tags = [[maker.raw(34412, [0x0400_494C, 500, 3, 2, 3, 1, 1].flatMap { maker.number($0, 4) })]]
    #expect(try read(maker.file([0, 1, 2])).framesAreSlices)
  }

  @Test(
    "tifffile's axes, or the one reading that its shape leaves",
    arguments: [
      ("{\"shape\": [3, 2, 2, 3], \"axes\": \"TCYX\"}", 3, [0, 1, 2, 3, 4, 5]),
      ("{\"shape\": [2, 3, 2, 3], \"axes\": \"CTYX\"}", 3, [0, 3, 1, 4, 2, 5]),
      ("{\"shape\": [3, 2, 2, 3]}", 3, [0, 1, 2, 3, 4, 5]), ("{\"shape\": [2, 3, 2, 3]}", 3, [0, 3, 1, 4, 2, 5]),
      ("{\"shape\": [6, 2, 3], \"axes\": \"CYX\"}", nil, [0, 1, 2, 3, 4, 5]),
    ])
  func shaped(_ description: String, frames: Int?, planes: [Int]) throws {
    let maker = maker(description)
    let reading = ImageReading(frames: frames, channels: frames == nil ? 6 : 2)
    for bytes in [maker.file(Array(0..<6)), maker.file([0], followers: [1, 2, 3, 4, 5])] {
      let image = try read(bytes, reading)
      #expect(image.frames == frames ?? 1 && image.samples == TIFFMaker.planes(planes))
    }
  }

  @Test("data.axes is counted by the frames, or by the channels where frames aren't known; without either it is told")
  func givenAxes() throws {
    let bytes = maker().file(Array(0..<6))
    let film = try read(bytes, ImageReading(frames: .max, channels: 2, axes: .framesOfChannels))
    #expect(film.frames == 3 && film.channels == 2 && film.samples == TIFFMaker.planes(Array(0..<6)))
    #expect(try read(bytes, ImageReading(frames: 2, axes: .channelsOfFrames)).channels == 3)
    let unknown = refusal(bytes, ImageReading(frames: .max, axes: .framesOfChannels))
    #expect(unknown.contains("nothing says how many of them are channels") && unknown.contains("data.imageChannels"))
    let channels = refusal(bytes, ImageReading(frames: .max, channels: 4, axes: .framesOfChannels))
    #expect(channels.contains("6 pages") && channels.contains("a multiple of its 4 channels"), "\(channels)")
    let frames = refusal(bytes, ImageReading(frames: 4, axes: .framesOfChannels))
    #expect(frames.contains("a multiple of 4 frames") && frames.contains("Set data.frames"), "\(frames)")
  }

  @Test("slices in depth that are taken as frames are told, unless somebody says that they are times")
  func slices() throws {
    try DataFiles.with { files in
      let description = "ImageJ=1.54f\nimages=3\nslices=3\n"
      for place in 0..<6 {
        try files.file(
          "\(place % 2 == 0 ? "a" : "b")/\(place).tif", maker(description).file([place, place + 1, place + 2]))
      }
      var spec = files.spec(.folder)
      let picture = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(
        picture.contains("3 slices of 1 channel") && picture.contains("data.axes=TYX and data.frames"), "\(picture)")
      spec.frames = 3
      let told = try Dataset.open(spec).remarks
      #expect(told.contains { $0.hasPrefix("the frames of 6 samples are slices in depth (Z)") }, "\(told)")
      spec.axes = .frames
      let stated = try Dataset.open(spec).remarks
      #expect(!stated.contains { $0.contains("slices") }, "\(stated)")
    }
  }

  @Test("arrays that were written one after the other are frames, or no picture")
  func arrays() throws {
    let shape = "{\"shape\": [2, 2, 3]}"
    var maker = maker(shape)
    maker.tags = [[], [], [maker.text(270, shape)]]
    #expect(try read(maker.file([0, 1, 2, 3]), ImageReading(frames: 2, channels: 2)).frames == 2)
    #expect(refusal(maker.file([0, 1, 2, 3])).contains("holds 2 images of 2 pages each"))
    maker.tags[2] = [maker.text(270, "{\"shape\": [1, 2, 3]}")]
    #expect(refusal(maker.file([0, 1, 2, 3])).contains("2 images of different shapes"))
  }

  @Test("two readings are refused with the key that settles it, which is believed against any file")
  func axes() throws {
    let plain = maker().file(Array(0..<6))
    let text = refusal(plain, ImageReading(frames: 3, channels: 2))
    #expect(
      text.contains("3 frames of 2 channels each, or 2 channels of 3 frames each") && text.contains("data.axes=TCYX"))
    for file in [plain, maker(Self.imageJ).file(Array(0..<6)), maker("<OME").file(Array(0..<6))] {
      let byFrame = try read(file, ImageReading(frames: 3, channels: 2, axes: .framesOfChannels))
      #expect(byFrame.frames == 3 && byFrame.samples == TIFFMaker.planes(Array(0..<6)))
      let byChannel = try read(file, ImageReading(frames: 3, channels: 2, axes: .channelsOfFrames))
      #expect(byChannel.samples == TIFFMaker.planes([0, 3, 1, 4, 2, 5]))
      #expect(try read(file, ImageReading(axes: .channels)).channels == 6)
      #expect(try read(file, ImageReading(frames: 6, axes: .frames)).frames == 6)
    }
    // The channels settle how many frames there are; whether these are enough is asked of the film.
    #expect(try read(plain, ImageReading(frames: 4, channels: 2, axes: .framesOfChannels)).frames == 3)
  }

  @Test("blocks that are said to be empty are zeros; those that aren't listed, or lie outside, are damage")
  func emptyBlocks() throws {
    let empty = maker().file([7]) { offsets, sizes in (offsets[1], sizes[1]) = (0, 0) }
    #expect(try read(empty).samples == Array(TIFFMaker.plane(7).prefix(3)) + [0, 0, 0])
    let kept = maker().file([7]) { _, sizes in sizes[1] = 0 }
    #expect(try read(kept).samples == Array(TIFFMaker.plane(7).prefix(3)) + [0, 0, 0])
    let short = maker().file([7]) { offsets, sizes in (offsets, sizes) = ([offsets[0]], [sizes[0]]) }
    #expect(refusal(short).contains("fewer blocks") || refusal(short).contains("broken"))
    let outside = maker().file([7]) { offsets, _ in offsets[1] = 90_000 }
    #expect(refusal(outside).contains("block 2 of 2 of the TIFF file is broken"))
  }
}
