import Testing
import ZooData
import ZooWorkbench

@Suite("Augmentation")
struct AugmentationTests {
  /// The first samples of an epoch under one augmentation, and the same without.
  private static func pairs(
    frames: Int? = nil, width: Int = 16, _ change: (inout TrainSpec.Augment) -> Void
  ) throws -> [(plain: [Float], changed: [Float])] {
    try changed(frames: frames, width: width, change).pairs
  }

  private static func changed(
    frames: Int? = nil, width: Int = 16, _ change: (inout TrainSpec.Augment) -> Void
  ) throws -> (pairs: [(plain: [Float], changed: [Float])], values: [ChannelValues]) {
    var spec = DataSpec()
    spec.source = .simulated
    spec.height = 16
    spec.width = width
    spec.frames = frames
    spec.simulation.experiments = 1
    spec.simulation.cellsPerClass = 32
    let data = try Dataset.open(spec)
    var options = BatchLoader.Options()
    options.batch = 96
    var augment = TrainSpec.Augment()
    change(&augment)
    options.augment = augment
    let statistics = try data.channelStatistics(of: Array(0..<96), cache: SampleCache(data))
    options.statistics = statistics
    let loader = try BatchLoader(SampleCache(data), indices: Array(0..<96), options: options)
    let values: [Float] = try #require(loader.next()?.pixels.values())
    let pairs = try (0..<96).map { index in
      (try data.load(index), Array(values[index * data.sampleSize..<(index + 1) * data.sampleSize]))
    }
    return (pairs, statistics.values)
  }

  @Test("nothing set changes nothing")
  func identity() throws {
    for pair in try Self.pairs({ _ in }) { #expect(pair.plain == pair.changed) }
  }

  @Test("flips and turns give each of the eight orientations, the same one in every channel and frame")
  func orientations() throws {
    var seen: Set<Int> = []
    let pairs = try Self.pairs(frames: 2) {
      $0.flipHorizontal = true
      $0.flipVertical = true
      $0.rotate90 = true
    }
    for pair in pairs {
      let found = (0..<8).filter { orientation in
        (0..<10).allSatisfy { plane in
          (0..<256).allSatisfy { index in
            var (y, x) = (index / 16, index % 16)
            if orientation & 1 != 0 { x = 15 - x }
            if orientation & 2 != 0 { y = 15 - y }
            if orientation & 4 != 0 { swap(&x, &y) }
            return pair.changed[plane * 256 + index] == pair.plain[plane * 256 + y * 16 + x]
          }
        }
      }
      #expect(found.count == 1, "every plane moves alike")
      seen.formUnion(found)
    }
    #expect(seen.count == 8, "96 samples show \(seen.count) of 8 orientations")
  }

  @Test("a shift moves pixels by at most its limit and mirrors what comes in")
  func shift() throws {
    for pair in try Self.pairs({ $0.shift = 3 }) {
      let found = (-3...3).flatMap { y in (-3...3).map { (y, $0) } }.filter { dy, dx in
        (0..<256).allSatisfy { index in
          func mirrored(_ position: Int) -> Int { position < 0 ? -position : position > 15 ? 30 - position : position }
          let (y, x) = (mirrored(index / 16 - dy), mirrored(index % 16 - dx))
          return pair.changed[index] == pair.plain[y * 16 + x]
        }
      }
      #expect(found.count == 1)
    }
  }

  @Test("a crop stays within the values of the sample and isn't the sample")
  func crop() throws {
    let pairs = try Self.pairs { $0.cropArea = 0.3 }
    #expect(pairs.filter { $0.changed != $0.plain }.count > 80, "few crops keep the whole sample")
    for pair in pairs {
      #expect(
        (pair.changed.min() ?? 0) >= (pair.plain.min() ?? 0) && (pair.changed.max() ?? 0) <= (pair.plain.max() ?? 0))
    }
  }

  @Test("gain changes every channel by itself around its mean, and offset by shares of its deviation")
  func intensity() throws {
    let gained = try Self.changed { $0.gain = 0.3 }
    for pair in gained.pairs {
      var factors: [Float] = []
      for plane in 0..<5 {
        let mean = gained.values[plane].mean
        let range = plane * 256..<(plane + 1) * 256
        let far = try #require(range.max { abs(pair.plain[$0] - mean) < abs(pair.plain[$1] - mean) })
        let factor = (pair.changed[far] - mean) / (pair.plain[far] - mean)
        for index in range { #expect(abs(pair.changed[index] - mean - (pair.plain[index] - mean) * factor) < 1) }
        factors.append(factor)
      }
      #expect(Set(factors).count == 5 && factors.allSatisfy { (0.69...1.31).contains($0) }, "\(factors)")
    }
    let moved = try Self.changed { $0.offset = 0.1 }
    for pair in moved.pairs {
      for plane in 0..<5 {
        let offset = pair.changed[plane * 256] - pair.plain[plane * 256]
        #expect(abs(offset) <= 0.1 * moved.values[plane].deviation + 0.01)
        #expect(abs(pair.changed[plane * 256 + 255] - pair.plain[plane * 256 + 255] - offset) < 0.01)
      }
    }
  }

  @Test("blur keeps the mean and lowers the contrast; noise raises it")
  func blurAndNoise() throws {
    func moments(_ values: ArraySlice<Float>) -> (mean: Float, variance: Float) {
      let mean = values.reduce(0, +) / Float(values.count)
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count))
    }
    let blurs = try Self.pairs { $0.blur = 3 }.map { (moments($0.plain[..<256]), moments($0.changed[..<256])) }
    #expect(blurs.allSatisfy { abs($0.mean - $1.mean) < 0.02 * $0.mean })
    #expect(blurs.filter { $1.variance < 0.7 * $0.variance }.count > 60, "most sigmas between 0 and 3 smooth a lot")
    let noisy = try Self.changed { $0.noise = 0.1 }
    for pair in noisy.pairs {
      for plane in 0..<5 {
        let range = plane * 256..<(plane + 1) * 256
        let difference = moments(zip(pair.changed[range], pair.plain[range]).map { $0 - $1 }[...])
        // The deviation of a deviation of 256 values is below a tenth of it.
        #expect(difference.variance.squareRoot() < 0.13 * noisy.values[plane].deviation)
      }
    }
  }

  @Test("what doesn't fit the images is refused by name")
  func refusals() throws {
    let turned = try #require(throws: ZooError.self) { try Self.pairs(width: 32) { $0.rotate90 = true } }
    #expect(turned.location.path == "train.augment.rotate90")
    let shifted = try #require(throws: ZooError.self) { try Self.pairs { $0.shift = 16 } }
    #expect(shifted.location.path == "train.augment.shift")
  }

  @Test("pictures in 8, 12 and 16 bits and in floating point are changed alike, in units of their own spread")
  func storages() throws {
    let storages: [(type: SampleType, factor: Float, offset: Float)] = [
      (.uint8, 1, 0), (.uint16, 16, 138), (.uint16, 257, 0), (.float32, 1 / 255, 0), (.float32, 3e-3, -1),
    ]
    var augment = TrainSpec.Augment()
    (augment.gain, augment.offset, augment.noise, augment.cropArea) = (0.3, 0.2, 0.1, 0.5)
    var first: [Float]?
    for storage in storages {
      try DataFiles.with { files in
        for index in 0..<8 {
          let samples = (0..<256).map {
            Float(($0 * (7 + index) + 40 * (index % 2)) % 200) * storage.factor + storage.offset
          }
          let image = try Image(width: 16, height: 16, sampleType: storage.type, samples: samples)
          try files.file("\(index % 2 == 0 ? "a" : "b")/\(index).tif", TIFFWriter.encode(image))
        }
        var spec = files.spec(.folder)
        (spec.height, spec.width) = (16, 16)
        let data = try Dataset.open(spec)
        var options = BatchLoader.Options()
        options.batch = 8
        options.augment = augment
        let statistics = try data.channelStatistics(of: Array(0..<8), cache: SampleCache(data))
        options.statistics = statistics
        let loader = try BatchLoader(SampleCache(data), indices: Array(0..<8), options: options)
        let pixels: [Float] = try #require(loader.next()?.pixels.values())
        // As the model's normalisation sees them.
        let values = pixels.map { ($0 - Float(statistics.mean[0])) / Float(statistics.deviation[0]) }
        let expected = first ?? values
        first = expected
        let worst = zip(values, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(worst < 0.01, "\(storage): \(worst)")
      }
    }
  }
}
