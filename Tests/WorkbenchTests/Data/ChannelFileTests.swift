import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Folders of classes in which each channel has a file of its own.
@Suite("A file for each channel in folders")
struct ChannelFileTests {
  /// Two donors of three cells in each class; one of them lacks PI.
  private func cells(_ files: DataFiles, lacks: Bool = true) throws {
    var value: Float = 1
    for donor in 1...2 {
      for name in ["dead", "healthy"] {
        for cell in 0..<3 {
          for (place, channel) in ["BF", "PI"].enumerated() where !lacks || [donor, cell, place] != [1, 0, 1] {
            try files.image("D\(donor)/\(name)/c\(cell)_\(channel).png", value: value + Float(100 * place))
          }
          value += 1
        }
      }
    }
  }

  private func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.folder)
    spec.images = "D{donor}/{class}/c*_{channel}.png"
    return spec
  }

  private func values(_ data: Dataset, _ sample: Int) throws -> [Float] {
    let pixels = try data.load(sample)
    return stride(from: 0, to: pixels.count, by: 30).map { pixels[$0] }
  }

  @Test("files that agree in all else are one sample; what lacks a channel is refused, left out or filled")
  func samples() throws {
    try DataFiles.with { files in
      try cells(files)
      var spec = spec(files)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(
        error.contains("2 of 12 samples lack a file of the channel 'PI', e.g. 'D1/dead/c0_{channel}.png'"), "\(error)")
      #expect(error.contains("data.columns.missingChannel") && error.contains("data.channels"), "\(error)")
      spec.columns.missingChannel = .drop
      var data = try Dataset.open(spec)
      #expect(data.channels == ["BF", "PI"] && data.samples.count == 10 && data.groupColumns == ["donor"])
      #expect(data.samples[0].id == "D1/dead/c1_BF.png" && data.samples[0].groups == ["1"])
      #expect(try values(data, 0) == [2, 102] && values(data, 9) == [12, 112])
      #expect(
        data.remarks.contains { $0.hasPrefix("22 files of single channels (BF, PI) are put together to 10 samples") })
      #expect(data.remarks.contains("2 of 12 samples lack 'PI': left out (data.columns.missingChannel)"))
      spec.columns.missingChannel = .zero
      data = try Dataset.open(spec)
      #expect(data.channels == ["BF", "PI", "PI mask"] && data.samples.count == 12)
      #expect(try values(data, 0) == [1, 0, 0] && values(data, 1) == [2, 102, 1])
      spec.columns.missingChannel = .refuse
      spec.channels = ["BF"]
      data = try Dataset.open(spec)
      #expect(data.channels == ["BF"] && data.samples.count == 12, "a channel that isn't used isn't missed")
    }
  }

  @Test("channels are named by the spec in their order, or by other names that they have")
  func names() throws {
    try DataFiles.with { files in
      try cells(files, lacks: false)
      try files.image("D1/dead/c9_Brightfield.png", value: 90)
      try files.image("D1/dead/c9_PI.png", value: 91)
      var spec = spec(files)
      spec.channelNames = ["BF": ["Bright*"]]
      var data = try Dataset.open(spec)
      #expect(data.channels == ["BF", "PI"] && data.samples.count == 13)
      #expect(try values(data, data.samples.firstIndex { $0.id.contains("c9") } ?? 0) == [90, 91])
      spec.exclude = ["*Bright*", "*c9*"]
      spec.channelNames = [:]
      spec.imageChannels = ["DIC", "propidium"]
      spec.channels = ["propidium", "DIC"]
      data = try Dataset.open(spec)
      #expect(try data.channels == ["propidium", "DIC"] && values(data, 0) == [101, 1])
      spec.imageChannels = ["DIC"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("names 1 channel (DIC), but the files' names have 2 (BF, PI)"), "\(error)")
    }
  }

  @Test("a new spec finds them, says so, and leaves the few out that lack one")
  func found() throws {
    try DataFiles.with { files in
      var value: Float = 1
      for donor in 1...4 {
        for name in ["dead", "healthy"] {
          for cell in 0..<5 {
            for channel in ["BF", "PI"] where [donor, cell] != [1, 0] || name == "healthy" || channel == "BF" {
              try files.image("Donor_0\(donor)/\(name)/c00\(cell)_\(channel).png", value: value)
              value += 1
            }
          }
        }
      }
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.text.contains("images: \"Donor_{donor}/{class}/c{cell}_{channel}.png\""), "\(made.text)")
      #expect(made.text.contains("columns: {missingChannel: \"drop\"}"), "\(made.text)")
      #expect(made.text.contains("channels: [\"BF\", \"PI\"]") && made.text.contains("by: [\"donor\"]"), "\(made.text)")
      #expect(made.remarks.contains { $0.contains("BF, PI are taken as channels of one image") }, "\(made.remarks)")
      #expect(made.remarks.contains { $0.contains("1 of 40 samples lack PI, and are left out") }, "\(made.remarks)")
    }
  }
}
