import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Numbers in label images")
struct LabelJumpTests {
  private static let side = 96

  /// Films of two frames with four cells each, whose numbers in the second frame are `numbers`, moved by `step`.
  private static func write(_ files: DataFiles, _ numbers: [Int], step: Int = 2) throws {
    for field in ["A01", "A02"] {
      for frame in 1...2 {
        try files.image("\(field)/t\(frame).png", value: Float(10 * frame), width: side, height: side)
        var mask = [Float](repeating: 0, count: side * side)
        for (place, (x, y)) in [(10, 10), (70, 14), (12, 60), (66, 72)].enumerated() {
          let number = frame == 1 ? place + 1 : numbers[place]
          let (x, y) = (x + (frame == 1 ? 0 : step), y)
          for row in y - 4...y + 4 { for column in x - 4...x + 4 { mask[row * side + column] = Float(number) } }
        }
        let image = try Image(width: side, height: side, sampleType: .uint8, samples: mask)
        try files.file("\(field)/m\(frame)_masks.png", PNGWriter.encode(image))
      }
    }
  }

  private static func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.imageChannels = ["BF"]
    spec.cells.layout = .table
    spec.cells.images = "{well}/t{frame}.png"
    spec.cells.tables = "{well}/m{frame}_masks.png"
    return spec
  }

  private static func caution(_ data: Dataset) -> String? {
    data.remarks.first { $0.contains("numbered frame by frame") }
  }

  @Test("that go to other cells while another lies where they were are told, and are no tracks if the spec says so")
  func exchanged() throws {
    try DataFiles.with { files in
      try Self.write(files, [3, 2, 4, 1])
      var spec = Self.spec(files)
      spec.frames = 2
      spec.cells.before = 0
      var data = try Dataset.open(spec, for: .prediction)
      let caution = try #require(Self.caution(data))
      #expect(caution.hasPrefix("in 2 of 2 fields 6 of 8 tracks jump farther than two widths of a cell"), "\(caution)")
      #expect(caution.contains("data.cells.labelNumbers=objects"), "\(caution)")
      func cuts(_ data: Dataset) -> [Int] {
        (data.source as? CellsSource)?.windows.cuts.prefix(2).map { Int($0.left) } ?? []
      }
      // The number 1 is followed to the last cell's place, or not at all.
      #expect(cuts(data) == [8, 66])
      spec.cells.labelNumbers = .objects
      data = try Dataset.open(spec, for: .prediction)
      #expect(Self.caution(data) == nil && data.samples[0].id == "A01/t0001/1")
      #expect(cuts(data) == [8, 8])
    }
  }

  @Test("that follow their cells draw no caution, also where the stage moved by more than a cell is wide")
  func followed() throws {
    try DataFiles.with { files in
      for step in [2, 22] {
        try Self.write(files, [1, 2, 3, 4], step: step)
        #expect(try Self.caution(Dataset.open(Self.spec(files), for: .prediction)) == nil)
      }
    }
  }
}
