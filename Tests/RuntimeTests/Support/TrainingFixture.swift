import Foundation
import ZooRuntime

/// What PyTorch computed: see Fixtures/operators/make_training.py.
struct TrainingFixture: Decodable {
  struct CrossEntropy: Decodable {
    var items: Int
    var classes: Int
    var smoothing: Float
    var gamma: Float?
    var logits: [Float]
    var labels: [Int64]
    var weights: [Float]?
    var itemWeights: [Float]?
    var loss: Float
    var gradient: [Float]
  }

  struct Setting: Decodable {
    var name: String
    var value: Float
  }

  struct Optimizer: Decodable {
    var name: String
    var start: [Float]
    var learningRate: Float
    /// As name and value, because names of attributes are not to be converted.
    var attributes: [Setting]
    var gradients: [[Float]]
    var results: [[Float]]
  }

  var crossEntropy: [CrossEntropy]
  var optimizers: [Optimizer]

  static func load() throws -> TrainingFixture {
    guard
      let url = Bundle.module.url(forResource: "training", withExtension: "json", subdirectory: "Fixtures/operators")
    else { throw ZooError(.failed, problem: "the fixture training.json is missing") }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(TrainingFixture.self, from: Data(contentsOf: url))
  }
}
