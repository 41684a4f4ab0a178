import ZooFormat

/// RoiAlign: each region of an image is cut into a grid of cells, and each cell is the mean or maximum of points in it.
///
/// Inputs: x [N, C, H, W], regions [R, 4] as left, top, right, bottom, the sample of each region [R].
enum RoiAlign {
  static let definition = Operator(
    "RoiAlign", inputs: 3...3,
    types: { call in
      let plan = try Plan(call)
      return [TensorType(try call.input(0).elementType, [plan.regions, plan.channels, plan.rows, plan.columns])]
    },
    cost: { _, outputs in 64 * outputs[0].elementCount },
    kernel: { request in
      let plan = try Plan(request.call)
      return request.outputTypes[0].elementType == .float64
        ? make(Double.self, plan, request.call) : make(Float.self, plan, request.call)
    })

  private struct Plan: Sendable {
    let channels: Int
    let height: Int
    let width: Int
    let batch: Int
    let regions: Int
    let rows: Int
    let columns: Int
    /// Points along each side of a cell; 0 for as many as it has pixels.
    let points: Int
    let scale: Double
    let isHalfPixel: Bool
    let isMaximum: Bool
    let node: String

    /// The most points along a side of a cell.
    static let pointLimit = 64

    init(_ call: OperatorCall) throws {
      let (x, regions) = (try call.real(0), try call.input(1))
      try call.checkOneElementType(1..<2)
      guard x.rank == 4, regions.rank == 2, regions.shape[1] == 4, x.shape[2] > 0, x.shape[3] > 0,
        try call.input(2).shape == [regions.shape[0]], [.int64, .int32].contains(try call.input(2).elementType)
      else {
        throw call.error(
          "x \(x), regions \(regions) and samples \(try call.input(2))", expected: "[N, C, H, W], [R, 4] and [R]")
      }
      (batch, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
      self.regions = regions.shape[0]
      (rows, columns) = (try call.int("output_height", default: 1), try call.int("output_width", default: 1))
      points = try call.int("sampling_ratio", default: 0)
      guard (1...1 << 15).contains(rows), (1...1 << 15).contains(columns), (0...Self.pointLimit).contains(points) else {
        throw call.error(
          "a grid of \(rows)×\(columns) with \(points) points",
          expected: "1…\(1 << 15) cells and up to \(Self.pointLimit) points along each side")
      }
      scale = Double(try call.float("spatial_scale", default: 1))
      let mode = try call.string(
        "coordinate_transformation_mode", default: call.opset < 16 ? "output_half_pixel" : "half_pixel")
      guard ["half_pixel", "output_half_pixel"].contains(mode) else {
        throw call.error("coordinate_transformation_mode '\(mode)'", expected: "half_pixel or output_half_pixel")
      }
      isHalfPixel = mode == "half_pixel"
      let reduction = try call.string("mode", default: "avg")
      guard ["avg", "max"].contains(reduction) else { throw call.error("mode '\(reduction)'", expected: "avg or max") }
      isMaximum = reduction == "max"
      node = call.node.name
    }
  }

  /// A point between four pixels.
  private struct Point {
    var places = (0, 0, 0, 0)
    var weights = (0.0, 0.0, 0.0, 0.0)

    init(x: Double, y: Double, _ plan: Plan) {
      guard x >= -1, y >= -1, x <= Double(plan.width), y <= Double(plan.height) else { return }
      func split(_ position: Double, _ size: Int) -> (low: Int, high: Int, rest: Double) {
        let low = Int(saturating: max(position, 0))
        return low >= size - 1 ? (size - 1, size - 1, 0) : (low, low + 1, max(position, 0) - Double(low))
      }
      let (top, bottom, v) = split(y, plan.height)
      let (left, right, u) = split(x, plan.width)
      places = (
        top * plan.width + left, top * plan.width + right, bottom * plan.width + left, bottom * plan.width + right
      )
      weights = ((1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u)
    }
  }

  private static func make<T: KernelReal>(_: T.Type, _ plan: Plan, _ call: OperatorCall) -> Kernel {
    let samples = IndexReader(call, 2, limit: plan.batch)
    let plane = plan.height * plan.width
    return Kernel { arguments in
      let image: UnsafePointer<T> = arguments.unsafeInput(0)
      let regions: UnsafePointer<T> = arguments.unsafeInput(1)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let cells = plan.rows * plan.columns
      for region in 0..<plan.regions {
        let source = image + (try samples.index(arguments, region)) * plan.channels * plane
        let target = y + region * plan.channels * cells
        let corners = regions + region * 4
        let grid = try Grid((0..<4).map { Double(corners[$0]) }, plan, region: region)
        arguments.threads.forEach(plan.rows) { row, _ in
          for column in 0..<plan.columns {
            let points = grid.points(row, column, plan)
            for channel in 0..<plan.channels {
              target[channel * cells + row * plan.columns + column] = T(
                combine(points, source + channel * plane, plan.isMaximum))
            }
          }
        }
      }
    }
  }

  private static func combine<T: KernelReal>(_ points: [Point], _ image: UnsafePointer<T>, _ isMaximum: Bool) -> Double
  {
    var (sum, largest) = (0.0, -Double.infinity)
    for point in points {
      let (p, w) = (point.places, point.weights)
      let (a, b) = (w.0 * Double(image[p.0]), w.1 * Double(image[p.1]))
      let (c, d) = (w.2 * Double(image[p.2]), w.3 * Double(image[p.3]))
      sum += a + b + c + d
      largest = max(largest, max(max(a, b), max(c, d)))
    }
    return points.isEmpty ? 0 : isMaximum ? largest : sum / Double(points.count)
  }

  /// Where the cells of one region are.
  private struct Grid: Sendable {
    let left: Double
    let top: Double
    let cellWidth: Double
    let cellHeight: Double
    let across: Int
    let down: Int

    init(_ corners: [Double], _ plan: Plan, region: Int) throws {
      let offset = plan.isHalfPixel ? 0.5 : 0
      let scaled = corners.map { $0 * plan.scale - offset }
      (left, top) = (scaled[0], scaled[1])
      var (width, height) = (scaled[2] - left, scaled[3] - top)
      if !plan.isHalfPixel { (width, height) = (max(width, 1), max(height, 1)) }
      (cellWidth, cellHeight) = (width / Double(plan.columns), height / Double(plan.rows))
      let (x, y) = (cellWidth.rounded(.up), cellHeight.rounded(.up))
      guard scaled.allSatisfy(\.isFinite), plan.points > 0 || max(x, y) <= 4096 else {
        throw ZooError(
          .badInput, node: plan.node, problem: "region \(region) is \(corners)",
          expected: "finite corners and cells of at most 4096 pixels")
      }
      across = plan.points > 0 ? plan.points : max(0, Int(saturating: x))
      down = plan.points > 0 ? plan.points : max(0, Int(saturating: y))
    }

    func points(_ row: Int, _ column: Int, _ plan: Plan) -> [Point] {
      var points: [Point] = []
      points.reserveCapacity(across * down)
      for i in 0..<down {
        let y = top + (Double(row) + (Double(i) + 0.5) / Double(down)) * cellHeight
        for j in 0..<across {
          points.append(Point(x: left + (Double(column) + (Double(j) + 0.5) / Double(across)) * cellWidth, y: y, plan))
        }
      }
      return points
    }
  }
}
