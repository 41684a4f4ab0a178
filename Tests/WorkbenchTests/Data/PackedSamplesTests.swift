import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Samples packed on the disk")
struct PackedSamplesTests {
  /// A field of 16 bits with cells at its corners and in the middle, and a folder for what is packed.
  private static func with(
    type: SampleType = .uint16, _ body: (_ data: Dataset, _ spec: DataSpec, _ folder: String) throws -> Void
  ) throws {
    try DataFiles.with { files in
      let (width, height) = (24, 18)
      for frame in 0..<3 {
        let samples = (0..<2 * width * height).map { Float(($0 * 7 + frame * 31) % 251) + (type == .float32 ? 0.5 : 0) }
        let image = try Image(
          width: width, height: height, channels: 2, sampleType: type, channelNames: ["BF", "PI"], samples: samples)
        try files.file("A01/t\(frame).tif", TIFFWriter.encode(image, note: ""))
      }
      try files.text(
        "cells.csv",
        "x,y,frame,track,label\n0,0,0,1,a\n12,9,0,2,b\n1,1,1,1,a\n12,10,1,2,b\n2,1,2,1,a\n23,17,2,3,b\n")
      var spec = files.spec(.cells)
      spec.cells.layout = .table
      spec.cells.images = "{well}/t{frame}.tif"
      spec.cells.tables = "cells.csv"
      spec.cells.columns = ["x": "x", "y": "y", "frame": "frame", "track": "track", "label": "label"]
      spec.cells.units = .pixel
      spec.imageChannels = ["BF", "PI"]
      spec.cache = files.folder + "/packed"
      try body(Dataset.open(spec), spec, spec.cache)
    }
  }

  private static func packed(
    _ data: Dataset, _ spec: DataSpec, said: (String) -> Void = { _ in }
  ) throws -> PackedSamples? {
    var lines: [String] = []
    let store = try #require(SampleStore.wanted(spec, data, memory: 0) { lines.append($0) })
    let key = try data.pixelKey(spec, contents: data.contents(threads: 1))
    let packed = try store.samples(of: data, key: key, threads: 2, isInterrupted: { false })
    lines.forEach(said)
    return packed
  }

  @Test("are the samples, whatever their type", arguments: [SampleType.uint8, .uint16, .float32])
  func pixels(type: SampleType) throws {
    try Self.with(type: type) { data, spec, folder in
      let packed = try #require(try Self.packed(data, spec))
      for index in data.samples.indices { #expect(try packed.pixels(index)?.values == data.load(index)) }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      let name = try #require(names.first)
      let size = try FileBytes.read("\(folder)/\(name)").count
      let width = type == .uint8 ? 1 : type == .uint16 ? 2 : 4
      #expect(names.count == 1 && size == 64 + 6 * (2 * 5 * 6 * width + 8))
    }
  }

  @Test("give a loader the same batches as memory does, and as nothing does")
  func batches() throws {
    try Self.with { data, spec, _ in
      let packed = try Self.packed(data, spec)
      var options = BatchLoader.Options()
      options.batch = 2
      options.order = .shuffle
      var runs: [[Float]] = []
      for cache in [SampleCache(data), SampleCache(data, limit: 0), SampleCache(data, limit: 100, packed: packed)] {
        let loader = try BatchLoader(cache, indices: Array(data.samples.indices), options: options, lastEpoch: 1)
        var pixels: [Float] = []
        while let batch = try loader.next() { pixels += batch.pixels.values() ?? [] }
        runs.append(pixels)
      }
      #expect(runs[0].count == 12 * 60 && runs[0] == runs[1] && runs[0] == runs[2])
    }
  }

  @Test("are gone on with where packing was stopped, however it was; what was damaged meanwhile is packed again")
  func resumed() throws {
    try Self.with { data, spec, folder in
      let store = try #require(SampleStore.wanted(spec, data, memory: 0) { _ in })
      let key = try data.pixelKey(spec, contents: data.contents(threads: 1))
      let form = PackedSamples.Form(
        key: key, count: data.samples.count, values: data.sampleSize, width: data.storedWidth)
      // As by `kill -9` after four of six.
      func stop(_ place: String) throws {
        let file = try #require(try PackingFile(place, form))
        #expect(try file.count == 0 && PackingFile(place, form) == nil, "one process at a time")
        for index in 0..<4 { try file.add(PackedPixels(data.load(index)).bytes(width: form.width)) }
      }
      _ = try store.samples(of: data, key: key, threads: 1, isInterrupted: { false })
      let path = folder + "/" + (try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first))
      let whole = try FileBytes.read(path)
      for damaged in [nil, 2] {
        try FileManager.default.removeItem(atPath: path)
        try stop(path)
        if let damaged {
          var bytes = try FileBytes.read(path + ".part")
          bytes[form.offset(damaged) + 5] ^= 1
          try Data(bytes).write(to: URL(fileURLWithPath: path + ".part"))
        }
        var said: [String] = []
        let again = try #require(SampleStore.wanted(spec, data, memory: 0) { said.append($0) })
        _ = try again.samples(of: data, key: key, threads: 2, isInterrupted: { false })
        #expect(said[0].hasSuffix("\(damaged ?? 4) are there"), "\(said)")
        #expect(try FileBytes.read(path) == whole)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
      }
      // Records of other samples aren't taken for these.
      try FileManager.default.removeItem(atPath: path)
      try stop(path)
      var other = form
      other.key[0] ^= 1
      #expect(try PackingFile(path, other)?.count == 0)
    }
  }

  @Test("are found again, and made anew for other pixels or other cuts")
  func keys() throws {
    try Self.with { data, spec, folder in
      func count() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: folder).count }
      _ = try Self.packed(data, spec)
      var said: [String] = []
      _ = try Self.packed(data, spec) { said.append($0) }
      #expect(try said.count == 1 && said[0].hasPrefix("packed samples found") && count() == 1)
      var other = spec
      other.cells.border = .zero
      _ = try Self.packed(Dataset.open(other), other)
      #expect(try count() == 2, "another border gives other pixels")
      other = spec
      other.split.seed = 7
      other.labels.ignore = ["c"]
      _ = try Self.packed(Dataset.open(other), other)
      #expect(try count() == 2, "another split doesn't")
      let file = "\(spec.root ?? "")/A01/t1.tif"
      let dark = try Image(
        width: 24, height: 18, channels: 2, sampleType: .uint16, channelNames: ["BF", "PI"],
        samples: [Float](repeating: 9, count: 24 * 18 * 2))
      try Data(TIFFWriter.encode(dark)).write(to: URL(fileURLWithPath: file))
      _ = try Self.packed(Dataset.open(spec), spec)
      #expect(try count() == 3, "another file does")
    }
  }

  @Test("that are damaged or cut short are decoded again")
  func damage() throws {
    try Self.with { data, spec, folder in
      _ = try Self.packed(data, spec)
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
      let whole = try FileBytes.read("\(folder)/\(name)")
      var bytes = whole
      bytes[64 + 3 * 120 + 5] ^= 4
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      let packed = try #require(try Self.packed(data, spec))
      #expect(packed.pixels(3) == nil && packed.pixels(2) != nil)
      let cache = SampleCache(data, limit: 0, packed: packed)
      #expect(try cache.pixels(3).values == data.load(3))
      for cut in [0, 63, 64, whole.count - 1] {
        try Data(whole.prefix(cut)).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        let mended = try #require(try Self.packed(data, spec))
        #expect(try mended.pixels(5)?.values == data.load(5))
        #expect(try FileBytes.read("\(folder)/\(name)") == whole)
      }
    }
  }

  @Test("make room for each other, and are done without where there is none")
  func room() throws {
    try Self.with { data, spec, folder in
      _ = try Self.packed(data, spec)
      let first = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
      utimes("\(folder)/\(first)", [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)])
      // 6 · 128 + 64 bytes each: one fits, two don't.
      let key = [UInt8](repeating: 7, count: 32)
      var said: [String] = []
      let store = SampleStore(folder: folder, limit: 1000) { said.append($0) }
      #expect(try store.samples(of: data, key: key, threads: 1, isInterrupted: { false }) != nil)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.count == 1 && left != [first], "what was used longest ago made room")
      let narrow = SampleStore(folder: folder, limit: 800) { said.append($0) }
      let other = [UInt8](repeating: 8, count: 32)
      #expect(try narrow.samples(of: data, key: other, threads: 1, isInterrupted: { false }) == nil)
      #expect(said.last?.contains("data.cacheDiskMegabytes") == true)
      let nowhere = SampleStore(folder: "/dev/null/packed", limit: 1 << 30) { said.append($0) }
      #expect(try nowhere.samples(of: data, key: other, threads: 1, isInterrupted: { false }) == nil)
      #expect(said.last?.hasPrefix("! samples aren't packed") == true)
      #expect(throws: ZooError.self) {
        _ = try SampleStore(folder: folder, limit: 1000, report: { _ in }).samples(
          of: data, key: other, threads: 1, isInterrupted: { true })
      }
      // What is half-written isn't taken for whole: it is gone on with.
      let parts = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(parts.count == 2 && parts.allSatisfy { $0.hasSuffix(".part") || $0.hasSuffix(".marks") }, "\(parts)")
      #expect(try store.samples(of: data, key: other, threads: 1, isInterrupted: { false }) != nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }
  }

  @Test("are wanted for cells that don't fit into memory, or where a spec says so")
  func wanted() throws {
    try Self.with { data, spec, _ in
      var spec = spec
      spec.cache = "auto"
      #expect(SampleStore.wanted(spec, data, memory: 719) { _ in } != nil)
      #expect(SampleStore.wanted(spec, data, memory: 720) { _ in } == nil)
      spec.cache = "none"
      #expect(SampleStore.wanted(spec, data, memory: 0) { _ in } == nil)
    }
  }
}
