/// Where all cells of fields are, by frame: also those that aren't samples.
package struct FieldPoints: Sendable {
  struct Point: Sendable {
    /// In pixels of the field.
    var x: Float
    var y: Float
    /// Place among ``labels``; negative for none.
    var label: Int32
    /// How much it counts in the loss.
    var weight: Float
  }

  private struct Moment: Hashable {
    var field: Int
    var frame: Int
  }

  let labels: [String]
  private let moments: [Moment: [Point]]

  /// O(rows).
  init(_ rows: [CellRow]) {
    var labels: [String] = []
    var places: [String: Int32] = [:]
    var moments: [Moment: [Point]] = [:]
    for row in rows {
      var place: Int32 = -1
      if let label = row.label {
        if let known = places[label] {
          place = known
        } else {
          place = Int32(labels.count)
          places[label] = place
          labels.append(label)
        }
      }
      moments[Moment(field: row.field, frame: row.frame), default: []].append(
        Point(x: Float(row.x), y: Float(row.y), label: place, weight: row.weight))
    }
    self.labels = labels
    self.moments = moments
  }

  /// Those of the frame that a crop is cut from.
  func points(of cut: CellCut, _ images: FieldImages) -> [Point] {
    guard cut.frame >= 0 else { return [] }
    let field = Int(cut.field)
    return moments[Moment(field: field, frame: images.fields[field].firstFrame + Int(cut.frame))] ?? []
  }
}
