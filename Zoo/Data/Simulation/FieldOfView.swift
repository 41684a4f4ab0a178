/// One crop's cell with what else happens to lie in the picture.
struct FieldOfView {
  /// The moment of a single picture, in frames.
  let snapshot: Double
  /// How far this place is from the well's focus.
  let focus: Float
  private let cell: CellLife
  private let neighbours: [CellLife]
  private let debris: [(x: Double, y: Double, size: Double, caspase: Double, leak: Double)]

  init(_ cellClass: CellClass, cellSize: Double, random: inout KeyedRandom) {
    let onset = random.uniform(0.3...4.2)
    cell = CellLife(
      cellClass, x: 0.08 * random.normal(), y: 0.08 * random.normal(), size: cellSize, onset: onset, random: &random)
    // A single picture is taken at any time after the onset, so some show the very beginning.
    snapshot = onset + random.uniform(0.22...1.5) * cell.pace
    focus = Float(0.25 * random.normal())
    let neighbourCount = [0, 1, 1, 2][random.below(4)]
    var neighbours: [CellLife] = []
    for _ in 0..<neighbourCount {
      let kinds: [CellClass] = [.healthy, .healthy, .healthy, .apoptosis, .pyroptosis]
      let (x, y) = Self.outside(&random, 0.85...1.3)
      neighbours.append(
        CellLife(
          kinds[random.below(5)], x: x, y: y, size: cellSize, onset: random.uniform(-6...4), random: &random))
    }
    self.neighbours = neighbours
    debris = (0..<random.below(4)).map { _ in
      let (x, y) = Self.outside(&random, 0.4...1.1)
      let isBright = random.chance(0.4)
      return (
        x, y, random.uniform(0.03...0.12), isBright ? random.uniform(0...1) : 0, isBright ? random.uniform(0...1) : 0
      )
    }
  }

  func scene(at time: Double, width: Int, height: Int) -> Scene {
    var scene = Scene(width: width, height: height)
    for neighbour in neighbours { scene.add(neighbour.state(at: time)) }
    for scrap in debris {
      scene.addDebris(x: scrap.x, y: scrap.y, size: scrap.size, caspase: scrap.caspase, leak: scrap.leak)
    }
    scene.add(cell.state(at: time))
    return scene
  }

  /// A place at some distance from the centre.
  private static func outside(_ random: inout KeyedRandom, _ distance: ClosedRange<Double>) -> (Double, Double) {
    while true {
      let (x, y) = (random.uniform(-1.3...1.3), random.uniform(-1.3...1.3))
      if distance.contains((x * x + y * y).squareRoot()) { return (x, y) }
    }
  }
}
