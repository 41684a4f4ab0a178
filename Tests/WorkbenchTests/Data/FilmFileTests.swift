import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Films of several channels in files of their own, of which nobody says what the pages are.
@Suite("Films in files")
struct FilmFileTests {
  /// A film for each of `pages`, whose page `n` is plane `n`.
  private func films(_ files: DataFiles, _ pages: [Int]) throws {
    var rows: [String] = []
    for (index, count) in pages.enumerated() {
      try files.file("\(index).tif", TIFFMaker().file((0..<count).map { $0 + index }))
      rows.append("\(index).tif,\(index % 2 == 0 ? "a" : "b")")
    }
    try files.text("manifest.csv", "path,label\n\(rows.joined(separator: "\n"))\n")
  }

  private func spec(_ files: DataFiles, frames: Int) -> DataSpec {
    var spec = files.spec(.csv)
    (spec.height, spec.width, spec.frames) = (TIFFMaker.height, TIFFMaker.width, frames)
    spec.imageChannels = ["BF", "CE", "PI"]
    spec.axes = .framesOfChannels
    return spec
  }

  @Test("frames are pages by channels; longer films give windows, shorter ones are refused or left out")
  func windows() throws {
    try DataFiles.with { files in
      try films(files, [9, 9, 12, 21, 6])
      var spec = spec(files, frames: 3)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("4.tif: has 2 frames of 3 channels; expected 3 frames"), "\(error)")
      #expect(error.description.contains("data.accept=[shortSequences]"), "\(error)")
      spec.accept = ["shortSequences"]
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["0.tif", "1.tif", "2.tif/1", "3.tif/1", "3.tif/4"])
      #expect(
        data.remarks.suffix(2) == [
          "1 sequence with fewer than 3 frames left out",
          "2 sequences with more than 3 frames cut into 3 windows (data.windows: all); 2 frames left out",
        ])
      #expect(try data.load(4) == TIFFMaker.planes((9..<18).map { $0 + 3 }))
      #expect(data.samples[3].unit == "3.tif" && data.samples[4].unit == "3.tif")
      spec.windows = .last
      #expect(try Dataset.open(spec).load(2) == TIFFMaker.planes((3..<12).map { $0 + 2 }))
      spec.axes = .channelsOfFrames
      spec.windows = .first
      #expect(try Dataset.open(spec).load(2) == TIFFMaker.planes([0, 4, 8, 1, 5, 9, 2, 6, 10].map { $0 + 2 }))
    }
  }

  @Test("of films, each frame is a sample where a sequence has one frame")
  func singleFrames() throws {
    try DataFiles.with { files in
      try films(files, [3, 9])
      let data = try Dataset.open(spec(files, frames: 1))
      #expect(data.samples.map(\.id) == ["0.tif", "1.tif/1", "1.tif/2", "1.tif/3"])
      #expect(data.samples.dropFirst().allSatisfy { $0.unit == "1.tif" })
      #expect(try data.load(3) == TIFFMaker.planes((6..<9).map { $0 + 1 }))
      #expect(
        data.remarks.last
          == "1 sequence with more than 1 frame cut into 3 windows (data.windows: all); 0 frames left out")
    }
  }

  @Test("pages that don't divide, and pages in an order that nobody says, are refused")
  func refusals() throws {
    try DataFiles.with { files in
      try films(files, [9, 9, 10])
      var spec = spec(files, frames: 3)
      let odd = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(
        odd.description.contains("2.tif: the TIFF file has 10 pages; expected a multiple of its 3 channels"), "\(odd)")
      spec.axes = .auto
      let order = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(order.description.contains("may be 3 frames of 3 channels each"), "\(order)")
      #expect(order.description.contains("data.axes=TCYX"), "\(order)")
    }
  }
}
