import ZooData
import ZooPlugins

/// A model with a dense head, ready for fields of any size.
///
/// A field is covered by squares of one size, so that one compiled program serves all. Each square's input reaches beyond
/// what is taken of its output by the receptive field, rounded up to a multiple of 64 pixels, so that no padding of a
/// convolution is ever seen and every position is computed in the same way wherever the square begins. Beyond the field's
/// border lie its mirrored pixels, as around the crops of training.
struct DenseModel: Sendable {
  let card: Card
  let field: ReceptiveField
  /// Place of the class that is no cell.
  let background: Int
  /// Positions of the map that a square gives, in each direction.
  let positions: Int
  private let loaded: LoadedModel
  private let input: String
  /// Pixels before the first position's own.
  private let margin: Int
  private let side: Int

  /// What the class of positions without a cell is called.
  static let backgroundName = BackgroundPositions.className
  private static let output = "map"
  /// Whole tiles of every kernel: 8 outputs at a stride of 8.
  private static let alignment = 64

  /// - Parameter positions: How many positions of the map a square gives in each direction; rounded up so that squares
  ///   begin at multiples of 64 pixels.
  /// - Throws: ``ZooError`` if the model has no dense head, no class `background`, or parts that see the whole image.
  init(_ model: Model, path: String, positions: Int = 32, threads: Int, precision: Pass.Precision = .float32) throws {
    guard let image = model.graph.inputs.first, model.card.frames == nil,
      let last = model.graph.nodes.firstIndex(where: { $0.outputs.contains(Registry.Border.map) && $0.op == "Conv" })
    else {
      throw ZooError(
        .badInput, file: path, problem: "the model has no dense head",
        expected: "a model trained with model.head=dense",
        remedy: "Train one, or make a classifier dense by zoo graft MODEL --head dense")
    }
    guard let background = model.card.classes.firstIndex(of: Self.backgroundName) else {
      throw ZooError(
        .badInput, file: path, problem: "the model has no class '\(Self.backgroundName)', so that it finds nothing",
        expected: "one among \(model.card.classes.joined(separator: ", "))",
        remedy: "Train it with data.cells.background=20 or the like")
    }
    self.background = background
    var graph = model.graph
    graph.nodes = Array(graph.nodes[...last])
    var logits = Registry.Border.map
    if let temperature = model.card.decision?.temperature, temperature != 1 {
      graph.initializers["map.temperature"] = try Tensor(Float(temperature))
      logits = "map.tempered"
      graph.nodes.append(
        Node(name: logits, op: "Div", inputs: [Registry.Border.map, "map.temperature"], outputs: [logits]))
    }
    graph.nodes.append(
      Node(
        name: Self.output, op: "Softmax", inputs: [logits], outputs: [Self.output],
        attributes: ["axis": .int(1)]))
    graph.inputs = [
      ValueInfo(
        image.name, .float32,
        [.symbolic("N"), .fixed(model.card.channels.count), .symbolic("H"), .symbolic("W")])
    ]
    graph.outputs = [ValueInfo(Self.output, .float32, nil)]
    graph.valueInfos = []
    let read = Set(graph.nodes.flatMap(\.inputs))
    graph.initializers = graph.initializers.filter { read.contains($0.key) }
    do throws(ZooError) { field = try ReceptiveField(of: Registry.Border.map, in: graph) } catch {
      throw error.at(file: path)
    }
    let stride = field.stride[0]
    guard field.stride[0] == field.stride[1], Self.alignment % stride == 0 else {
      throw ZooError(
        .badInput, file: path, problem: "the feature map has a stride of \(field.stride) pixels",
        expected: "a divisor of \(Self.alignment), the same in both directions")
    }
    func aligned(_ pixels: Int) -> Int { (pixels + Self.alignment - 1) / Self.alignment * Self.alignment }
    let tile = aligned(max(1, positions) * stride)
    self.positions = tile / stride
    margin = aligned(max(0, -min(field.first[0], field.first[1])))
    side = margin + tile + aligned(max(0, max(field.last[0], field.last[1]) - stride + 1))
    input = image.name
    card = model.card
    var dense = model
    dense.graph = graph
    dense.selfTest = nil
    loaded = LoadedModel(dense, threads: threads, precision: precision)
  }

  /// The probability of each class at each position.
  struct Map: Sendable {
    var width: Int
    var height: Int
    /// Class after class, row after row.
    var values: [Float]
  }

  /// The map of a whole field, position (0, 0) being the one whose receptive field has its middle at or next to the first
  /// pixel. Memory: the map, and a square.
  /// - Parameters:
  ///   - planes: of each channel of the card.
  ///   - scaling: what samples go through to be as the model takes them.
  func map(
    _ planes: [PackedPixels], width: Int, height: Int, scaling: RangeScaling? = nil,
    isInterrupted: () -> Bool = { false }
  ) throws -> Map {
    let stride = field.stride[0]
    let (mapWidth, mapHeight) = ((width + stride - 1) / stride, (height + stride - 1) / stride)
    let classes = card.classes.count
    var map = Map(
      width: mapWidth, height: mapHeight, values: [Float](repeating: 0, count: classes * mapWidth * mapHeight))
    let type = TensorType(.float32, [1, planes.count, side, side])
    let storage = try TensorStorage(byteCount: type.validated("square").byteCount)
    let pixels = storage.base.assumingMemoryBound(to: Float.self)
    for top in Swift.stride(from: 0, to: mapHeight, by: positions) {
      for left in Swift.stride(from: 0, to: mapWidth, by: positions) {
        if isInterrupted() { throw ZooError(.interrupted, problem: "stopped while predicting") }
        for (channel, plane) in planes.enumerated() {
          CropCutter.cut(
            plane, width: width, height: height, left: left * stride - margin, top: top * stride - margin,
            cropWidth: side, cropHeight: side, reflects: true, into: pixels + channel * side * side)
        }
        if let scaling { scale(pixels, planes.count * side * side, scaling) }
        let outputs = try loaded.run([input: Tensor(type, storage: storage)])
        guard let output = outputs[Self.output], output.shape.count == 4, let values: [Float] = output.values() else {
          throw ZooError(.badInput, tensor: Self.output, problem: "the model gives no map")
        }
        copy(values, output.shape, to: &map, left: left, top: top)
      }
    }
    return map
  }

  private func scale(_ pixels: UnsafeMutablePointer<Float>, _ count: Int, _ scaling: RangeScaling) {
    let scaled = scaling(Array(UnsafeBufferPointer(start: pixels, count: count)))
    for (index, value) in scaled.enumerated() { pixels[index] = value }
  }

  private func copy(_ values: [Float], _ shape: [Int], to map: inout Map, left: Int, top: Int) {
    let (rows, columns) = (shape[2], shape[3])
    let skip = margin / field.stride[0]
    for place in 0..<card.classes.count {
      for row in 0..<min(positions, map.height - top) {
        let source = (place * rows + row + skip) * columns + skip
        let target = (place * map.height + top + row) * map.width + left
        for column in 0..<min(positions, map.width - left) { map.values[target + column] = values[source + column] }
      }
    }
  }
}
