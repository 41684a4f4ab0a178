import Foundation

/// A cell at one moment, ready to be drawn. Lengths are in half fields of view.
struct CellState {
  struct Spot {
    var x: Double
    var y: Double
    var size: Double
    var amount: Double
  }

  struct Nucleus {
    var outline: Outline
    var amount: Double
    /// How flat its profile is; 0.5 is a ball.
    var power: Double
    /// Places with less dye.
    var nucleoli: [Spot]
  }

  var outline: Outline
  var thickness = 0.4
  var power = 1.0
  var granularity = 1.0
  var granules: [Spot] = []
  var blebs: [Spot] = []
  var balloons: [Spot] = []
  var nuclei: [Nucleus] = []
  /// Caspase reporter and membrane-impermeant dye, as shares of a bright cell.
  var caspase = 0.0
  var leak = 0.0
}

/// What light meets: optical thickness and the three dyes.
struct Scene {
  var thickness: Canvas
  var caspase: Canvas
  var leak: Canvas
  var dna: Canvas

  init(width: Int, height: Int, scale: Float? = nil) {
    let empty = Canvas(width: width, height: height, scale: scale)
    thickness = empty
    caspase = empty
    leak = empty
    dna = empty
  }

  mutating func add(_ cell: CellState) {
    let power = Float(cell.power)
    let body = thickness.footprint(cell.outline)
    thickness.add(body, amount: Float(cell.thickness), power: power)
    caspase.add(body, amount: Float(0.6 * cell.caspase), power: power * 0.6)
    leak.add(body, amount: Float(0.12 * cell.leak), power: power * 0.6)
    for spot in cell.granules {
      thickness.addSpot(
        x: Float(spot.x), y: Float(spot.y), sigma: Float(spot.size),
        amount: Float(spot.amount * cell.thickness * cell.granularity))
    }
    for bleb in cell.blebs {
      let (x, y, size) = (Float(bleb.x), Float(bleb.y), Float(bleb.size))
      thickness.addBall(x: x, y: y, radius: size, amount: Float(bleb.amount * cell.thickness))
      caspase.addBall(x: x, y: y, radius: size, amount: Float(0.35 * cell.caspase))
    }
    for balloon in cell.balloons {
      let (x, y, size) = (Float(balloon.x), Float(balloon.y), Float(balloon.size))
      thickness.addBall(x: x, y: y, radius: size, amount: Float(0.28 * balloon.amount))
      thickness.addRing(x: x, y: y, radius: size, width: 0.02, amount: Float(0.22 * balloon.amount))
    }
    for nucleus in cell.nuclei { add(nucleus, of: cell) }
  }

  private mutating func add(_ nucleus: CellState.Nucleus, of cell: CellState) {
    var stained = dna.footprint(nucleus.outline)
    let power = Float(nucleus.power)
    thickness.add(stained, amount: 0.16, power: power)
    // Dark spots take away a share of the stain that is there.
    let spots = nucleus.nucleoli.map { spot in
      (
        x: (Float(spot.x) * dna.scale + Float(dna.width) / 2 - 0.5),
        y: (Float(spot.y) * dna.scale + Float(dna.height) / 2 - 0.5),
        factor: -0.5 / (Float(spot.size) * dna.scale * Float(spot.size) * dna.scale), amount: Float(spot.amount)
      )
    }
    for i in stained.pixels.indices {
      let (y, x) = stained.pixels[i].quotientAndRemainder(dividingBy: dna.width)
      var amount = powf(stained.depths[i], power)
      for spot in spots {
        let (dx, dy) = (Float(x) - spot.x, Float(y) - spot.y)
        amount *= 1 + spot.amount * expf(spot.factor * (dx * dx + dy * dy))
      }
      stained.depths[i] = amount
    }
    dna.add(stained, amount: Float(nucleus.amount), power: 1)
    leak.add(stained, amount: Float(cell.leak), power: 1)
    caspase.add(stained, amount: Float(0.5 * cell.caspase), power: 1)
  }

  /// Adds a scrap of a dead cell.
  mutating func addDebris(x: Double, y: Double, size: Double, caspase amount: Double, leak: Double) {
    let (x, y, size) = (Float(x), Float(y), Float(size))
    thickness.addBall(x: x, y: y, radius: size, amount: 0.4)
    caspase.addBall(x: x, y: y, radius: size, amount: Float(amount))
    self.leak.addBall(x: x, y: y, radius: size, amount: Float(leak))
  }
}
