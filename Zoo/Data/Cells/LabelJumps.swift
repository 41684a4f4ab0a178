import ZooFormat
import ZooImages

/// Whether numbers in label images follow cells. Where each frame was numbered by itself, a number often goes to another
/// cell, far away, while the cell that had it lies where it was, under another number.
///
/// A fast cell jumps, too, but hardly ever from a place that another one takes.
struct LabelJumps {
  private struct Centre {
    var x: Double
    var y: Double
    var radius: Double

    func distance(_ place: (x: Double, y: Double)) -> Double {
      ((x - place.x) * (x - place.x) + (y - place.y) * (y - place.y)).squareRoot()
    }
  }

  /// By field, frame and number.
  private var moments: [LabelFrames.Moment: [String: Centre]] = [:]

  /// Widths of a cell that none moves in a frame, beyond what all of its frame do.
  private static let farthest = 2.0
  /// Radii within which a cell lies where another was.
  private static let nearest = 0.5
  private static let fewestTracks = 3
  /// The share of all steps that trackers take wrongly, too.
  private static let share = 0.02

  /// - Parameter areas: In pixels.
  mutating func add(_ rows: [CellRow], _ areas: [Int]) {
    for (row, area) in zip(rows, areas) {
      moments[LabelFrames.Moment(field: row.field, frame: row.frame), default: [:]][row.object] = Centre(
        x: row.x, y: row.y, radius: (Double(area) / .pi).squareRoot())
    }
  }

  /// O(cells).
  func finding(_ images: FieldImages) -> String? {
    var (steps, jumps, exchanges) = (0, 0, 0)
    var tracks: Set<String> = []
    var exchanged: Set<String> = []
    var fields: Set<Int> = []
    for (moment, cells) in moments {
      for number in cells.keys { tracks.insert("\(moment.field)/\(number)") }
      guard let next = moments[LabelFrames.Moment(field: moment.field, frame: moment.frame + 1)] else { continue }
      let shared = cells.keys.filter { next[$0] != nil }
      // What all cells do is the stage's movement.
      let pairs = shared.compactMap { number in cells[number].flatMap { own in next[number].map { (own, $0) } } }
      let drift = Self.drift(pairs)
      var grid = NeighbourGrid(spacing: max(cells.values.map(\.radius).max() ?? 1, 1))
      let others = Array(next)
      for (place, other) in others.enumerated() { grid.insert(place, at: (other.value.x, other.value.y)) }
      for number in shared {
        guard let own = cells[number], let then = next[number] else { continue }
        steps += 1
        let places = [(own.x, own.y), (own.x + drift.x, own.y + drift.y)]
        guard places.allSatisfy({ then.distance($0) > Self.farthest * 2 * own.radius }) else { continue }
        jumps += 1
        let isTaken = places.contains { place in
          grid.near(place).contains {
            others[$0].key != number && others[$0].value.distance(place) < Self.nearest * own.radius
          }
        }
        if isTaken {
          exchanges += 1
          exchanged.insert("\(moment.field)/\(number)")
          fields.insert(moment.field)
        }
      }
    }
    guard exchanged.count >= Self.fewestTracks, exchanges * 2 >= jumps, Double(exchanges) >= Self.share * Double(steps)
    else { return nil }
    return
      "in \(fields.count) of \(Figures.counted(images.fields.count, "field")) \(exchanged.count) of \(Figures.counted(tracks.count, "track")) jump farther than two widths of a cell between frames, "
      + "and another cell lies where they were: are the label images numbered frame by frame? Then set data.cells.labelNumbers=objects"
  }

  private static func drift(_ pairs: [(Centre, Centre)]) -> (x: Double, y: Double) {
    guard !pairs.isEmpty else { return (0, 0) }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return (median(pairs.map { $1.x - $0.x }), median(pairs.map { $1.y - $0.y }))
  }
}
