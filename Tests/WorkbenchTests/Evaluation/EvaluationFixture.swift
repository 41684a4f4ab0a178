import Foundation
import Testing
import ZooWorkbench

/// `Fixtures/evaluation/evaluation.json`, which scikit-learn and SciPy made.
struct EvaluationFixture: Decodable {
  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    let labels: [Int]
    let probabilities: [[Int]]
    let confusion: [[Int]]
    let precision: [Double?]
    let recall: [Double?]
    let f1: [Double?]
    let auroc: [Double?]
    let averagePrecision: [Double?]
    let metrics: [String: Double]

    var testDescription: String { name }
  }

  struct Grouped: Decodable {
    let groups: [Int]
    let labels: [Int]
    let probabilities: [[Int]]
    let other: [[Int]]
    let intervals: [String: [Double]]
    let accuracyDifference: [Double]
  }

  struct McNemarCase: Decodable {
    let first: Int
    let second: Int
    let exact: Double
    let mid: Double
  }

  struct HolmCase: Decodable {
    let p: [Double]
    let adjusted: [Double]
  }

  struct WilsonCase: Decodable {
    let successes: Int
    let total: Int
    let lower: Double
    let upper: Double
  }

  let cases: [Case]
  let grouped: Grouped
  let mcnemar: [McNemarCase]
  let holm: [HolmCase]
  let wilson: [WilsonCase]

  static func load() throws -> EvaluationFixture {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/evaluation/evaluation.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(EvaluationFixture.self, from: Data(contentsOf: url))
  }

  /// Predictions of made-up items `0, 1, …` from probabilities in 64ths.
  static func predictions(_ labels: [Int], _ probabilities: [[Int]], groups: [Int]? = nil) throws -> Predictions {
    let items = labels.indices.map { index in
      Predictions.Item(
        id: "\(index)", subset: "test", group: groups.map { "well \($0[index])" } ?? "", label: labels[index],
        probabilities: probabilities[index].map { Float($0) / 64 })
    }
    return try Predictions(classes: (0..<probabilities[0].count).map { "class \($0)" }, items: items)
  }
}
