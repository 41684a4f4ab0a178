import ZooFormat

/// The sizes and axes of a Resize or Upsample, from its inputs and attributes.
struct ResizeGeometry: Sendable {
  let input: [Int]
  let output: [Int]
  /// The axes that change, outermost first.
  let axes: [(axis: Int, plan: ResizeAxis)]
  let extrapolation: Float
  /// Whether every result is one element of the source, so that any type can be resized.
  let isNearest: Bool

  /// - Parameter shape: the shape of the image that is resized.
  init(_ call: OperatorCall, shape: [Int]) throws {
    var options = ResizeAxis.Options()
    (options.mode, isNearest) = try Self.mode(call)
    options.coordinates = try Self.coordinates(call)
    options.antialias = try call.int("antialias", default: 0) != 0
    options.excludesOutside = try call.int("exclude_outside", default: 0) != 0
    extrapolation = try call.float("extrapolation_value", default: 0)
    input = shape
    let chosen = try (call.ints("axes") ?? Array(shape.indices)).map { try call.axis($0, rank: shape.count) }
    guard Set(chosen).count == chosen.count else { throw call.error("axes \(chosen)", expected: "each axis once") }
    let factors = try Self.factors(call, shape, chosen)
    var output = shape
    var axes: [(axis: Int, plan: ResizeAxis)] = []
    let regions = try Self.regions(call, chosen.count, options.coordinates)
    for (index, axis) in chosen.enumerated() {
      let (size, scale) = factors[index]
      guard shape[axis] > 0 || size == 0 else { throw call.error("axis \(axis) of \(shape) is empty") }
      output[axis] = size
      let isWhole = regions[index] == (0, 1)
      if size == shape[axis], scale == 1, isWhole || options.coordinates != .cropAndResize { continue }
      // A stretched kernel reads 4 / scale elements for each result, and its own size counts even for no result.
      let taps = Double(max(size, 1)) * (options.antialias ? max(4, 4 / scale) : 4)
      guard taps < 0x1p28 else { throw call.error("size \(size) by scale \(scale)", expected: "a smaller image") }
      try MemoryAccount.current.check(Int(saturating: taps), of: 8, for: "resizing axis \(axis) to \(size)")
      axes.append(
        (
          axis,
          ResizeAxis(
            input: shape[axis], output: size, scale: scale, region: regions[index], options: options)
        ))
    }
    self.axes = axes.sorted { $0.axis < $1.axis }
    self.output = output
  }

  /// Size and scale of each chosen axis.
  private static func factors(_ call: OperatorCall, _ shape: [Int], _ axes: [Int]) throws -> [(
    size: Int, scale: Double
  )] {
    if let sizes = try sizes(call) {
      guard sizes.count == axes.count, sizes.allSatisfy({ (0...1 << 24).contains($0) }) else {
        throw call.error("sizes \(sizes)", expected: "\(axes.count) sizes")
      }
      let own = zip(sizes, axes).map { Double($0) / Double(max(shape[$1], 1)) }
      let policy = try call.string("keep_aspect_ratio_policy", default: "stretch")
      let common: Double?
      switch policy {
      case "stretch": common = nil
      case "not_larger": common = own.min()
      case "not_smaller": common = own.max()
      default: throw call.error("keep_aspect_ratio_policy '\(policy)'", expected: "stretch, not_larger or not_smaller")
      }
      guard let common else { return Array(zip(sizes, own)).map { ($0, $1) } }
      return try axes.map { (try size(common * Double(shape[$0]) + 0.5, call), common) }
    }
    guard let scales = try scales(call), scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw call.error("no scales or sizes", expected: "one for each of \(axes.count) axes")
    }
    return try zip(axes, scales).map { (try size(Double(shape[$0]) * Double($1), call), Double($1)) }
  }

  private static func size(_ value: Double, _ call: OperatorCall) throws -> Int {
    guard value >= 0, value < 0x1p24 else { throw call.error("a size of \(value)", expected: "at most \(1 << 24)") }
    return Int(saturating: value.rounded(.down))
  }

  /// Resize up to opset 10 and Upsample have scales as input 1 or as an attribute; later, input 1 is the region.
  private static func hasRegion(_ call: OperatorCall) -> Bool { call.node.op != "Upsample" && call.opset >= 11 }

  private static func scales(_ call: OperatorCall) throws -> [Float]? {
    if let scales = try call.floats("scales") { return scales }
    let index = hasRegion(call) ? 2 : 1
    guard call.hasInput(index) else { return nil }
    return try call.constant(index).values(as: Float.self)
  }

  private static func sizes(_ call: OperatorCall) throws -> [Int]? {
    guard hasRegion(call), call.hasInput(3), try call.input(3).elementCount > 0 else { return nil }
    return try call.constantIntegers(3)
  }

  private static func mode(_ call: OperatorCall) throws -> (ResizeAxis.Mode, isNearest: Bool) {
    switch try call.string("mode", default: "nearest") {
    case "nearest":
      let name = try call.string("nearest_mode", default: hasRegion(call) ? "round_prefer_floor" : "floor")
      guard let rounding = ResizeAxis.Rounding(rawValue: name) else { throw call.error("nearest_mode '\(name)'") }
      return (.nearest(rounding), true)
    case "linear", "bilinear": return (.linear, false)
    case "cubic": return (.cubic(coefficient: Double(try call.float("cubic_coeff_a", default: -0.75))), false)
    case let other: throw call.error("mode '\(other)'", expected: "nearest, linear or cubic")
    }
  }

  private static func coordinates(_ call: OperatorCall) throws -> ResizeAxis.Coordinates {
    let name = try call.string(
      "coordinate_transformation_mode", default: hasRegion(call) ? "half_pixel" : "asymmetric")
    guard let coordinates = ResizeAxis.Coordinates(rawValue: name) else {
      throw call.error("coordinate_transformation_mode '\(name)'")
    }
    return coordinates
  }

  private static func regions(
    _ call: OperatorCall, _ count: Int, _ coordinates: ResizeAxis.Coordinates
  ) throws -> [(start: Double, end: Double)] {
    guard coordinates == .cropAndResize else { return Array(repeating: (0, 1), count: count) }
    let tensor = try call.constant(1)
    let values = tensor.values(as: Float.self)?.map(Double.init) ?? tensor.values(as: Double.self) ?? []
    guard values.count == 2 * count, values.allSatisfy(\.isFinite) else {
      throw call.error("a region \(tensor.type)", expected: "\(2 * count) numbers")
    }
    return (0..<count).map { (values[$0], values[count + $0]) }
  }

  /// The number of elements between two axes' passes, the largest of them.
  var largestCount: Int {
    var shape = input
    var largest = 0
    for (axis, plan) in axes {
      shape[axis] = plan.output
      largest = max(largest, shape.reduce(1, *))
    }
    return largest
  }
}
