import Testing

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

@Suite("Channels by name")
struct ChannelNamingTests {
  private func header(_ channels: Int, _ names: [String] = [], titles: [String] = []) -> ImageHeader {
    ImageHeader(
      width: 3, height: 2, channels: channels, sampleType: .uint8, channelNames: names, channelTitles: titles)
  }

  private func places(_ naming: ChannelNaming, _ header: ImageHeader, wanted: [Int]? = nil) -> [Int?]? {
    try? naming.places(header, wanted: wanted ?? Array(naming.names.indices))
  }

  @Test("names of the file come before positions")
  func byName() {
    for origin in [ChannelNaming.Origin.spec, .model(imageChannels: []), .file("a.tif")] {
      let naming = ChannelNaming(["BF", "PI"], origin: origin)
      #expect(places(naming, header(2, ["BF", "PI"])) == [0, 1])
      #expect(places(naming, header(2, ["PI", "BF"])) == [1, 0])
      #expect(places(naming, header(3, ["CE", "PI", "BF"])) == [2, 1])
      #expect(places(naming, header(2, ["PI", "CE"])) == nil)
      // Case, blanks and dashes make no other channel, unless they tell two apart.
      #expect(places(naming, header(2, ["pi", "bf"])) == [1, 0])
      #expect(places(naming, header(3, ["pi", "PI", "bf"])) == [2, 1])
      #expect(places(naming, header(3, ["pi", "Pi", "bf"]), wanted: [1]) == nil)
      #expect(places(naming, header(2, ["BF", ""])) == nil)
      // One that isn't used may be missing; two of one name can't be told apart.
      #expect(places(naming, header(2, ["CE", "PI"]), wanted: [1]) == [nil, 1])
      #expect(places(naming, header(3, ["BF", "PI", "PI"])) == nil)
      #expect(places(naming, header(3, ["BF", "PI", "PI"]), wanted: [0]) == [0, 1])
    }
  }

  @Test("files that name channels are never to be taken by position")
  func remedies() throws {
    let naming = ChannelNaming(["BF", "PI", "DNA"], origin: .spec)
    let error = try #require(throws: ZooError.self) { try naming.places(header(2, ["PI", "BF"]), wanted: [0, 1, 2]) }
    #expect(!error.description.contains("data.axes=CYX"), "\(error)")
    let first = ChannelNaming(["BF", "PI", "DNA"], origin: .file("a.tif"))
    let other = try #require(throws: ZooError.self) { try first.places(header(2, ["PI", "BF"]), wanted: [0, 1, 2]) }
    #expect(other.description.contains("data.channels=[BF, PI]"), "\(other)")
  }

  @Test("titles count if they are the names, are refused if only some are, and else say nothing")
  func titles() {
    let naming = ChannelNaming(["BF", "PI"], origin: .model(imageChannels: []))
    #expect(places(naming, header(2, titles: ["PI", "BF"])) == [1, 0])
    #expect(places(naming, header(2, titles: ["PI", "CE"])) == nil)
    #expect(places(naming, header(2, titles: ["img1", "img2"])) == [0, 1])
  }

  @Test("data.imageChannels settles it: names for files without, and other names for files with some")
  func spec() {
    let unnamed = ChannelNaming(["BF", "PI"], origin: .spec, first: header(2))
    #expect(places(unnamed, header(2)) == [0, 1] && places(unnamed, header(3)) == nil)
    let renamed = ChannelNaming(["BF", "PI"], origin: .spec, first: header(2, ["DAPI", "FITC"]))
    #expect(places(renamed, header(2, ["DAPI", "FITC"])) == [0, 1])
    // The same names in another order would be exchanged by position.
    #expect(places(renamed, header(2, ["FITC", "DAPI"])) == nil)
    #expect(places(renamed, header(2, ["PI", "BF"])) == [1, 0])
    // A name that stands elsewhere speaks against the order.
    #expect(
      places(ChannelNaming(["BF", "PI"], origin: .spec, first: header(2, ["PI", "CE"])), header(2, ["PI", "CE"])) == nil
    )
    // Two of one name tell nothing.
    let same = ChannelNaming(["BF", "PI"], origin: .spec, first: header(2, ["BF", "BF"]))
    #expect(
      places(same, header(2, ["BF", "BF"])) == [0, 1] && places(same, header(2, ["BF", "BF"]), wanted: [0]) == [0, 1])
    let colours = ["red", "green", "blue"]
    let three = ChannelNaming(["BF", "CE", "PI"], origin: .spec, first: header(3, colours))
    #expect(
      places(three, header(3, colours)) == [0, 1, 2] && places(three, header(4, colours + ["alpha"])) == [0, 1, 2])
  }

  @Test("a model's names are those of files without, of as many channels; colours are names")
  func model() {
    let naming = ChannelNaming(["PI", "BF"], origin: .model(imageChannels: []))
    #expect(places(naming, header(2)) == [0, 1] && places(naming, header(3)) == nil)
    let trained = ChannelNaming(["PI"], origin: .model(imageChannels: ["BF", "PI"]))
    #expect(places(trained, header(2)) == [1] && places(trained, header(1, ["gray"])) == [0])
    let three = ChannelNaming(["BF", "CE", "PI"], origin: .model(imageChannels: []))
    #expect(places(three, header(3, ["red", "green", "blue"])) == nil)
    let gray = ChannelNaming(["gray"], origin: .model(imageChannels: []))
    #expect(places(gray, header(1, ["DAPI"])) == [0] && places(gray, header(3, ["red", "green", "blue"])) == nil)
  }

  @Test("the data's first file names the channels; a file without names among them is refused")
  func file() {
    let naming = ChannelNaming(["BF", "PI"], origin: .file("a.tif"))
    let error = #expect(throws: ZooError.self) { try naming.places(header(2), wanted: [0, 1]) }
    #expect(error?.description.contains("2 channels without names; expected 2 channels (BF, PI) as a.tif") == true)
  }

  @Test("the order may differ from file to file, and the pixels are the same")
  func dataset() throws {
    try DataFiles.with { files in
      for (index, names) in [["BF", "PI"], ["PI", "BF"], ["PI", "CE", "BF"]].enumerated() {
        var maker = TIFFMaker()
        maker.description = TIFFMaker.ome(channels: names)
        let planes = names.map { ["BF": 1, "PI": 2, "CE": 3][$0] ?? 0 }
        for name in ["a", "b"] { try files.file("\(name)/\(index).tif", maker.file(planes)) }
      }
      var spec = files.spec(.folder)
      (spec.height, spec.width) = (TIFFMaker.height, TIFFMaker.width)
      for imageChannels in [[], ["BF", "PI"], ["PI", "BF"]] {
        spec.imageChannels = imageChannels
        spec.channels = ["BF", "PI"]
        let data = try Dataset.open(spec, for: .evaluation)
        for index in data.samples.indices { #expect(try data.load(index) == TIFFMaker.planes([1, 2])) }
      }
      try files.file("b/9.tif", TIFFMaker().file([1, 2]))
      spec.imageChannels = []
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec, for: .evaluation) }
      #expect(error.description.contains("b/9.tif: has 2 channels without names"), "\(error)")
    }
  }

  @Test("a sequence of unnamed files of several channels, one for each time")
  func filesOfTimes() throws {
    try DataFiles.with { files in
      for time in 0..<3 { try files.file("\(time).tif", TIFFMaker().file([2 * time, 2 * time + 1])) }
      let rows = ["a", "b"].flatMap { label in (0..<3).map { "\($0).tif,\(label),\(label),\($0)" } }
      try files.text("manifest.csv", "path,label,sequence,frame\n" + rows.joined(separator: "\n") + "\n")
      var spec = files.spec(.csv)
      (spec.height, spec.width, spec.frames) = (TIFFMaker.height, TIFFMaker.width, 3)
      (spec.columns.sequence, spec.columns.frame) = ("sequence", "frame")
      spec.imageChannels = ["BF", "PI"]
      #expect(try Dataset.open(spec, for: .evaluation).load(0) == TIFFMaker.planes(Array(0..<6)))
    }
  }

  @Test("cameras of different depth, each with files of its own")
  func typesOfChannels() throws {
    try DataFiles.with { files in
      for label in ["a", "b"] {
        try files.image("\(label)-bf.png", value: 7, width: TIFFMaker.width, height: TIFFMaker.height)
        try files.file("\(label)-pi.tif", TIFFMaker().file([2]))
      }
      try files.text("manifest.csv", "label,bf,pi\na,a-bf.png,a-pi.tif\nb,b-bf.png,b-pi.tif\n")
      var spec = files.spec(.csv)
      (spec.height, spec.width) = (TIFFMaker.height, TIFFMaker.width)
      spec.columns.channelPaths = ["BF": "bf", "PI": "pi"]
      spec.channels = ["BF", "PI"]
      let data = try Dataset.open(spec, for: .evaluation)
      #expect(data.sampleType == .uint16)
      #expect(try data.load(1) == [Float](repeating: 7, count: 6) + TIFFMaker.plane(2))
      try files.file("b-bf.png", TIFFMaker().file([1]))
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec, for: .evaluation) }
      #expect(error.description.contains("b-bf.png: has samples of uint16; expected uint8"), "\(error)")
    }
  }
}
