import Foundation
import Testing
import ZooData
import ZooWorkbench

/// A network that can only learn one thing looks there: images are noise, and those of one class hold a bright square in
/// one of two channels.
@Suite struct PlantedMarkerTests {
  private static let side = 32
  private static let marker = 8

  private struct Planted {
    var pixels: [Float]
    var place: (x: Int, y: Int)?
  }

  /// Channel “noise” and channel “sign”.
  private static func planted(_ number: Int) -> Planted {
    var random = SplitMix64(seed: 7, stream: UInt64(number))
    var pixels = (0..<2 * side * side).map { _ in Float(random.next(below: 80)) }
    guard number % 2 == 1 else { return Planted(pixels: pixels) }
    let place = (x: random.next(below: side - marker), y: random.next(below: side - marker))
    for y in place.y..<place.y + marker {
      for x in place.x..<place.x + marker { pixels[side * side + y * side + x] += 150 }
    }
    return Planted(pixels: pixels, place: place)
  }

  private static func trained(_ files: DataFiles) throws -> Model {
    var table = "path,label\n"
    for number in 0..<120 {
      let image = try Image(
        width: side, height: side, channels: 2, sampleType: .uint8, samples: planted(number).pixels)
      let name = String(format: "%03d.png", number)
      try files.file(name, PNGWriter.encode(image))
      table += "\(name),\(number % 2 == 1 ? "marked" : "plain")\n"
    }
    try files.text("manifest.csv", table)
    var spec = Spec()
    spec.name = "marker"
    spec.data = files.spec(.csv)
    (spec.data.height, spec.data.width) = (side, side)
    spec.data.imageChannels = ["noise", "sign"]
    spec.data.channels = ["noise", "sign"]
    spec.data.classes = ["plain", "marked"]
    spec.data.split.by = []
    spec.model.backbone = PartSpec("resnet10_tiny", settings: ["width": .number(8), "stem": .string("small")])
    spec.train.epochs = 8
    spec.train.batch = 12
    spec.train.optimizer.learningRate = 3e-3
    let folder = RunFolder(files.folder + "/run")
    _ = try Trainer(spec, folder: folder).run()
    return try Model.load(folder.path)
  }

  @Test func aPlantedMarkerIsCoveredAndShuffledWeightsLoseIt() throws {
    try DataFiles.with { files in
      let loaded = try LoadedModel(Self.trained(files))
      let cam = GradCAM(loaded)
      var (covered, hot): ([Double], [Double]) = ([], [])
      var maps: [(sample: Tensor, map: ClassMap)] = []
      for number in stride(from: 201, to: 231, by: 2) {
        let planted = Self.planted(number)
        let place = try #require(planted.place)
        let sample = try Tensor(shape: [1, 2, Self.side, Self.side], planted.pixels)
        let map = try cam.map(of: sample)
        try #require(map.classIndex == 1, "the network didn't learn the marker")
        let heat = map.resized(height: Self.side, width: Self.side)
        let threshold = (heat.max() ?? 0) / 3
        let isHot = heat.map { $0 > threshold }
        let inside = (0..<Self.marker * Self.marker).count { index in
          isHot[(place.y + index / Self.marker) * Self.side + place.x + index % Self.marker]
        }
        covered.append(Double(inside) / Double(Self.marker * Self.marker))
        hot.append(Double(isHot.count { $0 }) / Double(isHot.count))
        maps.append((sample, map))

        let occlusion = try loaded.occlusion(of: sample)
        #expect(occlusion.classIndex == 1)
        #expect(occlusion.channels[1] > 0.5 && abs(occlusion.channels[0]) < 0.3, "\(occlusion)")
      }
      let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
      #expect(mean(covered) >= 0.9, "covered \(covered)")
      // Hot is a small part of the image, or covering would prove nothing.
      #expect(mean(hot) <= 0.4, "hot \(hot)")
      let sanity = try cam.sanity(maps)
      #expect(abs(sanity) < 0.3, "shuffled weights leave a rank correlation of \(sanity)")
    }
  }
}
