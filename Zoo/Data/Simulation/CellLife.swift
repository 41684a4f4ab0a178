import Foundation

/// One cell's fate: everything that is drawn once, from which its state at any time follows.
///
/// Progress 0 is the onset of dying and 1 its usual end. Apoptosis: caspase first, then shrinking and blebbing, then the
/// nucleus condenses and falls apart, and the membrane leaks late and little. Pyroptosis: swelling and ballooning, then
/// the membrane bursts, the nucleus takes up dye at once and the body fades; caspase-3/7 hardly rises. Healthy cells
/// move, and some round up to divide, bleb a little or carry a vacuole, so that no single sign decides.
struct CellLife {
  let cellClass: CellClass
  /// In frames.
  private(set) var onset: Double
  let pace: Double

  private let x: Double
  private let y: Double
  private let velocity: (x: Double, y: Double)
  private let radius: Double
  private let aspect: Double
  private let angle: Double
  private let turning: Double
  private let waves: [(amplitude: Double, phase: Double, speed: Double)]
  private let thickness: Double
  private let blebs: [Bleb]
  private let balloons: [Balloon]
  private let granules: [Granule]
  private let nucleus: Nucleus
  /// Whether it rounds up to divide, half a pace after the onset.
  var divides: Bool
  private let rupture: Double
  private var levels: Levels

  struct Bleb {
    var angle: Double
    var size: Double
    var start: Double
    var phase: Double
  }

  struct Balloon {
    var angle: Double
    var size: Double
    var start: Double
  }

  struct Granule {
    var angle: Double
    var distance: Double
    var size: Double
    var amount: Double
  }

  struct Nucleus {
    var angle: Double
    var distance: Double
    var size: Double
    var aspect: Double
    var nucleoli: [Granule]
    var fragments: [Granule]
    var fragmentation: Double
  }

  /// Amounts of the dyes at their plateaus, as shares of a bright cell.
  struct Levels {
    var caspaseRest: Double
    var caspasePeak: Double
    var leakRest: Double
    var leakPeak: Double
    var leakStart: Double
    var dna: Double
  }

  /// Draws a cell at a place.
  init(_ cellClass: CellClass, x: Double, y: Double, size: Double, onset: Double, random: inout KeyedRandom) {
    self.cellClass = cellClass
    self.x = x
    self.y = y
    self.onset = onset
    pace = random.uniform(3.5...6)
    velocity = (0.02 * random.normal(), 0.02 * random.normal())
    radius = size * random.uniform(0.42...0.62)
    aspect = 1 + 0.9 * random.uniform() * random.uniform()
    angle = random.uniform(0...(2 * .pi))
    turning = 0.05 * random.normal()
    waves = (2..<8).map { order in
      (0.11 * random.normal() / Double(order).squareRoot(), random.uniform(0...(2 * .pi)), 0.15 * random.normal())
    }
    thickness = random.uniform(0.32...0.55)
    divides = cellClass == .healthy && random.chance(0.22)
    rupture = random.uniform(0.3...0.6)

    let isBlebby = cellClass == .healthy && random.chance(0.35)
    let blebCount = cellClass == .apoptosis ? 5 + random.below(7) : isBlebby ? 1 + random.below(4) : random.below(2)
    blebs = (0..<blebCount).map { _ in
      Bleb(
        angle: random.uniform(0...(2 * .pi)), size: random.uniform(0.16...0.36) * (cellClass == .apoptosis ? 1 : 0.7),
        start: random.uniform(0.15...0.6), phase: random.uniform(0...(2 * .pi)))
    }
    let hasVacuole = cellClass == .healthy ? random.chance(0.2) : random.chance(0.12)
    let balloonCount = cellClass == .pyroptosis ? 1 + random.below(2) : hasVacuole ? 1 : 0
    let balloonSize = cellClass == .pyroptosis ? 0.5...0.95 : 0.3...0.55
    balloons = (0..<balloonCount).map { _ in
      Balloon(
        angle: random.uniform(0...(2 * .pi)), size: random.uniform(balloonSize), start: random.uniform(0.05...0.3))
    }
    granules = (0..<26).map { _ in
      Granule(
        angle: random.uniform(0...(2 * .pi)), distance: random.uniform().squareRoot(),
        size: random.uniform(0.025...0.06), amount: 0.16 * random.normal())
    }
    nucleus = Nucleus(
      angle: random.uniform(0...(2 * .pi)), distance: 0.25 * random.uniform(), size: random.uniform(0.42...0.54),
      aspect: 1 + 0.5 * random.uniform(),
      nucleoli: (0..<3).map { _ in
        Granule(
          angle: random.uniform(0...(2 * .pi)), distance: 0.65 * random.uniform().squareRoot(),
          size: random.uniform(0.14...0.24), amount: -random.uniform(0.25...0.55))
      },
      fragments: (0..<2 + random.below(4)).map { _ in
        Granule(
          angle: random.uniform(0...(2 * .pi)), distance: random.uniform(0.35...0.95),
          size: random.uniform(0.3...0.55), amount: random.uniform(0.7...1.3))
      },
      fragmentation: random.uniform(0.55...1.1))
    levels = Levels(cellClass, &random)
  }

  func progress(at time: Double) -> Double { (time - onset) / pace }

  /// When half of what will take up the membrane-impermeant dye has done so, in frames; `nil` for a healthy cell.
  var ruptureTime: Double? {
    switch cellClass {
    case .healthy: nil
    case .apoptosis: onset + pace * (levels.leakStart + 0.25)
    case .pyroptosis: onset + pace * (rupture + 0.06)
    }
  }

  /// The radius of the body at rest, in half fields of view.
  var bodyRadius: Double { radius }

  /// The same cell with another onset.
  func moved(onset: Double) -> CellLife {
    var copy = self
    copy.onset = onset
    return copy
  }

  /// Lets the membrane of an apoptotic cell last for a longer part of a film, and then give way altogether.
  mutating func delayRupture(to progress: Double, peak: Double) {
    levels.leakStart = progress
    levels.leakPeak = peak
  }

  /// What can be seen at `time`, in frames.
  /// - Parameter place: Where the cell is then, in half fields of view; where it drifts to from its first place if not given.
  func state(at time: Double, place: (x: Double, y: Double)? = nil) -> CellState {
    let p = cellClass == .healthy ? 0 : max(0, progress(at: time))
    // A division takes place around the onset that the cell was given.
    let rounding = divides ? bump((time - onset) / pace - 0.5) : 0
    let shrinking = cellClass == .apoptosis ? ramp(p, 0.12, 0.6) : 0
    let swelling = cellClass == .pyroptosis ? ramp(p, 0, 0.45) : 0
    let burst = cellClass == .pyroptosis ? ramp(p, rupture, rupture + 0.12) : 0
    let fading = cellClass == .pyroptosis ? ramp(p, rupture, rupture + 0.8) : 0
    let calm = max(shrinking, swelling, rounding)

    let bodyRadius = radius * (1 - 0.36 * shrinking) * (1 + 0.2 * swelling) * (1 - 0.3 * rounding)
    let place = place ?? (x: x + velocity.x * (time - 4), y: y + velocity.y * (time - 4))
    let outline = Outline(
      x: place.x, y: place.y, radius: bodyRadius,
      aspect: 1 + (aspect - 1) * (1 - 0.8 * calm), angle: angle + turning * time,
      waves: waves.map { ($0.amplitude * (1 - 0.75 * calm), $0.phase + $0.speed * time) })
    let center = (x: Double(outline.x), y: Double(outline.y))

    var state = CellState(outline: outline)
    state.thickness = thickness * (1 + 0.7 * shrinking + 0.8 * rounding) * (1 - 0.15 * swelling) * (1 - 0.6 * fading)
    state.power = 0.85 - 0.3 * max(shrinking, rounding) - 0.2 * swelling
    state.granularity = 1 + 0.4 * shrinking + 0.3 * burst
    state.granules = granules.map { granule in
      let reach = Double(outline.radius(Float(cos(granule.angle)), Float(sin(granule.angle)))) * 0.85 * granule.distance
      return CellState.Spot(
        x: center.x + reach * cos(granule.angle), y: center.y + reach * sin(granule.angle), size: granule.size,
        amount: granule.amount)
    }
    state.blebs = visibleBlebs(p, time, outline)
    state.balloons = visibleBalloons(p, burst, outline)
    state.nuclei = nuclei(p, time, rounding: rounding, burst: burst, center: center)
    state.caspase = levels.caspaseRest
    state.leak = levels.leakRest
    switch cellClass {
    case .healthy: break
    case .apoptosis:
      state.caspase += levels.caspasePeak * ramp(p, 0.02, 0.35) * (1 - 0.35 * ramp(p, 1, 1.8))
      state.leak += levels.leakPeak * ramp(p, levels.leakStart, levels.leakStart + 0.5)
    case .pyroptosis:
      state.caspase = (state.caspase + levels.caspasePeak * ramp(p, 0.1, 0.5)) * (1 - 0.6 * fading)
      state.leak += levels.leakPeak * burst * (1 - 0.35 * ramp(p, 0.8, 1.8))
    }
    return state
  }

  private func visibleBlebs(_ p: Double, _ time: Double, _ outline: Outline) -> [CellState.Spot] {
    blebs.compactMap { bleb in
      // Blebs of living cells come and go; those of a dying one swell and stay.
      let pulse = 0.75 + 0.25 * sin(1.7 * time + bleb.phase)
      let grown =
        cellClass == .apoptosis ? ramp(p, bleb.start, bleb.start + 0.3) * pulse : max(0, sin(0.9 * time + bleb.phase))
      guard grown > 0.1 else { return nil }
      let edge = Double(outline.radius(Float(cos(bleb.angle)), Float(sin(bleb.angle))))
      let size = bleb.size * radius * grown
      return CellState.Spot(
        x: Double(outline.x) + (edge + 0.25 * size) * cos(bleb.angle),
        y: Double(outline.y) + (edge + 0.25 * size) * sin(bleb.angle), size: size, amount: 0.5 + 0.3 * pulse)
    }
  }

  private func visibleBalloons(_ p: Double, _ burst: Double, _ outline: Outline) -> [CellState.Spot] {
    balloons.compactMap { balloon in
      let grown = cellClass == .pyroptosis ? ramp(p, balloon.start, balloon.start + 0.35) : 0.9
      guard grown > 0.15 else { return nil }
      let edge = Double(outline.radius(Float(cos(balloon.angle)), Float(sin(balloon.angle))))
      let size = balloon.size * radius * grown
      return CellState.Spot(
        x: Double(outline.x) + (edge + 0.1 * size) * cos(balloon.angle),
        y: Double(outline.y) + (edge + 0.1 * size) * sin(balloon.angle), size: size, amount: 1 - 0.5 * burst)
    }
  }

  private func nuclei(
    _ p: Double, _ time: Double, rounding: Double, burst: Double, center: (x: Double, y: Double)
  ) -> [CellState.Nucleus] {
    let condensing = cellClass == .apoptosis ? ramp(p, 0.3, 0.75) : 0
    let size = nucleus.size * radius * (1 - 0.32 * condensing) * (1 - 0.18 * burst)
    let x = center.x + nucleus.distance * radius * cos(nucleus.angle)
    let y = center.y + nucleus.distance * radius * sin(nucleus.angle)
    let brightness = levels.dna * (1 + 0.9 * condensing + 0.8 * rounding) * (1 - 0.25 * burst)
    if cellClass == .apoptosis, p > nucleus.fragmentation {
      let apart = ramp(p, nucleus.fragmentation, nucleus.fragmentation + 0.3)
      return nucleus.fragments.map { piece in
        CellState.Nucleus(
          outline: Outline(
            x: x + apart * piece.distance * size * cos(piece.angle),
            y: y + apart * piece.distance * size * sin(piece.angle), radius: size * (1 - apart * (1 - piece.size)),
            aspect: 1.1, angle: piece.angle, waves: []),
          amount: brightness * piece.amount * (1 - 0.5 * (1 - apart)), power: 0.5, nucleoli: [])
      }
    }
    // The plate of a dividing cell is long, thin and bright.
    let outline = Outline(
      x: x, y: y, radius: size * (1 - 0.35 * rounding), aspect: nucleus.aspect + 1.8 * rounding,
      angle: angle + nucleus.angle, waves: [(0.05, nucleus.angle), (0.04, 2 * nucleus.angle)])
    return [
      CellState.Nucleus(
        outline: outline, amount: brightness, power: 0.3 + 0.2 * condensing,
        nucleoli: nucleus.nucleoli.map { spot in
          CellState.Spot(
            x: x + spot.distance * size * cos(spot.angle), y: y + spot.distance * size * sin(spot.angle),
            size: spot.size * size, amount: spot.amount * (1 - condensing) * (1 - rounding))
        })
    ]
  }

  /// 0 below `low`, 1 above `high`, smooth between.
  private func ramp(_ value: Double, _ low: Double, _ high: Double) -> Double {
    let t = min(max((value - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
  }

  /// 1 at 0, falling to 0 at ±0.6.
  private func bump(_ value: Double) -> Double { 1 - ramp(abs(value), 0.3, 0.6) }
}

extension CellLife.Levels {
  /// Cells of one class differ by more than the classes do on average.
  init(_ cellClass: CellClass, _ random: inout KeyedRandom) {
    func spread(_ median: Double, _ sigma: Double) -> Double { median * exp(sigma * random.normal()) }
    caspaseRest = spread(0.08, 0.6) + (random.chance(0.15) ? random.uniform(0.1...0.4) : 0)
    leakRest = spread(0.04, 0.5)
    caspasePeak = cellClass == .apoptosis ? spread(0.6, 0.45) : cellClass == .pyroptosis ? spread(0.12, 0.5) : 0
    leakPeak = cellClass == .apoptosis ? spread(0.3, 0.5) : cellClass == .pyroptosis ? spread(0.65, 0.45) : 0
    leakStart = random.uniform(0.8...1.4)
    dna = spread(0.6, 0.3)
  }
}
