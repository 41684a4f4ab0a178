import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Survival") struct SurvivalTests {
  let cases: [SurvivalCase]

  init() throws { cases = try StatisticsFixture.survival() }

  private func close(_ value: Double, _ expected: Double) -> Bool {
    value == expected || abs(value - expected) <= 1e-9 * max(1, abs(expected))
  }

  @Test("Kaplan–Meier with its intervals and median is lifelines', ties and delayed entry included")
  func kaplanMeier() throws {
    for (number, item) in cases.enumerated() {
      let estimate = KaplanMeier(try item.data())
      #expect(estimate.curve.points.count == item.kaplanMeier.count)
      for (point, expected) in zip(estimate.curve.points, item.kaplanMeier) {
        #expect(point.time == expected.time)
        #expect(close(point.value, expected.value), "case \(number) at \(point.time)")
        guard expected.value > 0, expected.value < 1 else { continue }
        #expect(
          close(point.lower, expected.lower) && close(point.upper, expected.upper),
          "case \(number) at \(point.time): \(point.lower)…\(point.upper), expected \(expected.lower)…\(expected.upper)"
        )
      }
      #expect(estimate.median == item.median)
    }
  }

  @Test("Aalen–Johansen is lifelines' without ties, with variance and intervals")
  func aalenJohansen() throws {
    var compared = 0
    for item in cases {
      guard let expected = item.aalenJohansen else { continue }
      let estimate = AalenJohansen(try item.data())
      for (curve, points) in zip(estimate.incidence, expected) {
        #expect(curve.points.count == points.count)
        for (point, wanted) in zip(curve.points, points) {
          #expect(point.time == wanted.time && close(point.value, wanted.value))
          // Where the last subject at risk has the event lifelines divides by zero.
          if point.atRisk == 1 { continue }
          #expect(
            close(point.variance, wanted.variance ?? .nan), "\(point.variance), expected \(wanted.variance ?? .nan)")
          #expect(close(point.lower, wanted.lower) && close(point.upper, wanted.upper))
          compared += 1
        }
      }
    }
    #expect(compared > 30)
  }

  @Test("cumulative incidence with ties is R's cmprsk")
  func incidence() throws {
    var compared = 0
    for item in cases {
      guard let expected = item.incidence else { continue }
      let estimate = AalenJohansen(try item.data())
      let times = Set(zip(item.time, item.event).filter { $0.1 > 0 }.map(\.0)).sorted()
      for (curve, values) in zip(estimate.incidence, expected) {
        #expect(values.count == times.count)
        for (time, value) in zip(times, values) {
          #expect(close(curve.value(at: time), value), "at \(time): \(curve.value(at: time)), expected \(value)")
          compared += 1
        }
      }
    }
    #expect(compared > 60)
  }

  @Test("the log-rank test is lifelines' and R's")
  func logRank() throws {
    for item in cases {
      guard let expected = item.logRank else { continue }
      let test = try #require(LogRank(try item.data()))
      #expect(close(test.chiSquared, expected.statistic), "\(test.chiSquared), expected \(expected.statistic)")
      #expect(close(test.pValue, expected.pValue))
    }
  }

  @Test("Gray's test is R's cmprsk for each kind of event")
  func gray() throws {
    for item in cases {
      for (kind, expected) in (item.gray ?? []).enumerated() {
        let test = try #require(GrayTest(try item.data(), kind: kind + 1))
        #expect(close(test.chiSquared, expected.statistic), "\(test.chiSquared), expected \(expected.statistic)")
        #expect(close(test.pValue, expected.pValue))
        // It knows no delayed entry: subjects that came later change nothing.
        let own = try item.data().subjects
        let late = own.map { subject in
          SurvivalData.Subject(
            entry: subject.entry + 0.5, time: subject.time + 1, event: subject.event, group: subject.group)
        }
        #expect(try GrayTest(SurvivalData(own + late), kind: kind + 1) == test)
      }
    }
  }

  @Test("incidence of all kinds and survival add up to one")
  func completeness() throws {
    for item in cases {
      let data = try item.data()
      let estimate = AalenJohansen(data)
      for point in KaplanMeier(data).curve.points {
        let sum = estimate.incidence.reduce(point.value) { $0 + $1.value(at: point.time) }
        #expect(close(sum, 1))
      }
    }
  }

  @Test("Freireich's leukaemia remissions (1963), as every textbook has them")
  func freireich() throws {
    let treated: [(Double, Int)] = [
      (6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0),
      (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0),
    ]
    let placebo: [Double] = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    let subjects =
      treated.map { SurvivalData.Subject(time: $0.0, event: $0.1, group: 0) }
      + placebo.map { SurvivalData.Subject(time: $0, event: 1, group: 1) }
    let test = try #require(LogRank(try SurvivalData(subjects)))
    #expect(abs(test.chiSquared - 16.79) < 0.005)
    let curve = KaplanMeier(try SurvivalData(Array(subjects.prefix(21)))).curve
    #expect(abs(curve.value(at: 6) - 0.857) < 5e-4 && abs(curve.value(at: 23) - 0.448) < 5e-4)
    #expect(KaplanMeier(try SurvivalData(Array(subjects.prefix(21)))).median == 23)
  }

  @Test("times that make no sense are refused")
  func refusals() {
    for subject in [
      SurvivalData.Subject(time: .nan, event: 1), .init(entry: 3, time: 3, event: 1), .init(time: 1, event: -1),
    ] {
      #expect(throws: ZooError.self) { try SurvivalData([subject]) }
    }
  }
}
