import Foundation

@testable import ZooData
@testable import ZooWorkbench

/// A plate of tracked cells whose deaths are known, as predictions of a model that errs now and then.
struct SimulatedPlate {
  struct Cell {
    var well: String
    /// Frame of death and its class; `nil` if it lives.
    var onset: Int?
    var kind = ""
  }

  static let classes = ["healthy", "apoptosis", "pyroptosis"]

  let csv: String
  let cells: [Cell]
  let frames: Int

  /// - Parameters:
  ///   - rates: chance of apoptosis and of pyroptosis in each frame, by well.
  ///   - spread: how much the rate of a well differs from that of the others.
  init(
    wells: [String], cellsPerWell: Int, frames: Int, seed: UInt64, spread: Double = 0,
    rates: (String) -> (apoptosis: Double, pyroptosis: Double)
  ) {
    var random = KeyedRandom(seed: seed, KeyedRandom.key("plate"))
    var text = "well,track,frame,p_healthy,p_apoptosis,p_pyroptosis\n"
    var cells: [Cell] = []
    for well in wells {
      let luck = exp(random.normal() * spread)
      let rate = rates(well)
      for number in 0..<cellsPerWell {
        var cell = Cell(well: well)
        for frame in 1..<frames where cell.onset == nil {
          if random.chance(rate.apoptosis * luck) {
            (cell.onset, cell.kind) = (frame, "apoptosis")
          } else if random.chance(rate.pyroptosis * luck) {
            (cell.onset, cell.kind) = (frame, "pyroptosis")
          }
        }
        for frame in 0..<frames {
          var state = cell.onset.map { frame >= $0 } == true ? cell.kind : "healthy"
          // A dead apoptotic cell ruptures in the end, and then looks as a pyroptotic one does.
          if let onset = cell.onset, cell.kind == "apoptosis", frame > onset + 8 { state = "pyroptosis" }
          var right = 0.6 + 0.35 * random.uniform()
          if random.chance(0.04) { right = 0.2 }
          let place = Self.classes.firstIndex(of: state) ?? 0
          let scores = Self.classes.indices.map { $0 == place ? right : (1 - right) / 2 }
          text += "\(well),\(well)-\(number),\(frame),\(scores.map { "\($0)" }.joined(separator: ","))\n"
        }
        cells.append(cell)
      }
    }
    csv = text
    self.cells = cells
    self.frames = frames
  }

  func predictions() throws -> TrackedPredictions {
    try TrackedPredictions(CSVTable(Array(csv.utf8), file: "predictions.csv"), file: "predictions.csv")
  }
}
