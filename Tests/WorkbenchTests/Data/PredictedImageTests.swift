import Foundation
import Testing
import ZooPlugins

@testable import ZooData
@testable import ZooWorkbench

@Suite("Images given to a model")
struct PredictedImageTests {
  private static var card: Card {
    var card = Card()
    card.channels = ["PI", "BF"]
    card.classes = ["a", "b"]
    card.imageSize = (5, 6)
    return card
  }

  private static func colours(_ files: DataFiles, _ name: String) throws {
    let samples = (0..<3).flatMap { channel in [Float](repeating: Float(10 * channel + 1), count: 30) }
    try files.file(
      name, PNGWriter.encode(Image(width: 6, height: 5, channels: 3, sampleType: .uint8, samples: samples)))
  }

  @Test("colours are the channels that training called them, and nothing is taken for one without that")
  func colours() throws {
    try DataFiles.with { files in
      try Self.colours(files, "a.png")
      var training = DataSpec()
      #expect(throws: ZooError.self) {
        try Dataset.images([files.folder], for: Self.card, trainedWith: training)
      }
      training.imageChannels = ["BF", "CE", "PI"]
      let data = try Dataset.images([files.folder], for: Self.card, trainedWith: training)
      let pixels = try data.load(0)
      #expect(pixels[0] == 21 && pixels[30] == 1, "PI is the third, BF the first")
    }
  }

  @Test("one bad file stops a folder with the way out, which leaves it out and counts it")
  func skipped() throws {
    try DataFiles.with { files in
      try Self.colours(files, "a.png")
      try Self.colours(files, "b.png")
      try files.file("c.png", [])
      try files.image("d.png", value: 3)
      var training = DataSpec()
      training.imageChannels = ["BF", "CE", "PI"]
      let error = try #require(throws: ZooError.self) {
        try Dataset.images([files.folder], for: Self.card, trainedWith: training)
      }
      #expect(error.description.contains("data.onError=skip leaves such files out"), "\(error)")
      var given = DataSpec()
      given.onError = .skip
      let data = try Dataset.images([files.folder], for: Self.card, given: given, trainedWith: training)
      #expect(data.samples.map { ($0.id as NSString).lastPathComponent } == ["a.png", "b.png"])
      #expect(data.remarks.contains { $0.hasPrefix("2 files left out by data.onError=skip") }, "\(data.remarks)")
    }
  }
}
