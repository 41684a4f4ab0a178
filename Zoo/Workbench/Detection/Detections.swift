/// A cell that was found in a field.
struct Detection: Sendable, Hashable {
  /// In pixels; the centre of the first is 0.
  var x: Double
  var y: Double
  /// How probable it is that there is a cell.
  var score: Float
  /// Of each class but the background, given that there is a cell.
  var probabilities: [Float]

  /// Place among the classes without the background.
  var predicted: Int { probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0 }
}

extension DenseModel {
  /// The names of classes but the background's.
  var cellClasses: [String] { card.classes.indices.filter { $0 != background }.map { card.classes[$0] } }

  /// The peaks of a map: positions at which a cell is more probable than at the eight around, refined by a parabola in each
  /// direction, the more probable of two within `distance` pixels alone. By score. O(positions).
  func detections(_ map: Map, threshold: Float, distance: Double) -> [Detection] {
    let plane = map.width * map.height
    func cell(_ row: Int, _ column: Int) -> Float {
      guard row >= 0, column >= 0, row < map.height, column < map.width else { return -1 }
      return 1 - map.values[background * plane + row * map.width + column]
    }
    var found: [Detection] = []
    for row in 0..<map.height {
      for column in 0..<map.width {
        let here = cell(row, column)
        guard here >= threshold, isPeak(row, column, here, cell) else { continue }
        let dx = Self.vertex(cell(row, column - 1), here, cell(row, column + 1))
        let dy = Self.vertex(cell(row - 1, column), here, cell(row + 1, column))
        let own = card.classes.indices.filter { $0 != background }.map {
          map.values[$0 * plane + row * map.width + column]
        }
        let sum = max(own.reduce(0, +), .leastNormalMagnitude)
        found.append(
          Detection(
            x: field.centre(Double(column) + dx, axis: 1), y: field.centre(Double(row) + dy, axis: 0), score: here,
            probabilities: own.map { min(1, $0 / sum) }))
      }
    }
    return Self.suppressed(found, distance: distance)
  }

  /// Of equal neighbours the first is the peak.
  private func isPeak(_ row: Int, _ column: Int, _ here: Float, _ cell: (Int, Int) -> Float) -> Bool {
    for dy in -1...1 {
      for dx in -1...1 where dx != 0 || dy != 0 {
        let there = cell(row + dy, column + dx)
        let isEarlier = dy < 0 || (dy == 0 && dx < 0)
        if isEarlier ? there >= here : there > here { return false }
      }
    }
    return true
  }

  /// Where the parabola through three values in a row has its top, from the middle one: within half a step.
  private static func vertex(_ before: Float, _ here: Float, _ after: Float) -> Double {
    // Beyond the border nothing is known.
    guard before >= 0, after >= 0 else { return 0 }
    let bend = Double(before) - 2 * Double(here) + Double(after)
    guard bend < -1e-9 else { return 0 }
    return max(-0.5, min(0.5, 0.5 * (Double(before) - Double(after)) / bend))
  }

  /// Non-maximum suppression by distance. O(detections) on a grid.
  static func suppressed(_ detections: [Detection], distance: Double) -> [Detection] {
    struct Bin: Hashable {
      var x: Int
      var y: Int
    }
    let size = max(distance, 1e-3)
    func bin(_ detection: Detection) -> Bin {
      Bin(
        x: Int(saturating: (detection.x / size).rounded(.down)),
        y: Int(saturating: (detection.y / size).rounded(.down)))
    }
    var kept: [Detection] = []
    var grid: [Bin: [Int]] = [:]
    // The order of equal scores is that of positions.
    let order = detections.indices.sorted { (detections[$1].score, $0) < (detections[$0].score, $1) }
    for index in order {
      let detection = detections[index]
      let own = bin(detection)
      var isFree = true
      for dx in -1...1 where isFree {
        for dy in -1...1 where isFree {
          isFree = (grid[Bin(x: own.x + dx, y: own.y + dy)] ?? []).allSatisfy { other in
            let (a, b) = (kept[other].x - detection.x, kept[other].y - detection.y)
            return a * a + b * b >= distance * distance
          }
        }
      }
      guard isFree else { continue }
      grid[own, default: []].append(kept.count)
      kept.append(detection)
    }
    return kept
  }
}
