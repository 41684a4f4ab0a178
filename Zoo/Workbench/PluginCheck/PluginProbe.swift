import ZooPlugins

/// A part alone in a graph: `input` → part → `output`, in the form that predicts.
struct PluginProbe {
  static let input = "input"
  static let batch = 4

  let plugin: Plugin
  let settings: [String: JSONValue]
  /// What the plugin takes, with a batch of ``batch``.
  let inputType: TensorType
  let graph: Graph
  let output: String
  let outputType: TensorType

  /// - Parameter channels: of the images for a backbone; features for the other kinds.
  init(
    _ plugin: Plugin, settings: [String: JSONValue], channels: Int, size: Int, classes: Int = 3,
    random: RandomSource = RandomSource(seed: 1)
  ) throws {
    self.plugin = plugin
    self.settings = settings
    let shape: [Int] =
      switch plugin.kind {
      case .backbone: [Self.batch, channels, size, size]
      case .temporal: [Self.batch, 3, channels]
      case .head: [Self.batch, channels]
      }
    inputType = TensorType(.float32, shape)
    var builder = PartBuilder(GraphBuilder(), random: random, classes: classes)
    builder.graph.part = plugin.kind.part
    let value = try builder.graph.input(Self.input, inputType)
    let built = try builder.scope(plugin.kind.rawValue) { try plugin.build(&$0, input: value, settings: settings) }
    output = (built == value ? try builder.add("Identity", [built]) : built).name
    outputType = try builder.graph.type(of: output)
    graph = Graph(
      name: plugin.name, nodes: builder.graph.nodes,
      inputs: [ValueInfo(Self.input, .float32, [.symbolic("N")] + shape.dropFirst().map(Dimension.fixed))],
      outputs: [ValueInfo(output, .float32, [.symbolic("N")] + outputType.shape.dropFirst().map(Dimension.fixed))],
      initializers: builder.graph.initializers)
  }

  /// A model of the part alone, as files hold it.
  var model: Model { Model(graph: graph) }

  /// Reproducible numbers of about the size of normalised samples.
  static func samples(_ type: TensorType, seed: UInt64 = 1) throws -> Tensor {
    var random = SplitMix64(seed: seed, stream: 0)
    return try Tensor(
      shape: type.shape, (0..<type.elementCount).map { _ in Float(random.next() >> 40) / Float(1 << 22) - 2 })
  }
}
