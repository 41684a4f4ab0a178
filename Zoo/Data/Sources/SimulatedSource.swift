import ZooFormat
import ZooImages

/// Simulated cells, made when they are asked for.
struct SimulatedSource: SampleSource {
  let entries: [SourceEntry]
  let channels = Simulation.channels
  let declaredClasses: [String]? = CellClass.allCases.map(\.rawValue)
  let groupColumns = ["experiment", "well"]
  let frames: Int?
  let sampleType = SampleType.uint16
  let sampleRange = Simulation.range
  let note: String? = Simulation.note
  private let simulation: Simulation
  private let cells: [Simulation.Cell]

  init(_ spec: DataSpec) throws(ZooError) {
    simulation = try Simulation(
      experiments: spec.simulation.experiments, cellsPerClass: spec.simulation.cellsPerClass,
      seed: spec.simulation.seed, width: spec.width, height: spec.height, frames: spec.frames)
    cells = simulation.cells
    frames = spec.frames
    entries = cells.map {
      SourceEntry(id: $0.id, className: $0.cellClass.rawValue, groups: [$0.experimentName, $0.well])
    }
  }

  func image(_ entry: Int, channels: [Int]) throws(ZooError) -> Image {
    try simulation.image(of: cells[entry], channels: channels)
  }

  /// The pixels follow from the settings, so these stand for them.
  func content(_ entry: Int) throws(ZooError) -> [UInt8] { Array(simulation.description.utf8) }
}
