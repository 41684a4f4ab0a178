import Foundation
import Testing
import ZooWorkbench

/// Maps hold against PyTorch's, made by `Benchmarks/grad_cam.py` in float64 with the weights of the parity fixtures.
@Suite struct GradCAMParityTests {
  struct Reference: Decodable {
    var layer: String
    var isLast: Bool
    var classes: [Int]
    var height: Int
    var width: Int
    var frames: Int
    var maps: [Float]
  }

  /// The committed reference, or that of the folder that the environment names.
  private static func references() throws -> [String: [Reference]] {
    let folder = ProcessInfo.processInfo.environment["ZOO_PARITY"] ?? Bundle.module.bundlePath + "/Fixtures/grad_cam"
    return try JSONDecoder().decode(
      [String: [Reference]].self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/maps.json")))
  }

  /// The fixtures of weights that have maps beside them.
  private static let cases: [ParityCase] = {
    let names = Set(((try? references()) ?? [:]).keys.map { "\($0).safetensors" })
    return ParityCase.all.filter { names.contains($0.testDescription) }
  }()

  @Test func everyReferenceHasItsWeights() throws {
    #expect(try Self.cases.count == Self.references().count && Self.cases.count >= 6)
  }

  @Test(arguments: cases) func mapsAreThoseOfPyTorch(fixture: ParityCase) throws {
    let name = String(fixture.testDescription.dropLast(".safetensors".count))
    let references = try #require(try Self.references()[name])
    #expect(!references.isEmpty)
    let fixture = try fixture.load()
    let model = fixture.model
    let loaded = LoadedModel(model, threads: 2)
    let samples = try Samples(fixture.batch(0).samples)
    for reference in references {
      // The last value of the stage; of the convolution before the pooling, what its activation gives.
      let layer = try #require(
        model.graph.nodes.last { node in
          reference.layer == "conv_head"
            ? node.part == .backbone && node.op == "Mul" : node.name.hasPrefix("backbone.\(reference.layer).")
        }?.outputs.first)
      let cam = GradCAM(loaded, layer: layer)
      for (index, classIndex) in reference.classes.enumerated() {
        let map = try cam.map(of: samples[index])
        #expect(map.classIndex == classIndex)
        #expect(map.frames == reference.frames)
        #expect(map.height == reference.height && map.width == reference.width)
        let theirs = Array(reference.maps[index * map.values.count..<(index + 1) * map.values.count])
        let largest = theirs.max() ?? 0
        let difference = zip(map.values, theirs).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference <= 1e-3 * largest, "\(layer), sample \(index): off by \(difference) of \(largest)")
        let correlation = RankCorrelation.pearson(map.values.map(Double.init), theirs.map(Double.init)) ?? 1
        #expect(correlation >= 0.999, "\(layer), sample \(index)")
      }
    }
  }

  /// Single samples of a batch.
  private struct Samples {
    let shape: [Int]
    let values: [Float]

    init(_ batch: Tensor) throws {
      shape = [1] + batch.shape.dropFirst()
      values = try #require(batch.values())
    }

    subscript(index: Int) -> Tensor {
      get throws {
        let count = shape.reduce(1, *)
        return try Tensor(shape: shape, Array(values[index * count..<(index + 1) * count]))
      }
    }
  }
}
