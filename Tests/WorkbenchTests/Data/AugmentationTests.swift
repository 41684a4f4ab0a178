import Testing
import ZooWorkbench

@Suite("Augmentation")
struct AugmentationTests {
  /// The first samples of an epoch under one augmentation, and the same without.
  private static func pairs(
    frames: Int? = nil, _ change: (inout TrainSpec.Augment) -> Void
  ) throws -> [(plain: [Float], changed: [Float])] {
    var spec = DataSpec()
    spec.source = .simulated
    spec.height = 16
    spec.width = 16
    spec.frames = frames
    spec.simulation.experiments = 1
    spec.simulation.cellsPerClass = 32
    let data = try Dataset.open(spec)
    var options = BatchLoader.Options()
    options.batch = 96
    var augment = TrainSpec.Augment()
    change(&augment)
    options.augment = augment
    let loader = try BatchLoader(SampleCache(data), indices: Array(0..<96), options: options)
    let values: [Float] = try #require(loader.next()?.pixels.values())
    return try (0..<96).map { index in
      (try data.load(index), Array(values[index * data.sampleSize..<(index + 1) * data.sampleSize]))
    }
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

  @Test("gain and offset change every channel by itself")
  func intensity() throws {
    for pair in try Self.pairs({ $0.gain = 0.3 }) {
      let factors = (0..<5).map { pair.changed[$0 * 256] / pair.plain[$0 * 256] }
      #expect(Set(factors).count == 5 && factors.allSatisfy { (0.69...1.31).contains($0) })
      for plane in 0..<5 {
        for index in 0..<256 {
          let expected = pair.plain[plane * 256 + index] * factors[plane]
          #expect(abs(pair.changed[plane * 256 + index] - expected) < 1e-3 * (1 + expected))
        }
      }
    }
    for pair in try Self.pairs({ $0.offset = 0.1 }) {
      let offset = pair.changed[0] - pair.plain[0]
      #expect(abs(offset) <= 409.5 && abs(pair.changed[255] - pair.plain[255] - offset) < 0.01)
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
    for pair in try Self.pairs({ $0.noise = 0.1 }) {
      let difference = moments(zip(pair.changed, pair.plain).map { $0 - $1 }[...])
      #expect(abs(difference.mean) < 30 && difference.variance.squareRoot() < 409.5)
    }
  }

  @Test("settings out of range are refused by name")
  func refusals() throws {
    let error = try #require(throws: ZooError.self) { try Self.pairs { $0.cropArea = 0 } }
    #expect(error.location.path == "train.augment.cropArea")
  }
}
