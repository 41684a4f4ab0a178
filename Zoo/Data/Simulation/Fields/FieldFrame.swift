import ZooFormat

/// One frame of a simulated field: its pictures and what is known about each cell in it.
struct FieldFrame {
  /// A nucleus that can be seen.
  struct Nucleus {
    /// Place among the cells of the field.
    var cell: Int
    /// The number in ``FieldFrame/labels`` until tracks are numbered: ``cell`` + 1.
    var area: Int
    /// Mean of the pixels' positions; the centre of the first pixel is 0.
    var x: Double
    var y: Double
    /// Mean of each channel over the nucleus.
    var means: [Double]
  }

  /// For each channel the pixels, row after row.
  var planes: [[Float]]
  /// For each pixel the place of its cell + 1; 0 outside of nuclei.
  var labels: [Int32]
  var nuclei: [Nucleus]
}

/// Draws the frames of one field.
struct FieldRenderer {
  let simulation: FieldSimulation
  let well: FieldSimulation.Well
  let population: FieldPopulation
  private let microscope: Microscope
  private let focus: Float

  /// How many pixels of a nucleus, or of its fragments, must be visible to count as found: of fewer, most are hidden or
  /// beyond the edge. What is left of the nucleus of an apoptotic cell is small, but all of it can be seen.
  private static func leastArea(_ nuclei: [CellState.Nucleus]) -> Int {
    let whole = nuclei.reduce(0) { $0 + $1.outline.area } * FieldSimulation.scale * FieldSimulation.scale
    return max(4, min(25, Int(saturating: 0.5 * whole)))
  }

  /// - Parameter isInterrupted: as ``FieldPopulation`` has it.
  init(
    _ simulation: FieldSimulation, _ well: FieldSimulation.Well, isInterrupted: () -> Bool = { false }
  ) {
    self.simulation = simulation
    self.well = well
    microscope = Microscope(seed: simulation.seed, experiment: well.experiment, well: well.name)
    population = FieldPopulation(
      simulation, well, cellSize: microscope.cellSize, isInterrupted: isInterrupted)
    var random = KeyedRandom(
      seed: simulation.seed, KeyedRandom.key("focus"), UInt64(well.experiment), UInt64(well.index))
    focus = Float(0.2 * random.normal())
  }

  func frame(_ time: Int) -> FieldFrame {
    let (width, height, scale) = (simulation.width, simulation.height, FieldSimulation.scale)
    let drift = population.drift[time]
    func units(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
      ((x + drift.x + 0.5 - Double(width) / 2) / scale, (y + drift.y + 0.5 - Double(height) / 2) / scale)
    }
    var scene = Scene(width: width, height: height, scale: Float(scale))
    var labels = [Int32](repeating: 0, count: width * height)
    var seen: [(cell: Int, least: Int)] = []
    let reach = 2.2 * scale
    for scrap in population.debris {
      let place = units(scrap.x, scrap.y)
      scene.addDebris(x: place.x, y: place.y, size: scrap.size, caspase: scrap.caspase, leak: scrap.leak)
    }
    for (index, cell) in population.cells.enumerated() {
      guard let place = cell.place(at: time), place.x + drift.x > -reach, place.x + drift.x < Double(width) + reach,
        place.y + drift.y > -reach, place.y + drift.y < Double(height) + reach
      else { continue }
      let state = cell.life.state(at: Double(time), place: units(place.x, place.y))
      scene.add(state)
      for nucleus in state.nuclei {
        for pixel in scene.dna.footprint(nucleus.outline).pixels where labels[pixel] == 0 {
          labels[pixel] = Int32(index + 1)
        }
      }
      seen.append((index, Self.leastArea(state.nuclei)))
    }
    let planes = Simulation.channels.indices.map { channel in
      var noise = KeyedRandom(
        seed: simulation.seed, KeyedRandom.key("field noise"), UInt64(well.experiment), UInt64(well.index),
        UInt64(time),
        UInt64(channel))
      return microscope.image(channel, of: scene, focus: focus, random: &noise)
    }
    let nuclei = measure(&labels, planes, among: seen)
    return FieldFrame(planes: planes, labels: labels, nuclei: nuclei)
  }

  /// Measures what can be seen of each nucleus, and takes from the labels what is too little.
  private func measure(
    _ labels: inout [Int32], _ planes: [[Float]], among seen: [(cell: Int, least: Int)]
  ) -> [FieldFrame.Nucleus] {
    let places = Dictionary(uniqueKeysWithValues: seen.enumerated().map { (Int32($0.element.cell + 1), $0.offset) })
    var areas = [Int](repeating: 0, count: seen.count)
    var sums = [(x: Int, y: Int)](repeating: (0, 0), count: seen.count)
    var totals = [[Double]](repeating: [Double](repeating: 0, count: planes.count), count: seen.count)
    for pixel in labels.indices where labels[pixel] != 0 {
      guard let place = places[labels[pixel]] else { continue }
      areas[place] += 1
      sums[place].x += pixel % simulation.width
      sums[place].y += pixel / simulation.width
      for channel in planes.indices { totals[place][channel] += Double(planes[channel][pixel]) }
    }
    for pixel in labels.indices where labels[pixel] != 0 {
      if let place = places[labels[pixel]], areas[place] < seen[place].least { labels[pixel] = 0 }
    }
    return seen.indices.compactMap { place in
      let area = areas[place]
      guard area >= seen[place].least else { return nil }
      return FieldFrame.Nucleus(
        cell: seen[place].cell, area: area, x: Double(sums[place].x) / Double(area),
        y: Double(sums[place].y) / Double(area),
        means: totals[place].map { $0 / Double(area) })
    }
  }
}
