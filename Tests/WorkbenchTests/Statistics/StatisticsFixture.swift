import Foundation

@testable import ZooData
@testable import ZooWorkbench

/// `Fixtures/statistics/*.json`, which SciPy, lifelines and R's cmprsk and survival made.
struct StatisticsFixture: Decodable {
  struct DeLongCase: Decodable {
    let first: [Float]
    let second: [Float]
    let positive: [Bool]
    let firstArea: Double
    let secondArea: Double
    let standardError: Double
    let z: Double
    let pValue: Double
  }

  struct CorrectedT: Decodable {
    let differences: [Double]
    let share: Double
    let t: Double
    let pValue: Double
  }

  struct Contrast: Decodable {
    let first: [Double]
    let second: [Double]
    let difference: Double
    let pValue: Double
  }

  struct Temperature: Decodable {
    let logits: [[Double]]
    let labels: [Int]
    let temperature: Double
    let before: Double
    let after: Double
  }

  struct Logistic: Decodable {
    let features: [[Double]]
    let labels: [Int]
    let penalty: Double
    let probabilities: [[Double]]
  }

  struct Tail: Decodable {
    let x: Double
    let degrees: Int
    let p: Double
  }

  struct Tails: Decodable {
    let t: [Tail]
    let chiSquared: [Tail]
  }

  let delong: [DeLongCase]
  let correctedT: [CorrectedT]
  let contrast: [Contrast]
  let temperature: [Temperature]
  let tails: Tails
  let logistic: [Logistic]

  static func load() throws -> StatisticsFixture { try decode("statistics") }

  static func survival() throws -> [SurvivalCase] { try decode("survival") }

  private static func decode<Value: Decodable>(_ name: String) throws -> Value {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/statistics/\(name).json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Value.self, from: Data(contentsOf: url))
  }
}

struct SurvivalCase: Decodable {
  struct Point: Decodable {
    let time: Double
    let value: Double
    let lower: Double
    let upper: Double
    let variance: Double?
  }

  struct Test: Decodable {
    let statistic: Double
    let pValue: Double
  }

  let time: [Double]
  let event: [Int]
  let group: [Int]
  let entry: [Double]
  let kaplanMeier: [Point]
  let median: Double?
  let logRank: Test?
  let gray: [Test]?
  /// By kind, at each time of any event.
  let incidence: [[Double]]?
  let aalenJohansen: [[Point]]?

  func data() throws -> SurvivalData {
    try SurvivalData(
      time.indices.map { .init(entry: entry[$0], time: time[$0], event: event[$0], group: group[$0]) })
  }
}
