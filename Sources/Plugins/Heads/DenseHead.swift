/// Classes at each position of the feature map, by a 1 × 1 convolution `fc`; of a crop, those of its middle.
///
/// On crops it is trained as any head: the label is that of the crop's middle pixel. On whole fields the map itself is the
/// answer: the value ``Registry/Border/map``.
package struct DenseHeadSettings: PluginSettings {
  /// Positions, in both directions, over which features are averaged first; 1 averages nothing.
  package var pool = 1
  /// Share of the features that is dropped while training, in 0…0.99.
  package var dropout = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("pool", 1...64, "positions in both directions over which features are averaged first"),
    .number("dropout", 0...0.99, "share of the features that is dropped while training"),
  ]

  /// The defaults.
  package init() {}
}

enum DenseHead {
  static func plugin() throws(ZooError) -> Plugin {
    var plugin = try Plugin(
      .head, "dense", summary: "classes at each position of the feature map, for whole fields",
      settings: DenseHeadSettings()
    ) { builder, input, settings in
      var x = try builder.dropout(map(&builder, input), settings.dropout)
      if settings.pool > 1 {
        let (height, width) = (try builder.size(of: x, 2), try builder.size(of: x, 3))
        guard settings.pool <= min(height, width) else {
          throw ZooError(
            .badInput, path: "model.head.pool",
            problem: "is \(settings.pool), but the feature map has "
              + "\(height)×\(width) positions", expected: "at most \(min(height, width))")
        }
        x = try builder.add(
          "AveragePool", [x], ["kernel_shape": .ints([settings.pool, settings.pool]), "strides": .ints([1, 1])])
      }
      let features = try builder.size(of: x, 1)
      x = try builder.convolution(
        x, "fc", channels: builder.classes, kernel: 1, bias: true, initialization: .uniform(inputs: features))
      return try middle(&builder, x)
    }
    plugin.takesMap = true
    return plugin
  }

  /// Features without height and width are a map of one position.
  private static func map(_ builder: inout PartBuilder, _ input: Value) throws -> Value {
    guard try builder.shape(of: input).count == 2 else { return input }
    let features = try builder.size(of: input, 1)
    return try builder.add("Reshape", [input, builder.constant([-1, features, 1, 1])])
  }

  private static func middle(_ builder: inout PartBuilder, _ map: Value) throws -> Value {
    let (row, column) = (try builder.size(of: map, 2) / 2, try builder.size(of: map, 3) / 2)
    let position = try builder.add(
      "Slice",
      [
        map, builder.constant([row, column]), builder.constant([row + 1, column + 1]),
        builder.constant([2, 3]),
      ])
    return try builder.add("Flatten", [position], ["axis": .int(1)])
  }
}
