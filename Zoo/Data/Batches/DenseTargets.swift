import ZooFormat

/// What each position of a dense head's map is to say of a sample: the class of the cell that is there, or that there is none.
///
/// A position is of the class of the nearest point if that is at most ``reach`` pixels from the middle of its receptive field;
/// if all points are at least ``clearance`` away, it is background. What lies between is nobody's, and so are positions at
/// points without a label: they don't count in the loss. Beyond the field's border, positions are those that are mirrored
/// there, or nobody's where crops are zero.
package struct DenseTargets: Sendable {
  /// The label of positions that don't count.
  package static let ignored: Int64 = -100

  /// Of the map of a sample.
  let rows: Int
  let columns: Int
  /// In pixels of the field.
  private let reach: Double
  private let clearance: Double
  private let background: Int64
  /// The middles of the positions' receptive fields in pixels of the sample.
  private let centresY: [Double]
  private let centresX: [Double]
  private let source: CellsSource
  private let entries: [Int]
  /// For each label of the source's points the class; `nil` if it is none of the model's.
  private let classes: [Int?]
  /// Pixels of a sample for one of the field.
  private let scale: (x: Double, y: Double)
  private let isMirrored: Bool

  package var count: Int { rows * columns }

  /// - Parameters:
  ///   - centresY: The middles of the receptive fields of the map's rows, in pixels of the sample.
  ///   - centresX: The same of its columns.
  ///   - step: Pixels of the sample from one position to the next, in y and x.
  ///   - background: The place of the class of places without a cell.
  ///   - dataset: Of samples that ``source`` cuts.
  package init(
    centresY: [Double], centresX: [Double], step: (y: Int, x: Int), background: Int, _ source: CellsSource,
    _ points: FieldPoints, _ dataset: Dataset, _ spec: DataSpec
  ) {
    (rows, columns) = (centresY.count, centresX.count)
    self.centresY = centresY
    self.centresX = centresX
    scale = (
      Double(dataset.width) / Double(source.windows.width), Double(dataset.height) / Double(source.windows.height)
    )
    clearance = spec.cells.backgroundDistance
    isMirrored = spec.cells.border == .reflect
    // At least one position is that near to any point.
    let pitch = max(Double(step.y) / scale.y, Double(step.x) / scale.x)
    reach = min(clearance, max(0.75 * pitch, clearance / 2))
    self.background = Int64(background)
    self.source = source
    entries = dataset.entries
    classes = points.labels.map { label in dataset.classes.firstIndex(of: spec.relabel[label] ?? label) }
  }

  /// Adds the labels and weights of a sample's positions, row after row.
  /// - Parameter movement: How the sample was moved; `nil` if it wasn't.
  func add(
    _ sample: Int, _ movement: Augmentation.Movement?, to labels: inout [Int64], _ weights: inout [Float]
  ) {
    let cut = source.windows.cuts[entries[sample]]
    let field = source.images.fields[Int(max(0, cut.field))]
    // Others are too far from every position: what is mirrored lies in the crop as well.
    let (left, top) = (Float(cut.left), Float(cut.top))
    let margin = Float(clearance) + 1
    let points = (source.points?.points(of: cut, source.images) ?? []).filter {
      $0.x > left - margin && $0.x < left + Float(source.windows.width) + margin && $0.y > top - margin
        && $0.y < top + Float(source.windows.height) + margin
    }
    func inField(_ place: Double, _ scale: Double, _ start: Int32, _ size: Int) -> Double? {
      let exact = (place + 0.5) / scale - 0.5 + Double(start)
      if exact > -0.5, exact < Double(size) - 0.5 { return exact }
      guard isMirrored, size > 1 else { return nil }
      let period = Double(2 * (size - 1))
      let phase = exact - (exact / period).rounded(.down) * period
      return min(phase, period - phase)
    }
    for y in centresY {
      for x in centresX {
        let place = movement?.source(x: x, y: y) ?? (x: x, y: y)
        guard let here = inField(place.x, scale.x, cut.left, field.width),
          let down = inField(place.y, scale.y, cut.top, field.height)
        else {
          labels.append(Self.ignored)
          weights.append(1)
          continue
        }
        var nearest: (square: Double, label: Int32, weight: Float)?
        for point in points {
          let (dx, dy) = (Double(point.x) - here, Double(point.y) - down)
          let square = dx * dx + dy * dy
          if square < nearest?.square ?? .infinity { nearest = (square, point.label, point.weight) }
        }
        var (label, weight): (Int64, Float) = (background, 1)
        if let nearest, nearest.square < clearance * clearance {
          label = Self.ignored
          if nearest.square <= reach * reach, nearest.label >= 0, let known = classes[Int(nearest.label)] {
            (label, weight) = (Int64(known), nearest.weight)
          }
        }
        labels.append(label)
        weights.append(weight)
      }
    }
  }

  /// The weight of each class in the loss, n / (k · n_c) over the positions of the samples as they were cut. O(positions).
  package func balancedClassWeights(_ samples: [Int], classes: Int) -> [Float] {
    var counts = [Int](repeating: 0, count: classes)
    var (labels, weights): ([Int64], [Float]) = ([], [])
    for sample in samples {
      labels.removeAll(keepingCapacity: true)
      weights.removeAll(keepingCapacity: true)
      add(sample, nil, to: &labels, &weights)
      for label in labels where label != Self.ignored { counts[Int(label)] += 1 }
    }
    let all = counts.reduce(0, +)
    return counts.map { Float(all) / Float(max($0, 1) * classes) }
  }
}
