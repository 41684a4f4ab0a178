import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Deaths")
struct DeathTests {
  /// Frames as letters: h(ealthy), a(poptosis), p(yroptosis), ?: the model doesn't know.
  private static func track(_ letters: String) -> [[Double]] {
    letters.map { letter in
      switch letter {
      case "h": [0.9, 0.05, 0.05]
      case "a": [0.05, 0.9, 0.05]
      case "p": [0.05, 0.05, 0.9]
      default: [0.4, 0.3, 0.3]
      }
    }
  }

  private static func rule(_ kind: DeathRule.Kind) -> DeathRule {
    var rule = DeathRule()
    rule.kind = kind
    return rule
  }

  @Test("each rule finds the onset and the kind of the first phase", arguments: DeathRule.Kind.allCases)
  func rules(kind: DeathRule.Kind) {
    let rule = Self.rule(kind)
    func death(_ letters: String) -> DeathRule.Finding? { rule.death(Self.track(letters), alive: [0]) }
    #expect(death("hhhhhhhh") == nil)
    #expect(death("hhhhpppp") == .init(onset: 4, kind: 2))
    #expect(death("hhhaaaaa") == .init(onset: 3, kind: 1))
    // Secondary rupture doesn't make an apoptotic cell pyroptotic.
    #expect(death("hhhhaaaapppppppppppp") == .init(onset: 4, kind: 1))
    #expect(death("pppppp") == .init(onset: 0, kind: 2))
    // A single frame is no death.
    #expect(death("hhhhphhhhhh") == nil || kind == .hysteresis && death("hhhhphhhhhh") == nil)
  }

  @Test("the change point outlasts a frame that the model got wrong, before and after the onset")
  func noise() {
    let rule = DeathRule()
    #expect(rule.death(Self.track("hhphhhhhppphpppp"), alive: [0]) == .init(onset: 8, kind: 2))
    #expect(rule.death(Self.track("hhhh?hhhhh?hh"), alive: [0]) == nil)
  }

  private static func predictions(_ rows: [String]) throws -> TrackedPredictions {
    let text = "experiment,well,track,frame,p_healthy,p_dead\n" + rows.joined(separator: "\n") + "\n"
    return try TrackedPredictions(CSVTable(Array(text.utf8), file: "p.csv"), file: "p.csv")
  }

  /// Each of the conditions looked for its cells among all: 10,000 wells took more than a minute.
  @Test("thousands of wells, each a condition, are gone through once")
  func manyWells() throws {
    let rows = (0..<4000).flatMap { well in
      (0..<4).map { "e,w\(well),1,\($0),\($0 < 1 + well % 4 ? "0.95,0.05" : "0.05,0.95")" }
    }
    let start = ContinuousClock.now
    let deaths = try Deaths(Self.predictions(rows))
    let analysis = try DeathAnalysis(deaths)
    #expect(analysis.wells.count == 4000 && analysis.conditions.count == 4000)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("cells that are dead at first sight, that are lost and that survive are told apart")
  func statuses() throws {
    var rows: [String] = []
    func add(_ track: String, _ frames: ClosedRange<Int>, deadFrom: Int) {
      for frame in frames { rows.append("e,A1,\(track),\(frame),\(frame < deadFrom ? "0.95,0.05" : "0.05,0.95")") }
    }
    add("survives", 0...9, deadFrom: 99)
    add("dies", 0...9, deadFrom: 6)
    add("lost", 0...4, deadFrom: 99)
    add("dead", 0...9, deadFrom: 0)
    // A gap makes the interval in which the cell died longer.
    add("gap", 0...3, deadFrom: 99)
    add("gap", 7...9, deadFrom: 7)
    let deaths = try Deaths(Self.predictions(rows))
    let byTrack = Dictionary(uniqueKeysWithValues: deaths.deaths.map { ($0.track, $0) })
    #expect(byTrack["survives"]?.status == .survived && byTrack["lost"]?.status == .lost)
    #expect(byTrack["dies"]?.status == .died && byTrack["dies"]?.onsetFrame == 6)
    #expect(byTrack["dead"]?.status == .deadAtStart)
    #expect(byTrack["gap"]?.lastAliveTime == 3 && byTrack["gap"]?.onsetTime == 7)
    #expect(deaths.csv.split(separator: "\n").count == 6)
  }

  @Test("the onset is found to a frame and the kind is right, and incidence is the truth's within three points")
  func accuracy() throws {
    let wells = (1...8).flatMap { ["A\($0)", "B\($0)"] }
    let plate = SimulatedPlate(wells: wells, cellsPerWell: 60, frames: 60, seed: 5) { well in
      well.hasPrefix("A") ? (0.004, 0.002) : (0.004, 0.012)
    }
    let deaths = try Deaths(plate.predictions())
    let errors = zip(plate.cells, deaths.deaths).compactMap { cell, death -> Int? in
      cell.onset.flatMap { onset in death.onsetFrame.map { abs($0 - onset) } }
    }.sorted()
    #expect(errors[errors.count / 2] <= 1)
    let known = plate.cells.compactMap(\.onset).count
    #expect(Double(errors.count) > 0.95 * Double(known), "\(errors.count) of \(known)")
    let map = try PlateMap(
      CSVTable(
        Array(
          ("well,condition\n" + wells.map { "\($0),\($0.hasPrefix("A") ? "control" : "infected")\n" }.joined()).utf8),
        file: "plate.csv"), file: "plate.csv")
    let analysis = try DeathAnalysis(deaths, plate: map)
    for curves in analysis.conditions {
      let cells = plate.cells.filter { ($0.well.hasPrefix("A") ? "control" : "infected") == curves.name }
      for kind in ["apoptosis", "pyroptosis"] {
        for time in stride(from: 4, to: 60, by: 4) {
          let truth = Double(cells.count { $0.kind == kind && ($0.onset ?? .max) <= time }) / Double(cells.count)
          let found = curves.incidence[kind]?.value(at: Double(time)) ?? .nan
          #expect(abs(found - truth) < 0.03, "\(curves.name), \(kind) until \(time): \(found), truth \(truth)")
        }
      }
    }
    let contrast = try #require(analysis.contrasts.first { $0.kind == "pyroptosis" })
    #expect(contrast.condition == "infected" && (contrast.units?.difference ?? 0) > 0.2)
    #expect((contrast.adjustedPValue ?? 1) < 0.01)
    PageChecker.check(analysis.html())
    #expect(analysis.text.contains("infected − control"))
    #expect(analysis.curvesCSV.split(separator: "\n").count > 100)
  }

  @Test("wells that differ by chance alone are called different one time in twenty; cells as units cry wolf")
  func level() throws {
    let trials = 1000
    var byWells = 0
    var byCells = 0
    for trial in 0..<trials {
      var random = KeyedRandom(seed: UInt64(trial), KeyedRandom.key("null"))
      var units: [UnitContrast.Unit] = []
      var subjects: [SurvivalData.Subject] = []
      for well in 0..<12 {
        let rate = 0.02 * exp(random.normal() * 0.5)
        var died = 0
        for _ in 0..<30 {
          let time = -log(1 - random.uniform()) / rate
          if time < 40 { died += 1 }
          subjects.append(.init(time: max(min(time, 40), 1e-6), event: time < 40 ? 1 : 0, group: well % 2))
        }
        units.append(.init(value: Double(died) / 30, isSecond: well % 2 == 1))
      }
      if (UnitContrast(units)?.pValue ?? 1) < 0.05 { byWells += 1 }
      if try (LogRank(SurvivalData(subjects))?.pValue ?? 1) < 0.05 { byCells += 1 }
    }
    let share = Double(byWells) / Double(trials)
    #expect(abs(share - 0.05) <= 0.015, "\(share)")
    #expect(Double(byCells) / Double(trials) > 0.15, "\(byCells)")
  }

  @Test(
    "tables that can't be right are refused with what is wrong",
    arguments: [
      ("well,frame,p_healthy,p_dead\nA1,0,1,0\n", "no column 'track'"),
      ("track,frame,p_healthy\n1,0,1\n", "no columns with probabilities"),
      ("track,frame,p_healthy,p_dead\n,0,1,0\n", "no row has a track"),
      ("track,frame,p_healthy,p_dead\n1,0.5,1,0\n", "the frame is 0.5"),
      // What is reckoned with it would overflow.
      ("track,frame,p_healthy,p_dead\n1,-9223372036854775808,1,0\n", "the frame is -9223372036854775808"),
      ("track,frame,p_healthy,p_dead\n1,0,1,0\n1,0,1,0\n", "frame 0 twice"),
      ("track,frame,p_healthy,p_dead\n1,0,1,x\n", "'x' in 'p_dead' is not a number"),
      ("track,frame,p_healthy,p_dead\n1,0,7,0\n", "numbers in 0…1"),
      ("track,frame,time,p_healthy,p_dead\n1,0,2,1,0\n1,1,1,1,0\n", "goes back in time"),
      ("track,frame,model,p_healthy,p_dead\n1,0,a,1,0\n1,1,b,1,0\n", "is of the model 'b'"),
    ])
  func refusals(text: String, message: String) {
    let error = #expect(throws: ZooError.self) {
      try TrackedPredictions(CSVTable(Array(text.utf8), file: "p.csv"), file: "p.csv")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("an annotated onset that no film has is refused")
  func onset() throws {
    let deaths = try Deaths(Self.predictions((0..<4).map { "e,A1,t,\($0),\($0 < 2 ? "1,0" : "0,1")" }))
    for (onset, isRead) in [("2", true), ("-9223372036854775808", false), ("1e300", false), ("x", false)] {
      let truth = try CSVTable(Array("well,track,onset_frame\nA1,t,\(onset)\n".utf8), file: "t.csv")
      let errors = try? OnsetErrors(deaths, truth: truth, file: "t.csv")
      #expect(errors?.errors == (isRead ? [0] : nil), "\(onset)")
    }
  }

  @Test("an onset that nobody saw is no error of zero frames")
  func deadAtStart() throws {
    let rows =
      (0..<4).map { "e,A1,dead,\($0),0,1" }
      + (0..<8).map { "e,A1,dies,\($0),\($0 < 3 ? "1,0" : "0,1")" }
    let deaths = try Deaths(Self.predictions(rows))
    let truth = try CSVTable(Array("well,track,onset_frame\nA1,dead,0\nA1,dies,1\n".utf8), file: "t.csv")
    let errors = try OnsetErrors(deaths, truth: truth, file: "t.csv")
    #expect(errors.errors == [2] && errors.median == 2 && errors.deadAtStart == 1 && errors.tracks == 2)
    #expect(errors.text.contains("1 dead at start, kind right in 0 of 2"))
  }

  @Test("a plate map is read by well in any spelling, and what it lacks is named")
  func plateMap() throws {
    func map(_ text: String) throws -> PlateMap {
      try PlateMap(CSVTable(Array(text.utf8), file: "plate.csv"), file: "plate.csv")
    }
    let plain = try map("well,condition\nA01,x\nb2,y\n")
    #expect(
      plain.conditions(experiment: "any", well: "A1") == ["x"] && plain.conditions(experiment: "", well: "B02") == ["y"]
    )
    #expect(throws: ZooError.self) { try map("well,condition\nA1,x\nA01,y\n") }
    #expect(throws: ZooError.self) { try map("wel,condition\nA1,x\n") }
    #expect(throws: ZooError.self) { try map("well\nA1\n") }
    let two = try map("experiment,well,condition\n1,A1,x\n2,A1,y\n")
    #expect(two.conditions(experiment: "2", well: "A1") == ["y"])
    let rows = (0..<4).map { "e,C3,t,\($0),1,0" }
    let deaths = try Deaths(Self.predictions(rows))
    let error = #expect(throws: ZooError.self) { try DeathAnalysis(deaths, plate: plain) }
    #expect(error?.description.contains("lacks 1 well: e / C3") == true, "\(error?.description ?? "")")
    #expect(throws: ZooError.self) { try Deaths(Self.predictions(rows), alive: ["nobody"]) }
  }

  /// Two plates of one well each with the same names, on which all cells die, or none.
  private static func plates(_ columns: String, _ values: (_ plate: Int) -> String) throws -> Deaths {
    var text = "\(columns),track,frame,p_healthy,p_dead\n"
    for plate in 1...2 {
      for track in 1...3 {
        for frame in 0..<6 {
          text += "\(values(plate)),\(track),\(frame),\(plate == 1 && frame > 2 ? "0.02,0.98" : "0.98,0.02")\n"
        }
      }
    }
    return try Deaths(TrackedPredictions(CSVTable(Array(text.utf8), file: "p.csv"), file: "p.csv"))
  }

  @Test("wells of one name on several plates are told apart by whatever column does, and by a plate map with it")
  func wellsOfOneName() throws {
    let deaths = try Self.plates("experiment,well,field,plate,site") { ",B03,\($0)/B03/1,\($0),1" }
    #expect(deaths.wellColumns == ["plate"])
    var analysis = try DeathAnalysis(deaths)
    #expect(analysis.wells.map(\.name) == ["1 / B03", "2 / B03"] && analysis.wells.map(\.died) == [3, 0])
    #expect(analysis.cautions.contains { $0.contains("told apart by the columns plate") }, "\(analysis.cautions)")
    let map = try PlateMap(
      CSVTable(Array("Plate,Well,Drug\n1,b3,yes\n2,B03,no\n".utf8), file: "m.csv"), file: "m.csv",
      further: deaths.wellColumns)
    analysis = try DeathAnalysis(deaths, plate: map)
    #expect(analysis.conditions.map(\.name) == ["no", "yes"] && analysis.conditions.map(\.died) == [0, 3])
    let truth = try CSVTable(Array("plate,track,onset_frame\n1,2,3\n2,2,\n".utf8), file: "t.csv")
    #expect(try OnsetErrors(deaths, truth: truth, file: "t.csv").errors == [0])
    let short = try CSVTable(Array("track,onset_frame\n2,3\n".utf8), file: "t.csv")
    let error = try #require(throws: ZooError.self) { try OnsetErrors(deaths, truth: short, file: "t.csv") }
    #expect(error.description.contains("may be any of 2") && error.description.contains("plate"), "\(error)")
  }

  @Test("several fields of one well are one well, which is said")
  func fieldsOfOneWell() throws {
    let deaths = try Self.plates("experiment,well,field,site") { "e,B03,e/B03/\($0),\($0)" }
    #expect(deaths.wellColumns.isEmpty)
    let analysis = try DeathAnalysis(deaths)
    #expect(analysis.wells.map(\.died) == [3])
    #expect(
      analysis.cautions.contains { $0.contains("1 of 1 well holds several fields") && $0.contains("e/B03/1, e/B03/2") },
      "\(analysis.cautions)")
  }

  @Test("onsets that are counted from another frame are refused with both figures, and taken when it is said")
  func truthFrames() throws {
    let rows = (1...2).flatMap { track in (0..<6).map { "e,A1,\(track),\($0),\($0 < 4 ? "1,0" : "0,1")" } }
    let deaths = try Deaths(Self.predictions(rows))
    let truth = try CSVTable(Array("well,track,onset_frame\nA1,1,5\nA1,2,6\n".utf8), file: "t.csv")
    let error = try #require(throws: ZooError.self) { try OnsetErrors(deaths, truth: truth, file: "t.csv") }
    #expect(error.description.contains("1 of 2 lie in their films as they are, 2 if the first frame is 1"), "\(error)")
    #expect(error.description.contains("--truth-first-frame=1"), "\(error)")
    #expect(try OnsetErrors(deaths, truth: truth, file: "t.csv", firstFrame: 1).errors == [0, -1])
  }

  @Test("conditions that differ only in how they are written are refused")
  func conditions() throws {
    let deaths = try Self.plates("experiment,well") { "e,A\($0)" }
    let map = try PlateMap(
      CSVTable(Array("Well,drug\nA01,Drug A\nA2,drug_a\n".utf8), file: "m.csv"), file: "m.csv")
    let error = try #require(throws: ZooError.self) { try DeathAnalysis(deaths, plate: map) }
    #expect(
      error.description.contains("'Drug A' (1 well)") && error.description.contains("'drug_a' (1 well)"), "\(error)")
  }
}
