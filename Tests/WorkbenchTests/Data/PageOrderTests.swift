import Foundation
import Testing

@testable import ZooData
@testable import ZooImages

@Suite("The order of pages, by how bright they are")
struct PageOrderTests {
  /// Pages of three channels in four frames, as a file has them that is read in `read` and lies in `lies`.
  private func pages(_ lies: PageAxes, readAs read: PageAxes, levels: [Double] = [100, 900, 300]) -> PageOrder.Pages {
    let (frames, channels) = (4, levels.count)
    func page(_ axes: PageAxes, _ frame: Int, _ channel: Int) -> Int {
      axes == .framesOfChannels ? frame * channels + channel : channel * frames + frame
    }
    var file = [Double](repeating: 0, count: frames * channels)
    for frame in 0..<frames {
      for channel in 0..<channels { file[page(lies, frame, channel)] = levels[channel] + Double(frame) }
    }
    let means = (0..<frames).flatMap { frame in (0..<channels).map { file[page(read, frame, $0)] } }
    return PageOrder.Pages(frames: frames, channels: channels, means: means)
  }

  @Test("only the wrong one of the two is contradicted", arguments: [PageAxes.framesOfChannels, .channelsOfFrames])
  func orders(axes: PageAxes) {
    let other = axes == .framesOfChannels ? PageAxes.channelsOfFrames : .framesOfChannels
    #expect(pages(axes, readAs: other).contradict(other))
    #expect(!pages(axes, readAs: axes).contradict(axes))
    // Channels that are alike say nothing, and a film that bleaches has no order to be read from.
    let bleaching = PageOrder.Pages(frames: 5, channels: 4, means: (0..<20).map { 900 - 10 * Double($0 / 4) })
    #expect(!bleaching.contradict(axes))
    #expect(!pages(axes, readAs: other, levels: [100, 101, 102]).contradict(other))
  }

  @Test("films in the wrong order are told, in the right one they aren't")
  func films() throws {
    try DataFiles.with { files in
      for film in 0..<3 {
        // Planes of a number are as bright as the number is high.
        let pages = (0..<4).flatMap { frame in [2, 18, 9].map { $0 * 3 + frame % 2 + film } }
        try files.file("\(film).tif", TIFFMaker().file(pages))
      }
      try files.text("manifest.csv", "path,label\n0.tif,a\n1.tif,b\n2.tif,a\n")
      var spec = files.spec(.csv)
      (spec.height, spec.width, spec.frames) = (TIFFMaker.height, TIFFMaker.width, 4)
      spec.imageChannels = ["BF", "CE", "PI"]
      spec.axes = .channelsOfFrames
      let wrong = try Dataset.open(spec).remarks
      #expect(wrong.contains { $0.contains("3 of 3 files") && $0.contains("in the order TCYX") }, "\(wrong)")
      spec.axes = .framesOfChannels
      let right = try Dataset.open(spec).remarks
      #expect(!right.contains { $0.contains("which data.axes says") }, "\(right)")
    }
  }
}
