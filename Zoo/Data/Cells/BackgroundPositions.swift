import ZooFormat

/// Places without a cell, as samples of a class of their own: what a model that finds cells in whole fields is taught by.
package enum BackgroundPositions {
  package static let className = "background"

  /// Random places in each frame that has positions, each at least `distance` pixels from every position of the frame and
  /// inside the field; the same for the same seed. O(places · positions of a frame).
  /// - Parameter count: How many for each frame; fewer where there is no room.
  static func rows(
    _ rows: [CellRow], _ images: FieldImages, count: Int, distance: Double, seed: UInt64
  ) -> [CellRow] {
    struct Moment: Hashable {
      var field: Int
      var frame: Int
    }
    var moments: [Moment: [Int]] = [:]
    for (index, row) in rows.enumerated() {
      moments[Moment(field: row.field, frame: row.frame), default: []].append(index)
    }
    var result: [CellRow] = []
    for (moment, members) in moments.sorted(by: { ($0.key.field, $0.key.frame) < ($1.key.field, $1.key.frame) }) {
      let field = images.fields[moment.field]
      var random = KeyedRandom(
        seed: seed, KeyedRandom.key("background"), KeyedRandom.key(field.name), UInt64(max(0, moment.frame)))
      var made = 0
      for _ in 0..<20 * count where made < count {
        let x = random.uniform(0...Double(field.width - 1))
        let y = random.uniform(0...Double(field.height - 1))
        let isFree = members.allSatisfy { index in
          let (dx, dy) = (rows[index].x - x, rows[index].y - y)
          return dx * dx + dy * dy >= distance * distance
        }
        guard isFree else { continue }
        made += 1
        result.append(
          CellRow(
            field: moment.field, frame: moment.frame, x: x, y: y, track: "", object: "\(className)-\(made)",
            label: className, table: rows[members[0]].table, line: 0))
      }
    }
    return result
  }
}
