import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Statistics") struct StatisticsTests {
  let fixture: StatisticsFixture

  init() throws { fixture = try .load() }

  private func close(_ value: Double, _ expected: Double, within: Double = 1e-9) -> Bool {
    value == expected || abs(value - expected) <= within * max(1, abs(expected))
  }

  @Test("the tails of t and χ² are SciPy's, to a relative 1e-9 also where they are small")
  func tails() {
    for tail in fixture.tails.t {
      let p = StudentT.twoSidedPValue(tail.x, degrees: Double(tail.degrees))
      #expect(abs(p - tail.p) <= 1e-9 * tail.p, "t \(tail.x), \(tail.degrees): \(p), expected \(tail.p)")
    }
    for tail in fixture.tails.chiSquared {
      let p = ChiSquared.upperTail(tail.x, degrees: tail.degrees)
      #expect(abs(p - tail.p) <= 1e-9 * tail.p, "χ² \(tail.x), \(tail.degrees): \(p), expected \(tail.p)")
    }
  }

  @Test("DeLong's test by ranks is its definition by all pairs, ties included")
  func delong() throws {
    for item in fixture.delong {
      let test = try #require(DeLong(first: item.first, second: item.second, isPositive: item.positive))
      #expect(close(test.firstArea, item.firstArea) && close(test.secondArea, item.secondArea))
      #expect(close(test.standardError, item.standardError), "\(test.standardError), expected \(item.standardError)")
      #expect(close(test.z, item.z) && close(test.pValue, item.pValue), "\(test.pValue), expected \(item.pValue)")
    }
    #expect(DeLong(first: [1, 2], second: [1, 2], isPositive: [true, false]) == nil)
    let same = try #require(
      DeLong(first: [1, 2, 3, 4], second: [1, 2, 3, 4], isPositive: [true, false, true, false]))
    #expect(same.pValue == 1)
  }

  @Test("the corrected resampled t test is Nadeau and Bengio's formula with SciPy's t")
  func correctedT() throws {
    for item in fixture.correctedT {
      let test = try #require(CorrectedResampledT(item.differences, testShare: item.share))
      #expect(close(test.t, item.t) && close(test.pValue, item.pValue), "\(test), expected \(item.pValue)")
    }
    #expect(CorrectedResampledT([0.1], testShare: 0.25) == nil)
    #expect(CorrectedResampledT([0, 0, 0], testShare: 0.25)?.pValue == 1)
  }

  @Test("contrasts of units go through all arrangements as SciPy's do")
  func contrast() throws {
    for item in fixture.contrast {
      let units =
        item.first.map { UnitContrast.Unit(value: $0, isSecond: false) }
        + item.second.map { UnitContrast.Unit(value: $0, isSecond: true) }
      let test = try #require(UnitContrast(units))
      #expect(test.isExact && test.firstUnits == item.first.count)
      #expect(close(test.difference, item.difference))
      #expect(close(test.pValue ?? .nan, item.pValue), "\(test.pValue ?? .nan), expected \(item.pValue)")
      #expect((test.lower ?? 1) < test.difference && test.difference < (test.upper ?? -1))
    }
  }

  @Test("intervals of contrasts are Welch's, of pairs Student's, and hold the truth as often as they say")
  func contrastIntervals() throws {
    // scipy.stats.ttest_ind(equal_var=False) and ttest_1samp, SciPy 1.17.
    let welch = try #require(
      UnitContrast(
        [1, 2, 4, 3.5].map { .init(value: $0, isSecond: false) }
          + [5, 4.2, 6.1].map { .init(value: $0, isSecond: true) }))
    #expect(
      close(welch.lower ?? .nan, 0.20839810732602349) && close(welch.upper ?? .nan, 4.741601892673976), "\(welch)")
    let pairs = try #require(
      UnitContrast(
        [0.3, 0.5, -0.1, 0.4].enumerated().flatMap { place, value in
          [
            UnitContrast.Unit(value: Double(place), isSecond: false, stratum: "\(place)"),
            UnitContrast.Unit(value: Double(place) + value, isSecond: true, stratum: "\(place)"),
          ]
        }))
    #expect(
      close(pairs.lower ?? .nan, -0.14348463042743964) && close(pairs.upper ?? .nan, 0.6934846304274397), "\(pairs)")
    // Three experiments with two wells of each condition, which resampling covered in 76 of 100.
    var random = KeyedRandom(seed: 3, KeyedRandom.key("wells"))
    let trials = 1000
    let covered = (0..<trials).count { _ in
      let units = (0..<3).flatMap { experiment -> [UnitContrast.Unit] in
        let base = random.normal() * 2
        return (0..<4).map { .init(value: base + random.normal(), isSecond: $0 > 1, stratum: "\(experiment)") }
      }
      guard let test = UnitContrast(units), let lower = test.lower, let upper = test.upper else { return false }
      return lower <= 0 && 0 <= upper
    }
    #expect(abs(Double(covered) / Double(trials) - 0.95) < 0.025, "\(covered)")
  }

  @Test("units are exchanged within strata alone")
  func strata() throws {
    // Two experiments far apart, each with one well of a condition above the others: 1 of 3 × 3 arrangements is as extreme.
    let units = ["a": 0.0, "b": 10.0].sorted { $0.key < $1.key }.flatMap { stratum, base in
      [1.0, 0, 0].enumerated().map {
        UnitContrast.Unit(value: base + $1, isSecond: $0 == 0, stratum: stratum)
      }
    }
    let test = try #require(UnitContrast(units))
    #expect(test.arrangements == 9)
    #expect(close(test.pValue ?? .nan, 1 / 9.0))
    #expect(close(test.difference, 1))
    // The wells without the condition don't vary, and there is one of each with it.
    #expect(test.lower == nil && test.upper == nil)
    // A condition that no stratum has beside the other can't be compared.
    #expect(
      UnitContrast([.init(value: 1, isSecond: false, stratum: "a"), .init(value: 2, isSecond: true, stratum: "b")])
        == nil)
  }

  @Test("the temperature is the root of the log loss's derivative, as SciPy finds it")
  func temperature() throws {
    for item in fixture.temperature {
      let scaling = try #require(TemperatureScaling(logits: item.logits, labels: item.labels))
      #expect(close(scaling.temperature, item.temperature), "\(scaling.temperature), expected \(item.temperature)")
      #expect(close(scaling.logLossBefore, item.before) && close(scaling.logLossAfter, item.after))
    }
    // Told apart without error, the best temperature would be 0.
    let sure = try #require(TemperatureScaling(logits: [[3, 0], [0, 2]], labels: [0, 1]))
    #expect(close(sure.temperature, 0.05))
  }

  @Test("equivalence is claimed within the margin alone, difference beyond zero alone")
  func equivalence() {
    #expect(Equivalence(wide: -0.02...0.03, narrow: -0.01...0.02, margin: 0.03) == .equivalent)
    #expect(Equivalence(wide: -0.05...0.03, narrow: -0.04...0.02, margin: 0.03) == .undecided)
    #expect(Equivalence(wide: 0.01...0.05, narrow: 0.015...0.045, margin: 0.03) == .different)
    #expect(Equivalence(wide: 0.01...0.025, narrow: 0.012...0.022, margin: 0.03) == .differentWithinMargin)
  }
}
