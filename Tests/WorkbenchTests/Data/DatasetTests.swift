import Foundation
import Testing
import ZooData
import ZooWorkbench

@Suite("Data sources")
struct DatasetTests {
  @Test("a folder of images by class: classes sorted or as named, labels, pixels")
  func folder() throws {
    try DataFiles.with { files in
      for (index, name) in ["b/1.png", "b/2.png", "a/1.png", "c/1.png"].enumerated() {
        try files.image(name, value: Float(10 * index))
      }
      try files.text("a/notes.txt", "not an image")
      var spec = files.spec(.folder)
      let all = try Dataset.open(spec)
      #expect(all.classes == ["a", "b", "c"])
      #expect(all.samples.map(\.id) == ["a/1.png", "b/1.png", "b/2.png", "c/1.png"])
      #expect(all.samples.map(\.label) == [0, 1, 1, 2])
      #expect(try all.load(2) == [Float](repeating: 10, count: 30))
      spec.classes = ["b", "rest"]
      spec.relabel = ["a": "rest", "c": "rest"]
      let chosen = try Dataset.open(spec)
      #expect(chosen.samples.map(\.label) == [1, 0, 0, 1])
      #expect(try all.fingerprint() != chosen.fingerprint())
      let before = try all.fingerprint()
      try files.image("a/1.png", value: 99)
      #expect(try Dataset.open(files.spec(.folder)).fingerprint() != before, "contents are part of the fingerprint")
    }
  }

  @Test("a manifest with one path for each channel, quotes, a byte order mark and CRLF")
  func manifest() throws {
    try DataFiles.with { files in
      for name in ["x, 1-dna.png", "x, 1-bf.png", "y-dna.png", "y-bf.png"] {
        try files.image(name, value: Float(name.utf8.count))
      }
      try files.text(
        "manifest.csv",
        "\u{FEFF}bf,label,dna,\"the \"\"well\"\"\"\r\n\"x, 1-bf.png\",one,\"x, 1-dna.png\",A1\r\ny-bf.png,two,y-dna.png,A2\r\n"
      )
      var spec = files.spec(.auto)
      spec.columns.channelPaths = ["BF": "bf", "DNA": "dna"]
      spec.channels = ["DNA", "BF"]
      spec.split.by = ["the \"well\""]
      let data = try Dataset.open(spec)
      #expect(data.channels == ["DNA", "BF"])
      #expect(data.groupColumns == ["the \"well\""] && data.samples.map(\.groups) == [["A1"], ["A2"]])
      #expect(try data.load(0) == [Float](repeating: 12, count: 30) + [Float](repeating: 11, count: 30))
    }
  }

  @Test("rows of one sequence become its frames, in the order of their numbers")
  func sequences() throws {
    try DataFiles.with { files in
      var text = "path,label,film,time,well\n"
      for film in ["f1", "f2"] {
        for time in [10, 9, 8] {
          try files.image("\(film)-\(time).png", value: Float(time + (film == "f1" ? 0 : 10)))
          text += "\(film)-\(time).png,\(film == "f1" ? "one" : "two"),\(film),\(time),W\n"
        }
      }
      try files.text("manifest.csv", text)
      var spec = files.spec(.csv)
      spec.columns.sequence = "film"
      spec.columns.frame = "time"
      spec.frames = 3
      spec.imageChannels = ["DNA"]
      let data = try Dataset.open(spec)
      #expect(data.sampleShape == [3, 1, 5, 6] && data.samples.map(\.id) == ["f1", "f2"])
      #expect(try data.load(0) == [8, 9, 10].flatMap { [Float](repeating: $0, count: 30) })
      spec.frames = 4
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("the sequence 'f1' has 3 frames"), "\(error)")
    }
  }

  @Test("everything wrong with the data is reported at once, with the nearest names")
  func problems() throws {
    try DataFiles.with { files in
      try files.image("a.png", value: 1)
      try files.file("b.png", Array("no image".utf8))
      try files.text(
        "manifest.csv", "path,label,well\na.png,healthy,1\nb.png,apoptosis,1\nc.png,apoptosis,2\na2.png,healthy,3\n")
      try files.image("a2.png", value: 1, channels: 3)
      var spec = files.spec(.csv)
      spec.imageChannels = ["DNA"]
      spec.channels = ["DMA"]
      spec.classes = ["healthy", "apotosis", "apoptosis"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      for part in [
        "no channel 'DMA'", "Did you mean 'DNA'?", "no class 'apotosis'", "Did you mean 'apoptosis'?",
        "b.png: the file is no image of a kind that is known", "c.png: there is no such file",
        "a2.png: has the channels red, green, blue",
      ] {
        #expect(error.description.contains(part), "missing '\(part)' in: \(error)")
      }
      #expect(error.kind == .badInput)
      spec = files.spec(.csv)
      spec.columns.label = "lable"
      spec.columns.path = "paht"
      spec.split.by = ["wel"]
      let columns = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      for part in ["'label'?", "'path'?", "'well'?"] { #expect(columns.description.contains(part), "\(columns)") }
    }
  }

  @Test("a class without images, a missing folder and a second sample of the same name are refused")
  func refusals() throws {
    try DataFiles.with { files in
      try files.image("a/1.png", value: 1)
      try files.image("b/1.png", value: 2)
      try FileManager.default.createDirectory(atPath: files.folder + "/empty", withIntermediateDirectories: true)
      let empty = try #require(throws: ZooError.self) { try Dataset.open(files.spec(.folder)) }
      #expect(empty.description.contains("the class 'empty' has no images"))
      var spec = files.spec(.folder)
      spec.classes = ["a", "b"]
      #expect(try Dataset.open(spec).samples.count == 2)
      spec.root = files.folder + "/nowhere"
      let missing = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(missing.description.contains("there is no such folder"))
      try files.text("manifest.csv", "path,label\na/1.png,a\nb/1.png,b\na/1.png,a\n")
      let twice = try #require(throws: ZooError.self) { try Dataset.open(files.spec(.csv)) }
      #expect(twice.description.contains("manifest.csv:4: the sample 'a/1.png' stands here a second time"))
      spec = files.spec(.simulated)
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
    }
  }

  @Test("an image that breaks after its header is named when it is loaded")
  func brokenPixels() throws {
    try DataFiles.with { files in
      try files.image("a/1.png", value: 1)
      try files.image("b/1.png", value: 2)
      let bytes = try FileBytes.read(files.folder + "/b/1.png")
      try files.file("b/1.png", Array(bytes.dropLast(20)))
      let data = try Dataset.open(files.spec(.folder))
      let error = try #require(throws: ZooError.self) { try data.load(1) }
      #expect(error.location.file == files.folder + "/b/1.png")
      let loader = try BatchLoader(SampleCache(data), indices: [0, 1], options: .init())
      #expect(throws: error) { try loader.next() }
    }
  }

  @Test("IDX files, plain: membership is the source's, and hostile sizes are refused before memory is taken")
  func idx() throws {
    try DataFiles.with { files in
      func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
        [0, 0, 8, UInt8(shape.count)] + shape.flatMap { size in (0..<4).map { UInt8(size >> (24 - 8 * $0) & 255) } }
          + bytes
      }
      try files.file("train", idx([4, 2, 3], (0..<24).map { UInt8($0) }))
      try files.file("train-labels", idx([4], [0, 1, 0, 1]))
      try files.file("test", idx([2, 2, 3], (0..<12).map { UInt8(100 + $0) }))
      try files.file("test-labels", idx([2], [1, 0]))
      var spec = files.spec(.idx)
      spec.height = 2
      spec.width = 3
      spec.idx.trainImages = "train"
      spec.idx.trainLabels = "train-labels"
      spec.idx.testImages = "test"
      spec.idx.testLabels = "test-labels"
      spec.idx.labelNames = ["zero", "one"]
      let data = try Dataset.open(spec)
      #expect(data.classes == ["zero", "one"] && data.channels == ["gray"])
      #expect(try data.load(5) == (106..<112).map { Float($0) })
      spec.split.train = 0.5
      spec.split.validation = 0.5
      spec.split.test = 0
      let split = try data.split(spec.split)
      #expect(split.test == [4, 5] && split.train.count == 2 && split.validation.count == 2)
      try files.file("train", idx([0xFFFF_FFFF, 0xFFFF, 0xFFFF], []))
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      try files.file("train", idx([4, 2, 300], [1]))
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      spec.idx.labelNames = ["zero"]
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
    }
  }

  @Test("statistics of the channels are the mean and the deviation, with the same bits on any number of threads")
  func statistics() throws {
    try DataFiles.with { files in
      for (name, value) in [("a/1.png", 10), ("a/2.png", 20), ("b/1.png", 60)] {
        try files.image(name, value: Float(value))
      }
      let data = try Dataset.open(files.spec(.folder))
      let statistics = try data.channelStatistics(of: [0, 1], cache: SampleCache(data), threads: 1)
      #expect(statistics.mean == [15] && statistics.deviation == [5])
      let one = try data.channelStatistics(of: [0, 1, 2], cache: SampleCache(data), threads: 1)
      let three = try data.channelStatistics(of: [0, 1, 2], cache: SampleCache(data, limit: 0), threads: 3)
      #expect(one == three)
      #expect(try data.channelStatistics(of: [0], cache: SampleCache(data)).deviation == [1], "a constant channel")
    }
  }
}
