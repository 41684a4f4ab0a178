import Foundation
import Testing
import ZooFormat

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

/// Stacks in depth that are read as one picture.
@Suite("Slices in depth")
struct SliceTests {
  private static func maker(_ description: String? = nil) -> TIFFMaker {
    var maker = TIFFMaker()
    maker.description = description
    return maker
  }

  private static func read(_ bytes: [UInt8], _ reading: ImageReading) throws -> Image {
    try ImageFile.decode(bytes, reading, name: "cell.tif")
  }

  private static func reading(
    _ slices: SliceChoice?, _ axes: PageAxes = .auto, channels: Int? = nil, frames: Int? = nil
  ) -> ImageReading {
    ImageReading(frames: frames, channels: channels, axes: axes, slices: slices)
  }

  @Test("one by number, the highest value, or the mean, rounded where samples are whole numbers")
  func choices() throws {
    // Three slices of two channels; the last is the darkest of BF, and the middle the brightest of PI.
    let file = Self.maker(TIFFMaker.ome(channels: ["BF", "PI"], slices: 3)).file([4, 1, 3, 9, 0, 2])
    #expect(try Self.read(file, Self.reading(.plane(1))).samples == TIFFMaker.planes([4, 1]))
    let second = try Self.read(file, Self.reading(.plane(2)))
    #expect(second.samples == TIFFMaker.planes([3, 9]) && second.frames == 1 && second.channelNames == ["BF", "PI"])
    #expect(try Self.read(file, Self.reading(.max)).samples == TIFFMaker.planes([4, 9]))
    let mean = try Self.read(file, Self.reading(.mean)).samples
    // (4000 + 3000 + 0) / 3 + 300 and (1000 + 9000 + 2000) / 3 + 300.
    #expect(mean[0] == 2633 && mean[6] == 4300, "\(mean)")
    let error = try #require(throws: ZooError.self) { try Self.read(file, Self.reading(.plane(4))) }
    #expect(error.description.contains("has 3 slices; expected at least 4, as data.slices=4 says"), "\(error)")
  }

  @Test("the mean of floating point isn't rounded, and what is no number isn't hidden by the maximum")
  func floats() {
    var mean = SliceProjection([1, 2], .mean, isWhole: false)
    mean.add([2, 2])
    #expect(mean.pixels == [1.5, 2])
    var most = SliceProjection([1, 2], .max, isWhole: false)
    most.add([.nan, 3])
    #expect(most.pixels[0].isNaN && most.pixels[1] == 3)
    // Sums of many slices are past what a float holds exactly.
    var many = SliceProjection([65535], .mean, isWhole: true)
    for _ in 0..<1000 { many.add([65535]) }
    #expect(many.pixels == [65535])
  }

  @Test(
    "slices that were stored as times, or as pages of which nobody says what they are",
    arguments: [
      (TIFFMaker.ome(channels: ["BF", "PI"], times: 3), PageAxes.timesAreSlices, [4, 1, 3, 9, 0, 2], ["BF", "PI"]),
      (TIFFMaker.ome(channels: ["BF", "PI"], slices: 3), .timesAreSlices, [4, 1, 3, 9, 0, 2], ["BF", "PI"]),
      (nil, .slicesOfChannels, [4, 1, 3, 9, 0, 2], []), (nil, .channelsOfSlices, [4, 3, 0, 1, 9, 2], []),
      ("ImageJ=1.54f\nimages=6\nchannels=2\nframes=3\nhyperstack=true\n", .timesAreSlices, [4, 1, 3, 9, 0, 2], []),
    ] as [(String?, PageAxes, [Int], [String])])
  func stored(_ case: (description: String?, axes: PageAxes, pages: [Int], names: [String])) throws {
    let file = Self.maker(`case`.description).file(`case`.pages)
    let image = try Self.read(file, Self.reading(.max, `case`.axes, channels: 2))
    #expect(image.samples == TIFFMaker.planes([4, 9]) && image.channelNames == `case`.names && image.frames == 1)
  }

  @Test("pages of one channel are slices by data.axes=ZYX; those of several need the channels' number")
  func pages() throws {
    let file = Self.maker().file([1, 5, 3])
    #expect(try Self.read(file, Self.reading(.max, .slices)).samples == TIFFMaker.planes([5]))
    for (axes, channels, words) in [
      (PageAxes.slicesOfChannels, nil, "nothing says how many of them are channels"),
      (.channelsOfSlices, 2, "has 3 pages; expected a multiple of its 2 channels"),
    ] as [(PageAxes, Int?, String)] {
      let error = try #require(throws: ZooError.self) {
        try Self.read(file, Self.reading(.max, axes, channels: channels))
      }
      #expect(error.description.contains(words) && error.description.contains("data.imageChannels"), "\(error)")
    }
  }

  @Test("films of stacks keep their frames")
  func films() throws {
    let file = Self.maker(TIFFMaker.ome(channels: ["BF"], slices: 2, times: 3, order: "XYZCT"))
      .file([1, 2, 6, 3, 4, 5])
    let image = try Self.read(file, Self.reading(.max, frames: 3))
    #expect(image.frames == 3 && image.samples == TIFFMaker.planes([2, 6, 5]))
    let error = try #require(throws: ZooError.self) { try Self.read(file, Self.reading(nil, frames: 3)) }
    #expect(error.description.contains("Set data.slices to the number of a slice, to max or to mean"), "\(error)")
  }

  private func stacks(_ files: DataFiles, slices: Int = 3, times: Int = 1) throws {
    for index in 0..<6 {
      let maker = Self.maker(TIFFMaker.ome(channels: ["BF"], slices: slices, times: times))
      try files.file(
        "\(index % 2 == 0 ? "a" : "b")/\(index).tif", maker.file((0..<slices * times).map { 10 * index + $0 }))
    }
  }

  private func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.folder)
    (spec.height, spec.width) = (TIFFMaker.height, TIFFMaker.width)
    return spec
  }

  @Test("what isn't said is refused with the remedy; what is said is told with counts")
  func dataset() throws {
    try DataFiles.with { files in
      try stacks(files)
      var spec = spec(files)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.problem.hasPrefix("has 3 slices of 1 channel (5 more files too, e.g. "), "\(error)")
      #expect(error.expected == "one picture")
      #expect(error.description.contains(SliceChoice.remedy), "\(error)")
      spec.slices = .plane(2)
      let data = try Dataset.open(spec)
      #expect(
        data.remarks.contains { $0.contains("stacks of 3 slices in 6; slice 2 of each is used (data.slices: 2)") })
      #expect(try data.load(0) == TIFFMaker.plane(1))
      spec.slices = nil
      spec.frames = 3
      let frames = try Dataset.open(spec)
      #expect(frames.remarks.contains { $0.contains("the frames of 6 samples are slices in depth") })
    }
  }

  @Test("a model reads new files as its own, or as it is said anew")
  func prediction() throws {
    try DataFiles.with { files in
      try stacks(files, slices: 1, times: 3)
      var card = Card()
      (card.classes, card.channels) = (["a", "b"], ["BF"])
      card.imageSize = (height: TIFFMaker.height, width: TIFFMaker.width)
      var trained = DataSpec()
      (trained.axes, trained.slices) = (.timesAreSlices, .max)
      let path = "\(files.folder)/a"
      let data = try Dataset.images([path], for: card, trainedWith: trained)
      #expect(data.samples.count == 3 && data.remarks.contains { $0.contains("maximum projection") })
      #expect(try data.load(1) == TIFFMaker.plane(22))
      var given = DataSpec()
      given.slices = .plane(1)
      #expect(try Dataset.images([path], for: card, given: given, trainedWith: trained).load(1) == TIFFMaker.plane(20))
      #expect(throws: ZooError.self) { try Dataset.images([path], for: card) }
    }
  }

  @Test("slices in files of their own are chosen by the number in the name, or projected; none may be missing")
  func fields() throws {
    try DataFiles.with { files in
      for (slice, value) in [(3, 5), (4, 9), (5, 2)] {
        for frame in 0..<2 { try files.image("w_t\(frame)_z\(slice).png", value: Float(value + frame)) }
      }
      let pattern = ImagePatterns(try FieldPattern("{well}_t{frame}_z{z}.png", key: ""))
      func first(_ slices: SliceChoice?) throws -> (Float, String?) {
        let images = try FieldImages(
          FieldFolder(files.folder), pattern, names: ["BF"], axes: .auto, slices: slices)
        let plane = try #require(images.fields[0].planes[1])
        let pixels = try FieldPlanes(images, limit: 0).pixels(plane, width: 6, height: 5)
        return (pixels.values[0], images.stacks)
      }
      #expect(try first(.plane(4)).0 == 10 && first(.max).0 == 10 && first(.plane(5)).0 == 3)
      #expect(try first(.mean).0 == 6 && first(.mean).1?.contains("stacks of 3 slices") == true)
      #expect(throws: ZooError.self) { try first(nil) }
      let other = try #require(throws: ZooError.self) { try first(.plane(1)) }
      #expect(other.description.contains("no file's name has 1 as its {z}; expected one of 3, 4, 5"), "\(other)")
      try FileManager.default.removeItem(atPath: "\(files.folder)/w_t1_z4.png")
      let error = try #require(throws: ZooError.self) { try first(.max) }
      #expect(error.description.contains("w_t1_z4.png: this file is missing"), "\(error)")
    }
  }
}
