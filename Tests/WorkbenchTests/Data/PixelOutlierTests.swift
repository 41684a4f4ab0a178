import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Pixels unlike the others")
struct PixelOutlierTests {
  /// Twelve images of each donor by a manifest; `value` is what a pixel has.
  private static func look<R>(
    donors: Int = 4, _ value: (_ donor: Int, _ image: Int, _ pixel: Int) -> Float,
    _ body: (DataSpec, Dataset, PixelCheck) throws -> R
  ) throws -> R {
    try DataFiles.with { files in
      var table = "path,label,donor,split\n"
      for donor in 1...donors {
        for image in 0..<12 {
          let samples = (0..<30).map { value(donor, image, $0) }
          let picture = try Image(width: 6, height: 5, sampleType: .uint16, samples: samples)
          try files.file("D\(donor)_\(image).png", PNGWriter.encode(picture))
          table +=
            "D\(donor)_\(image).png,\(image % 2),D\(donor),\(donor == 3 ? "validation" : donor == 4 ? "test" : "train")\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      spec.split.by = ["donor"]
      spec.split.column = "split"
      let data = try Dataset.open(spec)
      let split = try data.split(spec.split)
      return try body(
        spec, data, PixelCheck(data, split, by: ["donor"], cache: SampleCache(data, limit: 0), threads: 2))
    }
  }

  private static func plain(_ donor: Int, _ image: Int, _ pixel: Int) -> Float {
    // No two images are the same, but all have the same values.
    let turned = (pixel + 12 * donor + image) % 30
    let shift = (image * 7 + donor * 3) % 20
    return Float(100 + 10 * turned + shift)
  }

  @Test("images that are alike draw no caution")
  func none() throws {
    try Self.look(Self.plain) { _, _, pixels in #expect(pixels.cautions.isEmpty, "\(pixels.cautions)") }
  }

  @Test("a donor with another gain is named with the factor, wherever it is, and against training where it is held out")
  func gain() throws {
    for donor in [2, 3] {
      try Self.look { here, image, pixel in
        Self.plain(here, image, pixel) * (here == donor ? 16 : 1)
      } _: { _, _, pixels in
        let bright = try #require(pixels.cautions.first { $0.contains("donor 'D\(donor)' are far from others") })
        #expect(bright.contains("gray \(donor == 2 ? "15.9" : "16.1") times as bright"), "\(bright)")
        let unlike = pixels.cautions.first { $0.contains("unlike what training has") }
        #expect((unlike != nil) == (donor == 3), "\(pixels.cautions)")
        guard let unlike else { return }
        #expect(unlike.hasPrefix("12 of 12 validation items (donor: D3 12)"), "\(unlike)")
        #expect(unlike.contains("of the pixels lie beyond what training saw"), "\(unlike)")
      }
    }
  }

  /// Twelve films of two frames at each of two sites, of which the second has 16 times the gain; `minutes` is no group.
  private static func films<R>(frames: Int?, _ body: (Dataset, PixelCheck) throws -> R) throws -> R {
    try DataFiles.with { files in
      var table = "path,label,film,minutes,site\n"
      for film in 0..<24 {
        for frame in 0..<2 {
          let gain: Float = (film < 12 ? 1 : 16) * (frame == 0 ? 1 : 9)
          let samples = (0..<30).map { plain(film % 3, film, $0) * gain }
          let picture = try Image(width: 6, height: 5, sampleType: .uint16, samples: samples)
          try files.file("\(film)_\(frame).png", PNGWriter.encode(picture))
          table +=
            "\(film)_\(frame).png,\(film < 6 || film > 17 ? "a" : "b"),f\(film),\(15 * frame),\(film < 12 ? "bern" : "lyon")\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      spec.frames = frames
      if frames != nil { (spec.columns.sequence, spec.columns.frame) = ("film", "minutes") }
      let data = try Dataset.open(spec)
      let split = Split([Subset](repeating: .train, count: data.samples.count), rule: "")
      return try body(data, PixelCheck(data, split, cache: SampleCache(data, limit: 0), threads: 2))
    }
  }

  @Test("a site of sequences that isn't split by is named, too, and times are no groups", arguments: [2, nil])
  func facts(frames: Int?) throws {
    try Self.films(frames: frames) { data, pixels in
      let far = pixels.cautions.filter { $0.contains("are far from others") }
      #expect(far.count == 1 && far[0].contains("site 'lyon'"), "\(far)")
      #expect(far.first?.contains(/gray 1[56](\.\d)? times as bright/) == true, "\(far)")
      guard frames != nil else { return }
      #expect(data.groupColumns.isEmpty && data.factColumns == ["site"])
      // Held-out films of a site that training has are told with the site.
      let split = Split((0..<24).map { $0 % 2 == 0 ? .train : .test }, rule: "")
      let both = data.straddlingGroups(split, given: "")
      #expect(both?.contains("2 of 2 values of 'site' lie in train and test") == true, "\(both ?? "")")
    }
  }

  @Test("what a few decoded samples show is told as of these")
  func part() throws {
    try DataFiles.with { files in
      for index in 0..<400 {
        try files.image("\(index % 2)/\(index).png", value: index == 0 ? 0 : Float(index % 200 + 1))
      }
      var spec = files.spec(.folder)
      spec.accept = ["copies"]
      let data = try Dataset.open(spec)
      let split = Split([Subset](repeating: .train, count: data.samples.count), rule: "").sampled(64)
      let cautions = PixelCheck(data, split, cache: SampleCache(data, limit: 0), threads: 2).cautions
      // All are of one value: a channel that never changes is told elsewhere.
      #expect(!cautions.contains { $0.contains("nothing to see") })
      let samples = split.train.map { index in
        let value = Float(index == split.train[0] ? 0 : 9)
        return (
          index: index,
          channels: ChannelMoments.of(
            PackedPixels([value, value == 0 ? 0 : 1]), plane: 2, channels: 1)
        )
      }
      let told = PixelOutliers(data, split, by: []).constant(samples)
      #expect(told.first?.hasPrefix("1 of 64 decoded samples black in its channel") == true, "\(told)")
      #expect(told.first?.hasSuffix("zoo check --pixels looks at all") == true, "\(told)")
    }
  }

  @Test("of three groups the one that is far from the two others is named, and no other")
  func three() throws {
    try Self.look(donors: 3) { donor, image, pixel in
      Self.plain(donor, image, pixel) * (donor == 3 ? 16 : 1)
    } _: { _, _, pixels in
      let far = pixels.cautions.filter { $0.contains("are far from others") }
      #expect(far.contains { $0.contains("donor 'D3'") }, "\(far)")
      #expect(!far.contains { $0.contains("donor 'D1'") || $0.contains("donor 'D2'") }, "\(far)")
    }
  }

  @Test("a plate whose channels look like each other's is named with the key, one of another gain isn't")
  func order() throws {
    try DataFiles.with { files in
      var table = "path,label,plate\n"
      for plate in 1...3 {
        for image in 0..<12 {
          // Brightfield is bright and even, nuclei are dim and varied; the second plate has them the other way round.
          let planes = [(150, 1), (20, 3), (4, 0.2)].map { mean, step in
            (0..<30).map { (mean + step * Float(($0 + image) % 20)) * (plate == 3 ? 0.6 : 1) }
          }
          let order = plate == 2 ? [1, 0, 2] : [0, 1, 2]
          let picture = try Image(
            width: 6, height: 5, channels: 3, sampleType: .uint8,
            samples: order.flatMap { planes[$0].map { $0.rounded() } })
          try files.file("P\(plate)/\(image).png", PNGWriter.encode(picture))
          table += "P\(plate)/\(image).png,\(image % 2),P\(plate)\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      spec.imageChannels = ["BF", "DNA", "PI"]
      spec.accept = ["copies"]
      func told() throws -> [String] {
        let data = try Dataset.open(spec)
        let split = Split([Subset](repeating: .train, count: data.samples.count), rule: "")
        return PixelCheck(data, split, cache: SampleCache(data, limit: 0), threads: 2).cautions.filter {
          $0.contains("another order")
        }
      }
      #expect(
        try told() == [
          "the channels of plate 'P2' look as if they were in another order: what is called DNA, BF there is as bright and varied as BF, DNA of 'P1'; if its files have them so, data.folderChannels says it"
        ])
      spec.folderChannels = ["P2/": ["DNA", "BF", "PI"]]
      #expect(try told().isEmpty)
      // Where the plate's cells are of another class, that may be why they look so.
      spec.folderChannels = [:]
      try files.text("manifest.csv", table.replacing(",0,P2", with: ",2,P2").replacing(",1,P2", with: ",3,P2"))
      #expect(try told().isEmpty)
    }
  }

  @Test("another order is told of the plate, though another column goes with it and a third plate is unlike both")
  func orderOfGroups() throws {
    try DataFiles.with { files in
      var table = "path,label,doubt,plate\n"
      for plate in 1...3 {
        for image in 0..<12 {
          let planes = [(150, 1), (20, 3), (4, 0.2)].map { mean, step in
            (0..<30).map { mean + step * Float(($0 + image) % 20) }
          }
          // Of the third plate all channels are one mixture.
          let mixed = (0..<30).map { planes[$0 % 3][$0] }
          let own = plate == 3 ? [mixed, mixed, mixed] : plate == 2 ? [planes[1], planes[0], planes[2]] : planes
          let picture = try Image(
            width: 6, height: 5, channels: 3, sampleType: .uint8, samples: own.joined().map { $0.rounded() })
          try files.file("P\(plate)/\(image).png", PNGWriter.encode(picture))
          table +=
            "P\(plate)/\(image).png,\(image % 2),\(plate == 2 && image < 8 || plate == 1 && image < 2 ? "x" : "y"),P\(plate)\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      spec.imageChannels = ["BF", "DNA", "PI"]
      spec.accept = ["copies"]
      let data = try Dataset.open(spec)
      let split = Split([Subset](repeating: .train, count: data.samples.count), rule: "")
      let told = PixelCheck(data, split, cache: SampleCache(data, limit: 0), threads: 2).cautions.filter {
        $0.contains("another order")
      }
      #expect(told.count == 1 && told[0].hasPrefix("the channels of plate 'P2' look as if"), "\(told)")
    }
  }

  @Test("black and constant images of all subsets are named")
  func black() throws {
    try Self.look { donor, image, pixel in
      if donor == 1 && image == 3 { return 0 }
      if donor == 4 && image == 5 { return 150 }
      return Self.plain(donor, image, pixel)
    } _: { _, _, pixels in
      let black = try #require(pixels.cautions.first { $0.contains("nothing to see") })
      #expect(black.hasPrefix("2 samples of one value in its channel"), "\(black)")
      #expect(black.contains("D1_3.png (train)") && black.contains("D4_5.png (test)"), "\(black)")
    }
  }

  @Test("some held-out samples are looked at even where only a few are decoded")
  func sampled() {
    let split = Split((0..<400).map { $0 < 200 ? .train : $0 < 300 ? .validation : .test }, rule: "").sampled(64)
    #expect(split.train.count == 64 && split.validation.count == 16 && split.test.count == 16)
  }

  @Test("cells with the same pixels within one subset are told")
  func cells() throws {
    try DataFiles.with { files in
      for well in ["A01", "A02", "A03"] {
        var samples: [Float] = []
        for place in 0..<400 {
          let value = well == "A03" ? place * place * 7 + 5 : place * 31
          samples.append(Float(value % 197))
        }
        let image = try Image(width: 20, height: 20, sampleType: .uint8, samples: samples)
        try files.file("\(well)/t0000_BF.png", PNGWriter.encode(image))
        try files.text("tables/\(well).csv", "x,y,label\n6,6,a\n12,13,b\n")
      }
      var spec = files.spec(.cells)
      (spec.height, spec.width) = (4, 4)
      spec.cells.layout = .table
      spec.cells.images = "{well}/t{frame:04}_{channel}.png"
      spec.cells.tables = "tables/{well}.csv"
      spec.cells.columns = ["x": "x", "y": "y", "label": "label"]
      spec.cells.units = .pixel
      let data = try Dataset.open(spec)
      let all = Split(data.samples.map { _ in .train }, rule: "")
      let pixels = PixelCheck(data, all, cache: SampleCache(data, limit: 0), threads: 1)
      let caution = try #require(pixels.cautions.first { $0.contains("with the same pixels as another one") })
      #expect(caution.hasPrefix("2 samples") && caution.contains("A01/") && caution.contains("A02/"), "\(caution)")
    }
  }

  @Test("black frames of sequences are counted, with an example")
  func blackFrames() throws {
    try DataFiles.with { files in
      var table = "path,label,film,frame\n"
      for film in 0..<12 {
        for frame in 0..<3 {
          let samples = (0..<30).map {
            film == 4 && frame > 0 || film == 7 && frame == 1 ? 0 : Self.plain(1, film + frame, $0)
          }
          let picture = try Image(width: 6, height: 5, sampleType: .uint16, samples: samples)
          try files.file("\(film)_\(frame).png", PNGWriter.encode(picture))
          table += "\(film)_\(frame).png,\(film % 2),f\(film),\(frame)\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      (spec.frames, spec.columns.sequence, spec.columns.frame) = (3, "film", "frame")
      let data = try Dataset.open(spec)
      let split = Split([Subset](repeating: .train, count: data.samples.count), rule: "")
      let cautions = PixelCheck(data, split, cache: SampleCache(data, limit: 0), threads: 2).cautions
      let told = cautions.filter { $0.contains("black or of one value in every channel") }
      #expect(told.count == 1 && told[0].hasPrefix("3 frames black"), "\(cautions)")
      #expect(told.first?.contains("in 2 of 12 sequences, e.g. 2 of 3 in") == true, "\(told)")
    }
  }
}
