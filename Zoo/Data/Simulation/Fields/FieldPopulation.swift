import Foundation
import ZooFormat

/// All cells of one field over the whole film, drawn once: fates, ways, contacts, divisions.
///
/// Cells walk at random with some persistence and push each other apart where they would overlap, so that they touch.
/// O(frames · cells).
struct FieldPopulation {
  private(set) var cells: [FieldCell] = []
  /// How far the stage has wandered in each frame, in pixels.
  let drift: [(x: Double, y: Double)]
  let debris: [(x: Double, y: Double, size: Double, caspase: Double, leak: Double)]

  private let simulation: FieldSimulation
  private let cellSize: Double
  private var random: KeyedRandom
  /// Cells are there beyond the edge too, so that they walk in and out.
  private static let margin = 30.0

  /// - Parameter isInterrupted: asked now and then; what is there by then is left as it is.
  init(
    _ simulation: FieldSimulation, _ well: FieldSimulation.Well, cellSize: Double,
    isInterrupted: () -> Bool = { false }
  ) {
    self.simulation = simulation
    self.cellSize = cellSize
    random = KeyedRandom(
      seed: simulation.seed, KeyedRandom.key("population"), UInt64(well.experiment), UInt64(well.index))
    var stage = KeyedRandom(seed: simulation.seed, KeyedRandom.key("drift"), UInt64(well.experiment))
    var place = (x: 0.0, y: 0.0)
    let direction = (x: 0.15 * stage.normal(), y: 0.15 * stage.normal())
    drift = (0..<simulation.frames).map { frame in
      if frame > 0 {
        place = (place.x + direction.x + 0.4 * stage.normal(), place.y + direction.y + 0.4 * stage.normal())
      }
      return place
    }
    let (width, height) = (Double(simulation.width), Double(simulation.height))
    var scraps = random
    debris = (0..<simulation.cells / 12).map { _ in
      let isBright = scraps.chance(0.15)
      return (
        scraps.uniform(0...width), scraps.uniform(0...height), scraps.uniform(0.04...0.1),
        isBright ? scraps.uniform(0...0.6) : 0, isBright ? scraps.uniform(0...0.5) : 0
      )
    }
    // Wells of one condition differ as well.
    let risks = well.condition.risks()
    let spread = exp(0.25 * random.normal())
    populate(apoptosis: min(0.45, risks.apoptosis * spread), pyroptosis: min(0.45, risks.pyroptosis * spread))
    for frame in 0..<simulation.frames where !isInterrupted() { advance(to: frame) }
  }

  private mutating func populate(apoptosis: Double, pyroptosis: Double) {
    let (width, height) = (Double(simulation.width), Double(simulation.height))
    let area = (width + 2 * Self.margin) * (height + 2 * Self.margin) / (width * height)
    var places: [(x: Double, y: Double)] = []
    let count = Int(saturating: (Double(simulation.cells) * area).rounded())
    // As far apart as the density allows, so that most of them start free.
    var distance = 1.1 * FieldSimulation.scale * cellSize
    while places.count < count {
      var misses = 0
      var grid = NeighbourGrid(spacing: distance)
      for (number, place) in places.enumerated() { grid.insert(number, at: place) }
      while places.count < count, misses < 200 {
        let x = random.uniform(-Self.margin...width + Self.margin)
        let y = random.uniform(-Self.margin...height + Self.margin)
        if grid.near((x, y)).allSatisfy({ hypot(places[$0].x - x, places[$0].y - y) >= distance }) {
          grid.insert(places.count, at: (x, y))
          places.append((x, y))
        } else {
          misses += 1
        }
      }
      distance *= 0.8
    }
    let last = Double(simulation.frames)
    for place in places {
      let draw = random.uniform()
      let fate: CellClass = draw < apoptosis ? .apoptosis : draw < apoptosis + pyroptosis ? .pyroptosis : .healthy
      // A few are dead before the film begins.
      let onset = random.chance(0.04) ? random.uniform(-30 ... -4) : random.uniform(1...max(2, last))
      var life = CellLife(fate, x: 0, y: 0, size: cellSize, onset: onset, random: &random)
      life.divides = false
      // The membrane of an apoptotic cell gives way hours later, where nothing eats it.
      if fate == .apoptosis { life.delayRupture(to: random.uniform(1.6...4), peak: random.uniform(0.3...0.7)) }
      let dividing = fate == .healthy && random.chance(0.12)
      add(life, at: place, birth: 0, division: dividing ? 2 + random.below(max(1, simulation.frames - 2)) : nil)
    }
  }

  private mutating func add(
    _ life: CellLife, at place: (x: Double, y: Double), birth: Int, division: Int? = nil, mother: Int? = nil
  ) {
    var life = life
    var end = simulation.frames
    if let division {
      // It rounds up half a pace after the onset.
      life = life.moved(onset: Double(division) - 0.5 * life.pace)
      life.divides = true
      end = division
    } else if let rupture = life.ruptureTime {
      // What is dead comes off the ground sooner or later.
      let detached = rupture + 8 - 40 * log(1 - random.uniform())
      if detached < Double(simulation.frames) { end = max(birth + 1, Int(saturating: detached.rounded(.up))) }
    }
    if end <= birth { end = birth + 1 }
    cells.append(
      FieldCell(
        life: life, radius: 0.85 * life.bodyRadius * FieldSimulation.scale, path: [place],
        velocity: (random.normal(), random.normal()), birth: birth, end: end, mother: mother, division: division))
  }

  /// Moves everything on to a frame, and lets divide what divides there.
  private mutating func advance(to frame: Int) {
    guard frame > 0 else { return }
    let present = cells.indices.filter { frame >= cells[$0].birth && frame < cells[$0].end }
    for index in present where frame > cells[index].birth {
      let cell = cells[index]
      let progress = cell.life.cellClass == .healthy ? -1 : cell.life.progress(at: Double(frame))
      let pace = progress > 0 ? 0.25 : 1.0
      let velocity = (
        x: 0.75 * cell.velocity.x + 0.7 * random.normal(), y: 0.75 * cell.velocity.y + 0.7 * random.normal()
      )
      let old = cell.path[cell.path.count - 1]
      cells[index].velocity = velocity
      cells[index].path.append((old.x + pace * velocity.x, old.y + pace * velocity.y))
    }
    for index in cells.indices where cells[index].division == frame { divide(index, at: frame) }
    separate(cells.indices.filter { frame >= cells[$0].birth && frame < cells[$0].end })
  }

  private mutating func divide(_ index: Int, at frame: Int) {
    let mother = cells[index]
    guard let place = mother.path.last else { return }
    let angle = random.uniform(0...(2 * .pi))
    for side in [-1.0, 1.0] {
      let reach = side * 0.62 * mother.radius
      var life = CellLife(.healthy, x: 0, y: 0, size: 0.85 * cellSize, onset: 0, random: &random)
      life = life.moved(onset: Double(frame) - 0.62 * life.pace)
      life.divides = true
      add(
        life, at: (place.x + reach * cos(angle), place.y + reach * sin(angle)), birth: frame, mother: index)
    }
  }

  /// Pushes apart what overlaps, a part of the way in each of a few rounds.
  private mutating func separate(_ present: [Int]) {
    let widest = 2 * (present.map { cells[$0].radius }.max() ?? 0)
    for _ in 0..<4 {
      // Cells move a little within a round.
      var grid = NeighbourGrid(spacing: 1.5 * widest)
      for (rank, index) in present.enumerated() {
        grid.insert(rank, at: cells[index].path[cells[index].path.count - 1])
      }
      for (rank, first) in present.enumerated() {
        let near = grid.near(cells[first].path[cells[first].path.count - 1])
        for second in near.lazy.filter({ $0 > rank }).map({ present[$0] }) {
          let (a, b) = (
            cells[first].path[cells[first].path.count - 1], cells[second].path[cells[second].path.count - 1]
          )
          let least = cells[first].radius + cells[second].radius
          let (dx, dy) = (b.x - a.x, b.y - a.y)
          guard abs(dx) < least, abs(dy) < least else { continue }
          let distance = max(1e-6, (dx * dx + dy * dy).squareRoot())
          guard distance < least else { continue }
          let push = 0.25 * (least - distance) / distance
          cells[first].path[cells[first].path.count - 1] = (a.x - push * dx, a.y - push * dy)
          cells[second].path[cells[second].path.count - 1] = (b.x + push * dx, b.y + push * dy)
        }
      }
    }
  }
}
