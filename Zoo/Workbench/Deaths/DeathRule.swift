import Foundation

/// How a death is read off a track: when the cell dies and of what.
///
/// Death doesn't end: once a cell is dead it stays so, and its kind is that of the first phase. An apoptotic cell whose
/// membrane ruptures later (secondary necrosis) stays apoptotic.
package struct DeathRule: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// The first of `frames` consecutive frames in which death is at least as probable as `threshold`.
    case consecutive
    /// The first frame at or above `threshold` after which death never falls below `low` again.
    case hysteresis
    /// The onset and kind under which all that the model said is most likely, against the cell staying alive (Hinkley
    /// 1970); the price of an onset is the logarithm of the frames in which it could lie.
    case changePoint = "change_point"
  }

  package var kind = Kind.changePoint
  package var frames = 2
  package var threshold = 0.5
  package var low = 0.3

  package init() {}

  /// What a track shows.
  package struct Finding: Sendable, Hashable {
    /// Index of the first frame of death in the track.
    package var onset: Int
    /// Index of the class.
    package var kind: Int
  }

  /// - Parameters:
  ///   - probabilities: for each frame one for each class.
  ///   - alive: the classes of living cells.
  /// - Returns: `nil` if the cell doesn't die. O(frames · classes).
  package func death(_ probabilities: [[Double]], alive: Set<Int>) -> Finding? {
    let dead = probabilities.map { row in 1 - alive.reduce(0) { $0 + row[$1] } }
    switch kind {
    case .consecutive:
      guard dead.count >= frames else { return nil }
      var run = 0
      for (frame, value) in dead.enumerated() {
        run = value >= threshold ? run + 1 : 0
        if run == frames {
          let onset = frame - frames + 1
          return Finding(onset: onset, kind: Self.kind(probabilities[onset...frame], alive))
        }
      }
      return nil
    case .hysteresis:
      // Backwards: how far back death stays at or above `low`.
      guard let last = dead.lastIndex(where: { $0 < low }).map({ $0 + 1 }) ?? dead.indices.first,
        let onset = dead.indices.dropFirst(last).first(where: { dead[$0] >= threshold })
      else { return nil }
      let end = min(onset + max(frames, 1), dead.count)
      return Finding(onset: onset, kind: Self.kind(probabilities[onset..<end], alive))
    case .changePoint: return changePoint(probabilities, alive)
    }
  }

  /// The class of death with the highest mean probability.
  private static func kind(_ rows: ArraySlice<[Double]>, _ alive: Set<Int>) -> Int {
    let kinds = (rows.first ?? []).indices.filter { !alive.contains($0) }
    return kinds.max { first, second in
      rows.reduce(0) { $0 + $1[first] } < rows.reduce(0) { $0 + $1[second] }
    } ?? 0
  }

  private func changePoint(_ probabilities: [[Double]], _ alive: Set<Int>) -> Finding? {
    let count = probabilities.count
    guard let classes = probabilities.first?.count, count > 0 else { return nil }
    // No single frame may decide alone, however sure the model is.
    let floor = 0.01
    func logLikelihood(_ value: Double) -> Double { log(min(max(value, floor), 1 - floor)) }
    let living = probabilities.map { row in logLikelihood(alive.reduce(0) { $0 + row[$1] }) }
    let dying = probabilities.map { row in logLikelihood(1 - alive.reduce(0) { $0 + row[$1] }) }
    let never = living.reduce(0, +)
    let price = log(Double(count))
    var best: (value: Double, finding: Finding)?
    for kind in 0..<classes where !alive.contains(kind) {
      let own = probabilities.map { logLikelihood($0[kind]) }
      // What follows the first frames of death: the kind's own look, until it may turn, once and at a price, into that of
      // any death, as a ruptured apoptotic cell looks.
      var rest = [Double](repeating: 0, count: count + 1)
      var anyDeath = 0.0
      for frame in (0..<count).reversed() {
        anyDeath += dying[frame]
        rest[frame] = max(own[frame] + rest[frame + 1], anyDeath - price)
      }
      var before = 0.0
      for onset in 0..<count {
        let end = min(onset + max(frames, 1), count)
        let value = before + own[onset..<end].reduce(0, +) + rest[end] - price
        if best.map({ value > $0.value }) ?? true { best = (value, Finding(onset: onset, kind: kind)) }
        before += living[onset]
      }
    }
    guard let best, best.value > never else { return nil }
    return best.finding
  }
}
