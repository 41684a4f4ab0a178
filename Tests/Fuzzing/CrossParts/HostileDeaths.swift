@testable import ZooData
@testable import ZooWorkbench

/// Predictions of tracked cells and what was done to their wells, of which one is exchanged for anything.
enum HostileDeaths {
  private static let predictions: String = {
    var text = "experiment,well,track,frame,time,p_healthy,p_apoptosis,p_pyroptosis\n"
    for (well, onset) in [("A1", 2), ("A2", 9), ("B1", 1), ("B2", 3)] {
      for track in 0..<3 {
        for frame in 0..<5 {
          let isDead = frame >= onset + track
          text += "e,\(well),\(track),\(frame),\(Double(frame) / 4),\(isDead ? "0.1,0.1,0.8" : "0.8,0.1,0.1")\n"
        }
      }
    }
    return text
  }()
  private static let plate = "well,condition\nA1,control\nA2,control\nB1,treated\nB2,treated\n"
  private static let truth =
    "well,track,onset_frame,kind\nA1,0,2,pyroptosis\nA1,1,3,pyroptosis\nB1,0,1,pyroptosis\nA2,0,,\n"

  static let texts = [predictions, plate, truth]

  /// The three tables, of which the one in the place `chosen` is `text`.
  static func analyse(_ chosen: Int, _ text: String, rule: DeathRule.Kind) throws {
    var texts = texts
    texts[chosen % texts.count] = text
    func table(_ place: Int) throws -> CSVTable { try CSVTable(Array(texts[place].utf8), file: "table \(place)") }
    var chosenRule = DeathRule()
    chosenRule.kind = rule
    let deaths = try Deaths(TrackedPredictions(table(0), file: "predictions"), rule: chosenRule)
    let analysis = try DeathAnalysis(deaths, plate: PlateMap(table(1), file: "plate"))
    let errors = try OnsetErrors(deaths, truth: table(2), file: "truth")
    _ = (deaths.csv, analysis.curvesCSV, analysis.text, analysis.html(), errors.text)
  }
}
