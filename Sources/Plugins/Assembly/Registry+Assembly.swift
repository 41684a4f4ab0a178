extension Registry {
  /// The names of the values at the borders between parts, where a model can be cut.
  public enum Border {
    /// The samples after normalisation: [N, C, H, W].
    public static let input = "input.normalized"
    /// [N, F] (of all frames of all samples for sequences).
    public static let backbone = "backbone.features"
    /// [N, F].
    public static let temporal = "temporal.features"
    /// [N, classes, h, w]: the logits of each position, in models with a dense head.
    public static let map = "head.fc"
    /// [N, classes].
    public static let head = "logits"
    /// [N, classes].
    public static let output = "probabilities"
  }

  /// Builds a model from a description: the graph in the form that predicts, and the card.
  ///
  /// The graph's input is `image`, float32 [N, C, H, W], or `frames`, [N, T, C, H, W]; its outputs are `logits` and
  /// `probabilities`, [N, classes]. `N` is symbolic. `Dropout` and `StochasticDepth` are in the graph as nodes that do
  /// nothing when predicting.
  ///
  /// Costs the initialization of the parameters, some 20 ns each; of each part ``plugin(_:_:path:)`` and
  /// ``Plugin/build(_:input:settings:)``.
  /// - Throws: `ZooError` about the description, a name that isn't registered, a setting, or an image that is too
  ///   small for the backbone. What a plugin throws of other types is a failure with its words.
  public func assemble(_ description: ModelDescription, operators: OperatorTable = .current) throws(ZooError) -> Model {
    try assemble(description, random: RandomSource(seed: description.seed), operators: operators)
  }

  /// The same from another source of parameters: ``RandomSource/zeros`` where only shapes are wanted, which costs O(nodes) and
  /// leaves the memory of large parameters untouched.
  /// - Throws: `ZooError` as ``assemble(_:operators:)``.
  public func assemble(
    _ description: ModelDescription, random: RandomSource, operators: OperatorTable = .current
  ) throws(ZooError) -> Model {
    if let problem = description.problems().first { throw problem }
    let assembly: Assembly
    do {
      assembly = try Assembly(description, registry: self, random: random, operators: operators)
    } catch { throw ZooError(error) }
    var card = Card()
    card.name = description.name
    card.summary = description.summary
    card.channels = description.channels
    card.classes = description.classes
    card.imageSize = (description.height, description.width)
    card.frames = description.frames
    return Model(graph: assembly.graph, card: card)
  }
}
