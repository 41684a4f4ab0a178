import ZooFormat

/// Simulated time-lapse experiments: whole fields of many cells that move, touch, divide and die. These are not
/// measurements and prove nothing about cells.
package struct FieldSimulation: Sendable, Hashable {
  package static let experimentCounts = 1...100
  package static let wellCounts = 1...384
  package static let frameCounts = 1...1000
  /// Sides of a field in pixels.
  package static let sides = 64...8192
  package static let cellCounts = 1...20_000
  /// Edge length of a pixel in micrometres.
  package static let pixelSize = 0.65
  /// Minutes between two frames.
  package static let frameInterval = 10.0
  /// Pixels of one unit of length of a cell, which is half a crop.
  static let scale = 26.0

  /// A well of the plate, of which one field is filmed.
  package struct Well: Sendable, Hashable {
    package var experiment: Int
    package var experimentName: String
    /// From 0, in the order of the plate.
    package var index: Int
    /// Row and column, e.g. `A01`.
    package var name: String
    package var condition: Condition
  }

  /// What was done to the cells of a well.
  package enum Condition: String, Sendable, Hashable, CaseIterable {
    case control, treated

    /// The share of cells that dies by each way before the film ends.
    func risks() -> (apoptosis: Double, pyroptosis: Double) {
      switch self {
      case .control: (0.04, 0.03)
      case .treated: (0.22, 0.38)
      }
    }
  }

  package let wells: [Well]
  package let frames: Int
  package let width: Int
  package let height: Int
  /// Living cells in a field when the film starts.
  package let cells: Int
  let seed: UInt64

  /// - Throws: ``ZooError`` if a number is out of its range.
  package init(
    experiments: Int = 2, wells: Int = 4, frames: Int = 24, width: Int = 512, height: Int = 512, cells: Int = 120,
    seed: UInt64 = 1
  ) throws(ZooError) {
    let wanted: [(String, Int, ClosedRange<Int>)] = [
      ("experiments", experiments, Self.experimentCounts), ("wells", wells, Self.wellCounts),
      ("frames", frames, Self.frameCounts), ("width", width, Self.sides), ("height", height, Self.sides),
      ("cells", cells, Self.cellCounts),
    ]
    for (name, value, range) in wanted where !range.contains(value) {
      throw ZooError(
        .usage, problem: "\(value) \(name) of simulated fields", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
    self.frames = frames
    self.width = width
    self.height = height
    self.cells = cells
    self.seed = seed
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let letters = Array("ABCDEFGHIJKLMNOP")
    // Plates have rows of half as many columns again as there are rows: 96 wells are 8 × 12, 384 are 16 × 24.
    let columns = wells <= 96 ? 12 : 24
    self.wells = (0..<experiments).flatMap { experiment in
      (0..<wells).map { well in
        Well(
          experiment: experiment, experimentName: "experiment-\(padded(experiment + 1))", index: well,
          name: "\(letters[well / columns])\(padded(well % columns + 1))",
          condition: Condition.allCases[well % Condition.allCases.count])
      }
    }
  }
}
