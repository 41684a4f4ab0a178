import ZooData

/// When frames were taken: hours since the first of their film, where that is known.
struct FrameClock: Sendable {
  /// Hours between the frames of each field; `nil` if the tables say the time of each position.
  private let intervals: [Double]?

  /// - Parameters:
  ///   - interval: Hours between two frames as somebody says it, which goes before all that files say.
  ///   - positions: Of cells, whose table may have times.
  /// - Returns: `nil` if nobody says when the frames of a field were taken.
  init?(_ images: FieldImages, interval: Double?, positions: [CellRow] = []) {
    if let interval {
      intervals = [Double](repeating: interval, count: images.fields.count)
    } else if !positions.isEmpty, positions.allSatisfy({ $0.time != nil }) {
      intervals = nil
    } else {
      var found: [Double] = []
      for field in images.fields {
        guard let plane = field.planes.lazy.compactMap(\.self).first,
          let interval = FieldScale.frameInterval(images.files[plane.file])
        else { return nil }
        found.append(interval)
      }
      intervals = found
    }
  }

  /// - Parameters:
  ///   - frame: As the files number it.
  ///   - time: What the table says of the position.
  func hours(_ images: FieldImages, field: Int, frame: Int, time: Double? = nil) -> Double {
    guard let intervals else { return time ?? 0 }
    return Double(frame - images.fields[field].firstFrame) * intervals[field]
  }
}
