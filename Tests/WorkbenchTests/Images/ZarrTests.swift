import Foundation
import Testing

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

/// Images made by `Fixtures/zarr/make_fixtures.py` with zarr-python, numcodecs and ome-zarr.
@Suite("OME-Zarr")
struct ZarrTests {
  private static let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/zarr").path ?? ""

  private static func plane(_ frame: Int, _ channel: Int, more: Float = 0, modulo: Int = .max) -> [Float] {
    (0..<10).flatMap { y in (0..<13).map { x in Float((1000 * frame + 100 * channel + 7 * y + x) % modulo) + more } }
  }

  /// A file, its frames and channels, and how its pixels differ from the formula.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var frames = 1
    var channels = 1
    var type = SampleType.uint16
    var more: Float = 0
    var modulo = Int.max
    var names: [String] = []

    var testDescription: String { name }
  }

  @Test(
    "is read, of either version and with each codec, in the axes that it declares",
    arguments: [
      Case(name: "v04-blosc", frames: 2, channels: 2, names: ["BF", "PI"]),
      Case(name: "v04-big-endian"),
      Case(name: "v04-zstd-together", channels: 2, type: .uint8, modulo: 256),
      Case(name: "v05-zstd", frames: 2, channels: 2, names: ["BF", "PI"]),
      Case(name: "v05-gzip-big-endian", frames: 2, type: .int16),
      Case(name: "v05-shards", frames: 2, channels: 2),
      Case(name: "v05-shards-start", type: .float32, more: 0.25),
      Case(name: "plate-v04.zarr/A/1/0", frames: 2, channels: 2),
      Case(name: "plate-v05.zarr/B/2/0", frames: 2, channels: 2, more: 1),
    ])
  func forms(_ form: Case) throws {
    let name = form.name.contains("zarr") ? form.name : form.name + ".zarr"
    let film = try FieldFilm("\(Self.folder)/\(name)", ImageReading(frames: .max))
    let header = film.header
    let sizes: [Int] = [header.width, header.height, header.frames, header.channels]
    #expect(sizes == [13, 10, form.frames, form.channels])
    #expect(header.sampleType == form.type && header.channelNames == form.names)
    for frame in 0..<form.frames {
      for channel in 0..<form.channels {
        #expect(
          try film.plane(frame: frame, channel: channel)
            == Self.plane(frame, channel, more: form.more, modulo: form.modulo))
      }
    }
  }

  @Test("has the fill value where a chunk isn't stored")
  func fill() throws {
    let film = try FieldFilm("\(Self.folder)/v04-zlib-fill.zarr", ImageReading(frames: .max))
    var expected = Self.plane(1, 0, more: 0.25)
    for place in 65..<130 { expected[place] = -3.5 }
    #expect(try film.plane(frame: 1, channel: 0) == expected)
    #expect(try film.plane(frame: 0, channel: 0) == Self.plane(0, 0, more: 0.25))
  }

  @Test("says how large a pixel is")
  func pixelSize() {
    #expect(FieldScale.pixelSize("\(Self.folder)/v04-blosc.zarr") == 0.65)
    #expect(FieldScale.pixelSize("\(Self.folder)/plate-v04.zarr/A/1/0") == nil, "a scale without a unit")
    #expect(LengthUnit.micrometres(65, unit: "nanometer") == 0.065)
    #expect(LengthUnit.micrometres(1, unit: "parsec") == nil && LengthUnit.micrometres(.nan, unit: nil) == nil)
  }

  @Test("plates are fields of wells, and cells are cut from them", arguments: ["plate-v04", "plate-v05"])
  func plates(name: String) throws {
    try DataFiles.with { files in
      try FileManager.default.copyItem(atPath: "\(Self.folder)/\(name).zarr", toPath: files.folder + "/p.zarr")
      try files.text("cells.csv", "well,x,y,t,id,label\nA1,6,5,0,1,a\nB02,6,5,1,1,b\nA01,7,4,1,1,a\n")
      var spec = files.spec(.cells)
      spec.height = 4
      spec.width = 4
      spec.cells.layout = .table
      spec.cells.images = "{plate}.zarr/{row}/{column}/{field}"
      spec.cells.tables = "cells.csv"
      spec.cells.columns = ["x": "x", "y": "y", "frame": "t", "track": "id", "label": "label"]
      spec.cells.units = .pixel
      spec.imageChannels = ["BF", "PI"]
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["p/A1/0/t0000/1", "p/A1/0/t0001/1", "p/B2/0/t0001/1"])
      #expect(data.groupColumns.prefix(3) == ["plate", "well", "field"])
      // The crop's first pixel is two before the position.
      #expect(try data.load(0)[0] == Float(7 * 3 + 4))
      #expect(try data.load(1)[16] == Float(1000 + 100 + 7 * 2 + 5))
      #expect(try data.load(2)[15] == Float(1000 + 7 * 6 + 7 + 1))
      let digests = try data.contents(threads: 2)
      #expect(Set(digests).count == 3)
    }
  }

  @Test("that is damaged is refused or read, never more")
  func damage() throws {
    for name in ["v04-blosc.zarr", "v05-shards.zarr", "v05-gzip-big-endian.zarr", "v04-zstd-together.zarr"] {
      try ImageFixtures.withFolder { folder in
        let root = folder + "/image.zarr"
        try FileManager.default.copyItem(atPath: "\(Self.folder)/\(name)", toPath: root)
        let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        let files = all.filter { FileKind("\(root)/\($0)") == .file }.sorted()
        var random = KeyedRandom(seed: 3, UInt64(files.count))
        var refused = 0
        for _ in 0..<150 {
          let path = "\(root)/\(files[random.below(files.count)])"
          let whole = try FileBytes.read(path)
          var damaged = whole
          if random.below(3) == 0 {
            damaged = Array(whole.prefix(random.below(whole.count)))
          } else {
            for _ in 0...random.below(4) {
              damaged[random.below(whole.count)] = UInt8(truncatingIfNeeded: random.next())
            }
          }
          try Data(damaged).write(to: URL(fileURLWithPath: path))
          do {
            let film = try FieldFilm(root, ImageReading(frames: .max))
            for frame in 0..<min(film.header.frames, 2) { _ = try film.plane(frame: frame, channel: 0) }
          } catch let error as ZooError {
            #expect(error.kind == .badInput, "\(error)")
            refused += 1
          }
          try Data(whole).write(to: URL(fileURLWithPath: path))
        }
        #expect(refused > 10, "\(name): \(refused)")
      }
    }
  }

  @Test("whose metadata name one label image a thousand times has it once")
  func repeatedLabels() throws {
    try ImageFixtures.withFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/labels", withIntermediateDirectories: false)
      let names = Array(repeating: "\"cells\", \"./cells\"", count: 1000).joined(separator: ",")
      try Data("{\"labels\": [\(names)]}".utf8).write(to: URL(fileURLWithPath: "\(folder)/labels/.zattrs"))
      #expect(ZarrStore.images(folder) == ["", "labels/cells"])
    }
  }

  @Test(
    "of hostile sizes or paths is refused before memory is taken",
    arguments: [
      (#""shape": [2, 2, 1, 10, 13]"#, #""shape": [2, 2, 1, 1000000000, 1000000000]"#),
      (#""shape": [2, 2, 1, 10, 13]"#, #""shape": [1000000000, 1000000000, 1, 10, 13]"#),
      (#""shape": [2, 2, 1, 10, 13]"#, #""shape": [2, 2, 3, 10, 13]"#),
      (#""shape": [2, 2, 1, 10, 13]"#, #""shape": [2, 2, 1, 10]"#),
      (#""shape": [2, 2, 1, 10, 13]"#, #""shape": [2, 2, 1, 10, -13]"#),
      // Millions of chunks that would all be looked for.
      (#""shape": [2, 2, 1, 10, 13]"#, #""shape": [2, 2, 1, 20000, 20000]"#),
      (#""chunks": [1, 1, 1, 8, 8]"#, #""chunks": [1, 1, 1, 800000, 800000]"#),
      (#""chunks": [1, 1, 1, 8, 8]"#, #""chunks": [1, 1, 1, 8, 9]"#),
      (#""chunks": [1, 1, 1, 8, 8]"#, #""chunks": [1, 1, 1, 0, 8]"#),
    ])
  func hostile(found: String, instead: String) throws {
    try ImageFixtures.withFolder { folder in
      let root = folder + "/image.zarr"
      try FileManager.default.copyItem(atPath: "\(Self.folder)/v04-blosc.zarr", toPath: root)
      let path = root + "/0/.zarray"
      let numbers = try NSRegularExpression(pattern: #"\s+(?=[\d\]])"#)
      var text = String(decoding: try FileBytes.read(path), as: UTF8.self)
      text = numbers.stringByReplacingMatches(
        in: text, range: NSRange(text.startIndex..., in: text), withTemplate: "")
      let plain = found.replacing(", ", with: ",")
      let wanted = text.replacing(": [", with: ":[").replacing(plain.replacing(": [", with: ":["), with: instead)
      #expect(wanted.contains(instead), "\(text)")
      try Data(wanted.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: ZooError.self) {
        _ = try FieldFilm(root, ImageReading(frames: .max)).plane(frame: 0, channel: 0)
      }
      #expect(error?.kind == .badInput)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let attributes = String(decoding: try FileBytes.read(root + "/.zattrs"), as: UTF8.self)
      let away = attributes.replacing(#""path": "0""#, with: #""path": "../\#(folder)/image.zarr/0""#)
      #expect(away != attributes)
      try Data(away.utf8).write(to: URL(fileURLWithPath: root + "/.zattrs"))
      #expect(throws: ZooError.self) { _ = try FieldFilm(root, ImageReading(frames: .max)) }
    }
  }
}
