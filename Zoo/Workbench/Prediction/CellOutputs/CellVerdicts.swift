import ZooData
import ZooFormat

/// What a model said of each cell, in five bytes a cell: what pictures and tables for other programs are made of.
package struct CellVerdicts: Sendable {
  /// For each sample the class; ``unknown`` if nothing was said yet.
  private var classes: [UInt16]
  private var scores: [Float]

  static let unknown = UInt16.max

  /// For `count` samples.
  init(count: Int) {
    classes = [UInt16](repeating: Self.unknown, count: count)
    scores = [Float](repeating: 0, count: count)
  }

  mutating func set(_ row: CellPrediction.Row) {
    let place = row.predicted
    classes[row.index] = UInt16(truncatingIfNeeded: place)
    scores[row.index] = row.probabilities.indices.contains(place) ? row.probabilities[place] : 0
  }

  /// The class and its probability; `nil` if nothing is known.
  func verdict(_ index: Int) -> (place: Int, score: Float)? {
    classes[index] == Self.unknown ? nil : (Int(classes[index]), scores[index])
  }
}

/// Colours that classes are drawn in, the same in every picture: those that people with any kind of colour vision tell
/// apart (Okabe & Ito 2008).
enum ClassColours {
  private static let all: [(UInt8, UInt8, UInt8)] = [
    (86, 180, 233), (230, 159, 0), (0, 200, 140), (240, 228, 66), (213, 94, 0), (204, 121, 167), (120, 120, 255),
    (255, 255, 255),
  ]

  static func colour(_ place: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let (red, green, blue) = all[place % all.count]
    return (red, green, blue)
  }
}

/// The cells of one field in one frame, which stand behind each other in the data.
struct FieldMoment: Sendable, Hashable {
  /// Place among the fields.
  var field: Int
  /// As the files number it.
  var frame: Int
  /// Samples of the data set.
  var samples: Range<Int>
}

extension CellPrediction {
  /// All moments in the order of the data. O(cells).
  func moments() -> [FieldMoment] {
    var moments: [FieldMoment] = []
    for index in dataset.samples.indices {
      let cell = source.positions[dataset.entries[index]]
      if let last = moments.last, last.field == cell.field, last.frame == cell.frame {
        moments[moments.count - 1].samples = last.samples.lowerBound..<index + 1
      } else {
        moments.append(FieldMoment(field: cell.field, frame: cell.frame, samples: index..<index + 1))
      }
    }
    return moments
  }

  /// What files of a field are called: its name without slashes.
  func fileName(_ field: Int) -> String {
    let name = source.images.fields[field].name.split(separator: "/").joined(separator: "_")
    return name.isEmpty ? "field" : name
  }
}
