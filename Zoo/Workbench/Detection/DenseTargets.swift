import ZooPlugins

/// What each position of a dense head's map is to say of a sample: the class of the cell that is there, or that there is none.
///
/// A position is of the class of the nearest point if that is at most ``reach`` pixels from the middle of its receptive field;
/// if all points are at least ``clearance`` away, it is background. What lies between is nobody's, and so are positions at
/// points without a label: they don't count in the loss. Beyond the field's border, positions are those that are mirrored
/// there, or nobody's where crops are zero.
struct DenseTargets: Sendable {
  /// The label of positions that don't count.
  static let ignored: Int64 = -100

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

  var count: Int { rows * columns }

  /// - Parameter model: As it is trained, with weights or without.
  /// - Returns: `nil` if the spec or the data have samples of one label each: a head that isn't dense, samples that aren't
  ///   cells in fields with background, or samples that are mixed.
  /// - Throws: ``ZooError`` if the head is dense and the map's positions see the whole image, or if the spec asks for all
  ///   positions and there are none.
  init?(_ spec: Spec, _ dataset: Dataset, model: Model) throws {
    let isDense = model.graph.nodes.contains { $0.outputs.contains(Registry.Border.map) && $0.op == "Conv" }
    func missing(_ problem: String, _ remedy: String) -> ZooError {
      ZooError(
        .badInput, path: "train.positions", problem: "is all, but \(problem)", expected: "auto or middle",
        remedy: remedy)
    }
    let isAsked = spec.train.positions == .all
    guard isDense else {
      if isAsked { throw missing("the head has no map of positions", "Set model.head=dense") }
      return nil
    }
    let field: ReceptiveField
    do throws(ZooError) { field = try ReceptiveField(of: Registry.Border.map, in: model.graph) } catch {
      throw ZooError(
        .badInput, path: "model.backbone",
        problem: "'\(spec.model.backbone.name)' can't find cells in whole fields: \(error.problem)",
        expected: error.expected, remedy: error.remedy)
    }
    guard spec.train.positions != .middle else { return nil }
    guard let source = dataset.source as? CellsSource, dataset.frames == nil, let points = source.points,
      let background = dataset.classes.firstIndex(of: BackgroundPositions.className)
    else {
      if isAsked { throw missing("the samples aren't cells of fields with background", "Set data.cells.background=20") }
      return nil
    }
    guard !spec.train.mixesSamples else {
      if isAsked { throw missing("samples are mixed", "Set train.mixup and train.cutmix to 0") }
      return nil
    }
    let input = model.graph.inputs.first?.name ?? ""
    let types = [input: TensorType(.float32, [1] + dataset.sampleShape)]
    guard
      let map = try Program(model.graph, opsets: model.opsets, inputTypes: types).types[Registry.Border.map]?.shape,
      map.count == 4
    else { throw ZooError(.badInput, tensor: Registry.Border.map, problem: "isn't a map of positions") }
    (rows, columns) = (map[2], map[3])
    centresY = (0..<map[2]).map { field.centre(Double($0), axis: 0) }
    centresX = (0..<map[3]).map { field.centre(Double($0), axis: 1) }
    scale = (
      Double(dataset.width) / Double(source.windows.width), Double(dataset.height) / Double(source.windows.height)
    )
    clearance = spec.data.cells.backgroundDistance
    isMirrored = spec.data.cells.border == .reflect
    // At least one position is that near to any point.
    let step = max(Double(field.stride[0]) / scale.y, Double(field.stride[1]) / scale.x)
    reach = min(clearance, max(0.75 * step, clearance / 2))
    self.background = Int64(background)
    self.source = source
    entries = dataset.entries
    classes = points.labels.map { label in
      dataset.classes.firstIndex(of: spec.data.relabel[label] ?? label)
    }
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
  func balancedClassWeights(_ samples: [Int], classes: Int) -> [Float] {
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

/// Where all cells of fields are, by frame: also those that aren't samples.
struct FieldPoints: Sendable {
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
