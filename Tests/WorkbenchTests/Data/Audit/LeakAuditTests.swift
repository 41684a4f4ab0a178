import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Leaks between the subsets")
struct LeakAuditTests {
  private static let side = 48

  /// Simulated cells in two channels, of 12 bits.
  private static func pool(_ count: Int) throws -> [Image] {
    let simulation = try Simulation(
      experiments: 2, cellsPerClass: count / 6 + 1, seed: 5, width: 80, height: 80, frames: nil)
    return try simulation.cells.prefix(count).map { try simulation.image(of: $0, channels: [0, 3]) }
  }

  private static func crop(_ image: Image, top: Int, left: Int, _ symmetry: Symmetry = .identity) throws -> Image {
    var samples = [Float](repeating: 0, count: image.channels * side * side)
    let shift = symmetry.shift(height: side, width: side)
    for channel in 0..<image.channels {
      for y in 0..<side {
        for x in 0..<side {
          let (p, q) = symmetry(y, x)
          samples[(channel * side + p + shift.y) * side + q + shift.x] =
            image.samples[(channel * image.height + top + y) * image.width + left + x]
        }
      }
    }
    return try Image(
      width: side, height: side, channels: image.channels, sampleType: .uint16, samples: samples)
  }

  private static func changed(_ image: Image, _ random: inout KeyedRandom) throws -> Image {
    var samples = image.samples
    for channel in 0..<image.channels {
      let (gain, offset) = (Float(random.uniform(0.6...1.6)), Float(random.uniform(0...300)))
      for i in channel * side * side..<(channel + 1) * side * side {
        samples[i] = min((samples[i] * gain + offset).rounded(), 4095)
      }
    }
    return try Image(width: side, height: side, channels: image.channels, sampleType: .uint16, samples: samples)
  }

  private static func open(_ files: DataFiles, _ rows: [String], further: String = "") throws -> (Dataset, Split) {
    try files.text("manifest.csv", "path,label,subset\(further)\n" + rows.joined(separator: "\n") + "\n")
    var spec = files.spec(.csv)
    (spec.height, spec.width) = (side, side)
    spec.imageChannels = ["BF", "DNA"]
    spec.split.column = "subset"
    spec.accept = ["copies"]
    let data = try Dataset.open(spec)
    return (data, try data.split(spec.split))
  }

  @Test("votes counted in parts name the same pairs as votes counted at once")
  func parts() {
    var random = KeyedRandom(seed: 3)
    let prints = (0..<60).map { index in
      // Few hashes and few places, so that many pairs share marks that agree.
      let marks = (0..<20).map { _ in
        UInt64(saturating: random.uniform(0...40)) << 32 | UInt64(saturating: random.uniform(0...3)) << 18 | UInt64(
          saturating: random.uniform(0...3)) << 4
      }
      return PicturePrint(
        item: index, frame: 0, subset: index % 3 == 0 ? .test : .train, summary: [], marks: marks)
    }
    let whole = PictureCandidates.byMarks(prints)
    #expect(whole.count > 20)
    #expect(PictureCandidates.byMarks(prints, mostVotes: 7) == whole)
  }

  @Test("turned, mirrored, brightened and overlapping crops are found, each with its source, and nothing else")
  func planted() throws {
    try DataFiles.with { files in
      let pool = try Self.pool(120)
      var random = KeyedRandom(seed: 9)
      var rows: [String] = []
      func write(_ name: String, _ image: Image, _ subset: String) throws {
        try files.file("\(name).tif", TIFFWriter.encode(image, note: ""))
        rows.append("\(name).tif,\(rows.count % 2 == 0 ? "a" : "b"),\(subset)")
      }
      var planted: [String: LeakAudit.Kind] = [:]
      for (number, image) in pool.enumerated() {
        let crop = try Self.crop(image, top: 16, left: 16)
        guard number < 40 else {
          try write("clean-\(number)", crop, ["train", "val", "test"][number % 3])
          continue
        }
        let name = "planted-\(number).tif"
        let symmetry = Symmetry(code: number % 7 + 1)
        let other: Image
        switch number % 4 {
        case 0: (other, planted[name]) = (try Self.crop(image, top: 16, left: 16, symmetry), .turned)
        case 1: (other, planted[name]) = (try Self.changed(crop, &random), .intensity)
        case 2: (other, planted[name]) = (try Self.crop(image, top: number % 32, left: 30, .identity), .overlap)
        default:
          let turned = try Self.crop(image, top: number % 32, left: 2, symmetry)
          (other, planted[name]) = (try Self.changed(turned, &random), .overlap)
        }
        try write("source-\(number)", crop, "train")
        try write("planted-\(number)", other, number % 2 == 0 ? "test" : "val")
      }
      let (data, split) = try Self.open(files, rows)
      let audit = LeakAudit(data, split, by: [], threads: 2)
      let found = Dictionary(uniqueKeysWithValues: audit.leaks.map { ($0.item, $0) })
      #expect(Set(found.keys) == Set(planted.keys))
      for (name, kind) in planted {
        #expect(found[name]?.kind == kind, "\(name)")
        #expect(found[name]?.other == name.replacing("planted", with: "source"))
      }
      #expect(audit.affected == ["test": 20, "validation": 20] && audit.items == 160)
      #expect(audit.cautions.count == 1)
      // A split that keeps them together has none.
      let none = LeakAudit(data, Split(split.train.map { _ in .train }, rule: ""), by: [], threads: 2)
      #expect(none.leaks.isEmpty && none.cautions.isEmpty)
    }
  }

  @Test("one track in two subsets is found by its columns")
  func tracks() throws {
    try DataFiles.with { files in
      for (number, image) in try Self.pool(12).enumerated() {
        try files.file("\(number).tif", TIFFWriter.encode(Self.crop(image, top: 0, left: 0), note: ""))
      }
      let rows = (0..<12).map {
        "\($0).tif,\($0 % 2 == 0 ? "a" : "b"),\($0 < 8 ? "train" : "test"),W\($0 % 3),\($0 % 4)"
      }
      let (data, split) = try Self.open(files, rows, further: ",well,TRACK_ID")
      let audit = LeakAudit(data, split, by: [], comparesPixels: false, threads: 1)
      // Tracks of one number in other wells are others: 8 … 11 are (2, 0), (0, 1), (1, 2), (2, 3), of which none was before.
      #expect(audit.leaks.isEmpty)
      let same = LeakAudit(data, split, by: ["TRACK_ID"], comparesPixels: true, threads: 1)
      #expect(same.leaks.isEmpty)
      let all = (0..<12).map { number in
        "\(number).tif,\(number % 2 == 0 ? "a" : "b"),\(number < 7 ? "train" : number < 8 ? "val" : "test"),W1,\(number % 5)"
      }
      let (again, parts) = try Self.open(files, all, further: ",well,TRACK_ID")
      let found = LeakAudit(again, parts, by: [], comparesPixels: false, threads: 1)
      #expect(
        found.leaks.map(\.item) == ["7.tif", "8.tif", "9.tif", "10.tif", "11.tif"] && found.kinds == ["track": 5])
      #expect(found.leaks[1].other == "3.tif" && found.leaks[1].note == "track W1/3")
    }
  }
}
