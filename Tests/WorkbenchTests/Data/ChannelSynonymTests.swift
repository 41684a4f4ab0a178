import Testing
import ZooFormat

@testable import ZooData
@testable import ZooWorkbench

/// Channels that files call differently.
@Suite("Names of channels in files")
struct ChannelSynonymTests {
  private static let synonyms = ChannelSynonyms(["BF": ["Brightfield", "TL*"], "PI": ["TRITC"]])

  @Test("a name goes by its words, by patterns, by the channel's own name, whatever the case")
  func resolved() throws {
    #expect(try Self.synonyms.resolved(["TL Brightfield", "tritc", "Hoechst"]) == ["BF", "PI", "Hoechst"])
    #expect(try Self.synonyms.resolved(["bf"]) == ["BF"])
    #expect(try Self.synonyms.resolved(["PI", "phase", "bright-field"]) == ["PI", "phase", "BF"])
    #expect(try ChannelSynonyms().resolved(["TL"]) == ["TL"])
  }

  @Test(
    "a name of two channels, and two names of one, are refused with both lists",
    arguments: [
      (["TL"], ["BF": ["TL*"], "DIC": ["TL"]], "the channel 'TL' may be BF or DIC (the file has TL)"),
      (["PI"], ["BF": ["*"], "PI": ["TRITC"]], "may be BF or PI"),
      (["TL", "Brightfield"], ["BF": ["Brightfield", "TL*"]], "'TL' and 'Brightfield' may both be BF"),
    ] as [([String], [String: [String]], String)])
  func ambiguous(_ case: (names: [String], synonyms: [String: [String]], words: String)) throws {
    let error = try #require(throws: ZooError.self) { try ChannelSynonyms(`case`.synonyms).resolved(`case`.names) }
    #expect(error.description.contains(`case`.words) && error.description.contains("BF: "), "\(error)")
  }

  /// The files of three days, whose channels have other names and another order on each.
  private func days(_ files: DataFiles) throws {
    for (day, names) in [["BF", "PI"], ["TRITC", "TL"], ["Hoechst", "Brightfield", "PI"]].enumerated() {
      var maker = TIFFMaker()
      maker.description = TIFFMaker.ome(channels: names)
      let planes = names.map { ["BF": 1, "TL": 1, "Brightfield": 1, "PI": 2, "TRITC": 2][$0] ?? 7 }
      for name in ["a", "b"] { try files.file("\(name)/\(day).tif", maker.file(planes)) }
    }
  }

  @Test("the pixels are the same on every day, in training and for a model")
  func dataset() throws {
    try DataFiles.with { files in
      try days(files)
      var spec = files.spec(.folder)
      (spec.height, spec.width) = (TIFFMaker.height, TIFFMaker.width)
      spec.channels = ["BF", "PI"]
      let refused = try #require(throws: ZooError.self) { try Dataset.open(spec, for: .evaluation) }
      #expect(refused.description.contains("data.channelNames='{"), "\(refused)")
      spec.channelNames = ["BF": ["Brightfield", "TL*"], "PI": ["TRITC"]]
      for imageChannels in [[], ["BF", "PI"]] {
        spec.imageChannels = imageChannels
        let data = try Dataset.open(spec, for: .evaluation)
        #expect(data.samples.count == 6)
        for index in data.samples.indices { #expect(try data.load(index) == TIFFMaker.planes([1, 2])) }
      }
      var card = Card()
      (card.classes, card.channels) = (["a", "b"], ["PI", "BF"])
      card.imageSize = (height: TIFFMaker.height, width: TIFFMaker.width)
      let images = try Dataset.images([files.folder], for: card, trainedWith: spec)
      for index in images.samples.indices { #expect(try images.load(index) == TIFFMaker.planes([2, 1])) }
      let error = try #require(throws: ZooError.self) { try Dataset.images([files.folder], for: card) }
      #expect(
        error.parts.map(\.problem).contains { $0.hasPrefix("has the channels TRITC, TL (1 more file too, e.g. ") },
        "\(error)")
      #expect(error.parts.first?.expected == "2 channels (PI, BF) as the model")
    }
  }

  @Test("a wanted channel that no name matches is refused with the file's names and the synonyms")
  func none() throws {
    let naming = ChannelNaming(["BF", "PI"], origin: .file("a.tif"), synonyms: Self.synonyms)
    let header = ImageHeader(
      width: 3, height: 2, channels: 2, sampleType: .uint8, channelNames: ["TL", "Cy5"])
    let error = try #require(throws: ZooError.self) { try naming.places(header, wanted: [0, 1]) }
    #expect(error.description.contains("has the channels TL, Cy5"), "\(error)")
    #expect(error.description.contains("in files BF: Brightfield, TL*; PI: TRITC"), "\(error)")
    #expect(try naming.places(header, wanted: [0]) == [0, nil])
  }

  @Test("names for the first channels of files of which some have more")
  func further() throws {
    func header(_ channels: Int) -> ImageHeader {
      ImageHeader(width: 3, height: 2, channels: channels, sampleType: .uint8)
    }
    let naming = ChannelNaming(["BF", "PI", "*"], origin: .spec, first: header(2))
    #expect(naming.names == ["BF", "PI"])
    #expect(try naming.places(header(2), wanted: [0, 1]) == [0, 1])
    #expect(try naming.places(header(4), wanted: [0, 1]) == [0, 1])
    #expect(throws: ZooError.self) { try naming.places(header(1), wanted: [0, 1]) }
    let model = ChannelNaming(["PI"], origin: .model(imageChannels: ["BF", "PI", "*"]))
    #expect(try model.places(header(3), wanted: [0]) == [1])
    #expect(throws: ZooError.self) {
      try ChannelNaming(["BF", "PI"], origin: .spec, first: header(2)).places(header(3), wanted: [0, 1])
    }
  }

  @Test("fields of which some have a further channel, and words in file names that call one channel differently")
  func fields() throws {
    try DataFiles.with { files in
      for (field, planes) in [("f1", [1, 2]), ("f2", [1, 2, 3])] {
        try files.file("\(field).tif", TIFFMaker().file(planes))
      }
      let folder = try FieldFolder(files.folder)
      let pattern = ImagePatterns(try FieldPattern("{field}.tif", key: ""))
      #expect(throws: ZooError.self) { try FieldImages(folder, pattern, names: ["BF", "PI"], axes: .channels) }
      let images = try FieldImages(folder, pattern, names: ["BF", "PI", "*"], axes: .channels)
      #expect(images.channels == ["BF", "PI"] && images.fields.allSatisfy { $0.planes.count == 2 })
    }
    try DataFiles.with { files in
      for name in ["A1_Brightfield", "A1_PI", "A2_TL", "A2_TRITC"] { try files.image("\(name).png", value: 3) }
      let images = try FieldImages(
        FieldFolder(files.folder), ImagePatterns(FieldPattern("{well}_{channel}.png", key: "")), names: [], axes: .auto,
        synonyms: Self.synonyms)
      #expect(images.channels == ["BF", "PI"])
      #expect(images.fields.count == 2 && images.fields.allSatisfy { $0.planes.allSatisfy { $0 != nil } })
    }
  }
}
