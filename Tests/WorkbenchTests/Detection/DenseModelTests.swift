import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Dense models on whole fields")
struct DenseModelTests {
  private static let classes = ["apoptosis", "background", "healthy"]

  private static func model(backbone: String = "resnet10_tiny", head: PartSpec = PartSpec("dense")) throws -> Model {
    let settings: [String: JSONValue] =
      backbone == "resnet10_tiny" ? ["width": .number(4), "stem": .string("small")] : [:]
    var model = try Registry.standard.assemble(
      ModelDescription(
        name: "dense", channels: ["BF", "PI"], classes: classes, height: 64, width: 64,
        backbone: PartSpec(backbone, settings: settings), head: head,
        normalization: .init(mean: [500, 500], deviation: [290, 290]), seed: 3))
    model.card.sampleType = .uint16
    model.card.sampleRange = 0...4095
    return model
  }

  private static func planes(width: Int, height: Int) -> [PackedPixels] {
    (0..<2).map { channel in
      var random = KeyedRandom(seed: 5, UInt64(channel))
      return PackedPixels((0..<width * height).map { _ in Float(random.below(1000)) })
    }
  }

  @Test("a position's receptive field follows from the graph; parts that see the whole image are refused")
  func receptiveField() throws {
    // 3×3 at 1; two of 3×3 in each stage, the first at stride 2 from the second stage on: 3 + 4 + (2 + 4) + (4 + 8) + (8 + 16).
    let field = try ReceptiveField(of: Registry.Border.map, in: Self.model().graph)
    #expect(field.stride == [8, 8] && field.size == [49, 49] && field.centre(3, axis: 0) == 24)
    let pooled = try ReceptiveField(
      of: Registry.Border.map, in: Self.model(head: PartSpec("dense", settings: ["pool": .number(8)])).graph)
    #expect(pooled.size == [105, 105] && pooled.centre(0, axis: 1) == 28)
    let error = #expect(throws: ZooError.self) {
      try DenseModel(Self.model(backbone: "efficientnet_tiny"), path: "m.zoo", threads: 1)
    }
    #expect(error?.description.contains("more than its surroundings") == true, "\(error?.description ?? "")")
    let linear = #expect(throws: ZooError.self) {
      try DenseModel(Self.model(head: PartSpec("linear")), path: "m.zoo", threads: 1)
    }
    #expect(linear?.description.contains("no dense head") == true, "\(linear?.description ?? "")")
  }

  @Test("the map has the same bits whatever the tiling, and each position depends on its receptive field")
  func tiling() throws {
    let model = try Self.model()
    let (width, height) = (150, 134)
    var planes = Self.planes(width: width, height: height)
    let small = try DenseModel(model, path: "m", positions: 8, threads: 1)
    let large = try DenseModel(model, path: "m", positions: 24, threads: 1)
    let map = try small.map(planes, width: width, height: height)
    #expect(map.width == 19 && map.height == 17)
    #expect(try large.map(planes, width: width, height: height).values == map.values)
    // One pixel brighter: only positions within 24 pixels of it may change, and some do.
    var pixels = planes[0].values
    let (x, y) = (83, 61)
    pixels[y * width + x] += 3000
    planes[0] = PackedPixels(pixels)
    let changed = try small.map(planes, width: width, height: height)
    let plane = map.width * map.height
    var largest: Float = 0
    for row in 0..<map.height {
      for column in 0..<map.width {
        var change: Float = 0
        for place in 0..<3 {
          let pixel = place * plane + row * map.width + column
          change = max(change, abs(map.values[pixel] - changed.values[pixel]))
        }
        // Winograd's form spreads a bright pixel's rounding, but nothing else, over its tile.
        let isFar = abs(8 * column - x) > 24 || abs(8 * row - y) > 24
        if isFar {
          #expect(change < 1e-4, "(\(column), \(row)): \(change)")
        }
        largest = max(largest, change)
      }
    }
    #expect(largest > 1e-3, "\(largest)")
  }

  @Test("the map says at each position what the classifier says of the crop around it")
  func crops() throws {
    let model = try Self.model()
    let (width, height) = (160, 136)
    let planes = Self.planes(width: width, height: height)
    let map = try DenseModel(model, path: "m", threads: 1).map(planes, width: width, height: height)
    let loaded = LoadedModel(model, threads: 1)
    for (column, row) in [(9, 8), (4, 4), (12, 10), (0, 0), (19, 16)] {
      let crop = try Tensor(TensorType(.float32, [1, 2, 64, 64])) { (bytes: UnsafeMutableRawBufferPointer) in
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
        for (channel, plane) in planes.enumerated() {
          CropCutter.cut(
            plane, width: width, height: height, left: 8 * column - 32, top: 8 * row - 32, cropWidth: 64,
            cropHeight: 64,
            reflects: true, into: base + channel * 64 * 64)
        }
      }
      let said: [Float] = try loaded.run(["image": crop])[Registry.Border.output]?.values() ?? []
      let plane = map.width * map.height
      for place in 0..<3 {
        let here = map.values[place * plane + row * map.width + column]
        #expect(abs(here - said[place]) < 1e-4, "(\(column), \(row)) \(place): \(here), \(said[place])")
      }
    }
  }

  @Test("peaks are where cells are, between positions too, and the more probable of two that are too near")
  func peaks() throws {
    let dense = try DenseModel(Self.model(), path: "m", threads: 1)
    // Parabolas around (3.25, 2), (8, 5.6) and, weaker, (9.1, 5.6).
    var map = DenseModel.Map(width: 14, height: 10, values: [])
    let tops: [(x: Double, y: Double, top: Double, dying: Bool)] = [
      (3.25, 2, 0.9, true), (8, 5.6, 0.8, false), (9.1, 5.6, 0.7, false),
    ]
    var (dying, background, healthy) = ([Float](), [Float](), [Float]())
    for row in 0..<10 {
      for column in 0..<14 {
        let values = tops.map { peak -> (Double, Bool) in
          let (dx, dy) = (Double(column) - peak.x, Double(row) - peak.y)
          return (max(0, peak.top - 0.1 * (dx * dx + dy * dy)), peak.dying)
        }
        let best = values.max { $0.0 < $1.0 } ?? (0, false)
        background.append(Float(1 - best.0))
        dying.append(Float(best.1 ? 0.75 * best.0 : 0.25 * best.0))
        healthy.append(Float(best.1 ? 0.25 * best.0 : 0.75 * best.0))
      }
    }
    map.values = dying + background + healthy
    let found = dense.detections(map, threshold: 0.5, distance: 12)
    #expect(dense.cellClasses == ["apoptosis", "healthy"] && found.count == 2, "\(found)")
    #expect(abs(found[0].x - 26) < 0.2 && abs(found[0].y - 16) < 0.2 && found[0].predicted == 0, "\(found)")
    #expect(abs(found[1].x - 64) < 3 && abs(found[1].y - 44.8) < 1 && found[1].predicted == 1, "\(found)")
    #expect(abs(found[0].probabilities[0] - 0.75) < 1e-3)
    #expect(dense.detections(map, threshold: 0.85, distance: 12).count == 1)
  }

  @Test("places without a cell are far from all, as many as asked for, and the same again")
  func background() throws {
    try DataFiles.with { files in
      let samples = [Float](repeating: 7, count: 60 * 50)
      for frame in 0..<3 {
        let image = try Image(width: 60, height: 50, sampleType: .uint16, samples: samples)
        try files.file("A01/t000\(frame)_BF.png", PNGWriter.encode(image))
      }
      try files.text("tables/A01.csv", "when,lane,px,py,what\n0,1,20,20,calm\n0,2,40,30,calm\n2,1,5,5,dying\n")
      var spec = files.spec(.cells)
      (spec.height, spec.width) = (8, 8)
      spec.cells.layout = .table
      spec.cells.images = "{well}/t{frame:04}_{channel}.png"
      spec.cells.tables = "tables/{well}.csv"
      spec.cells.columns = ["x": "px", "y": "py", "frame": "when", "track": "lane", "label": "what"]
      spec.cells.units = .pixel
      spec.cells.background = 4
      let data = try Dataset.open(spec)
      #expect(data.classes == ["background", "calm", "dying"])
      let source = try #require(data.source as? CellsSource)
      let places = source.positions.filter { $0.label == "background" }
      #expect(
        places.filter { $0.frame == 0 }.count == 4 && places.filter { $0.frame == 2 }.count == 4 && places.count == 8)
      for place in places {
        for other in source.positions where other.frame == place.frame && other.label != "background" {
          let (dx, dy) = (other.x - place.x, other.y - place.y)
          #expect(dx * dx + dy * dy >= 144)
        }
      }
      #expect(try Dataset.open(spec).samples == data.samples)
      #expect(try Dataset.open(spec, for: .prediction).samples.count == 3)
    }
  }
}
