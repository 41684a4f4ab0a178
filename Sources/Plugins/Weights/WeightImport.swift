/// What became of every tensor when a state dict was put into a model.
public struct WeightImport: Sendable, Hashable, Codable {
  /// A parameter that was copied after a change.
  public struct Adapted: Sendable, Hashable, Codable {
    /// As the model calls it.
    public var name: String
    /// What was done, in words.
    public var how: String
  }

  /// A tensor of the file that was not taken.
  public struct LeftOver: Sendable, Hashable, Codable {
    /// As the file calls it.
    public var name: String
    /// Element type and shape, e.g. `float32[64, 3, 7, 7]`.
    public var type: String
    /// Why it wasn't taken, in words.
    public var reason: String
  }

  /// Parameters that were copied as they are.
  public var matched: [String] = []
  /// Parameters that were copied after a change.
  public var adapted: [Adapted] = []
  /// Parameters that the file doesn't have; they keep their initial values.
  public var missing: [String] = []
  /// Tensors of the file that nothing here took.
  public var leftOver: [LeftOver] = []
  /// Parameters that the file has in another shape, which keep their initial values.
  public var misshapen: [String] = []
  /// Counters of training steps, which are left out.
  public var counters = 0
  /// Which of several things in the file was taken, in words.
  public var notes: [String] = []

  /// Nothing was taken yet.
  public init() {}

  /// A line for each list, with the first ten names where something isn't as it was, and the number of the others.
  /// O(tensors).
  public var text: String {
    func listed(_ names: [String]) -> [String] {
      names.prefix(10).map { "  \($0)" } + (names.count > 10 ? ["  … and \(names.count - 10) more"] : [])
    }
    var lines = notes + ["\(matched.count) matched"]
    lines.append("\(adapted.count) adapted")
    lines += listed(adapted.map { "\($0.name): \($0.how)" })
    lines.append("\(missing.count) missing" + (missing.isEmpty ? "" : ", which keep their initial values"))
    lines += listed(missing)
    lines.append("\(leftOver.count) left over")
    lines += listed(leftOver.map { "\($0.name) \($0.type): \($0.reason)" })
    if counters > 0 { lines.append("\(counters) counters of training steps, not needed") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Graph {
  /// Puts the tensors of `weights` in place of the parameters and running statistics that they are named after, by
  /// timm's, torchvision's or our own names (see ``StateDictNames``).
  ///
  /// Costs as `parameters()`, and O(n log n) in the tensors, which are shared; those that are converted or adapted are copied:
  /// O(elements) of them.
  ///
  /// Other floating-point types are converted to float32. The first convolution may have another number of input
  /// channels than the file's, which `stem` adapts. Anything else of another shape is left as it was.
  /// - Throws: `ZooError` if not a single tensor of the backbone fits.
  public mutating func takeWeights(_ weights: WeightsFile, stem: StemAdaptation = .spread) throws(ZooError)
    -> WeightImport
  {
    let parameters = parameters().filter { $0.role != .constant }
    let known = Dictionary(parameters.map { ($0.name, $0) }) { first, _ in first }
    let stemName = nodes.first { $0.op == "Conv" && $0.part == .backbone }.flatMap { node in
      node.inputs.count > 1 ? node.inputs[1] : nil
    }
    let weights = try weights.unwrapped { known[$0] != nil }
    var report = WeightImport()
    report.notes = weights.notes
    var taken: Set<String> = []
    for (fileName, tensor) in weights.tensors.sorted(by: { $0.key < $1.key }) {
      if StateDictNames.isCounter(fileName) {
        report.counters += 1
        continue
      }
      func leave(_ reason: String) {
        report.leftOver.append(.init(name: fileName, type: "\(tensor.type)", reason: reason))
      }
      let name = StateDictNames.parameter(fileName)
      guard let parameter = known[name] else {
        leave("the model has no '\(name)'")
        continue
      }
      guard tensor.elementType.isFloatingPoint, !taken.contains(name) else {
        leave(taken.contains(name) ? "'\(name)' was taken from another tensor" : "not floating-point")
        continue
      }
      var changes: [String] = []
      if tensor.elementType != .float32 { changes.append("converted from \(tensor.elementType)") }
      var value = try tensor.converted(to: .float32)
      if value.shape != parameter.type.shape, name == stemName,
        Self.differsInChannelsAlone(value.shape, parameter.type.shape)
      {
        changes.append("\(value.shape[1]) to \(parameter.type.shape[1]) channels: \(stem.summary)")
        value = try stem.adapted(value, to: parameter.type.shape[1])
      }
      if Self.differsInForm(value.shape, parameter.type.shape) {
        changes.append("\(value.shape) taken as \(parameter.type.shape)")
        value = try value.reshaped(parameter.type.shape)
      }
      if name.hasSuffix("pos_embed"), value.shape != parameter.type.shape, value.shape.count == 3,
        value.shape.last == parameter.type.shape.last,
        let resampled = try PositionEmbedding.resampled(value, tokens: parameter.type.shape[1])
      {
        changes.append("\(value.shape[1]) to \(parameter.type.shape[1]) positions: bicubic interpolation")
        value = resampled
      }
      guard value.type == parameter.type else {
        report.misshapen.append(name)
        leave("'\(name)' is \(parameter.type)")
        continue
      }
      initializers[name] = value
      taken.insert(name)
      if changes.isEmpty {
        report.matched.append(name)
      } else {
        report.adapted.append(.init(name: name, how: changes.joined(separator: ", ")))
      }
    }
    report.missing = parameters.map(\.name).filter { !taken.contains($0) }
    guard taken.contains(where: { $0.hasPrefix("backbone.") }) else {
      throw ZooError(
        .badInput,
        problem: "no tensor fits the backbone: " + report.text.split(separator: "\n").joined(separator: "; "),
        expected: "a state dict with timm's or torchvision's names", remedy: "Check which model the weights belong to")
    }
    return report
  }

  /// Whether one is a fully connected layer and the other the convolution that computes the same.
  private static func differsInForm(_ a: [Int], _ b: [Int]) -> Bool {
    [a.count, b.count].sorted() == [2, 4] && a[0] == b[0] && a.reduce(1, *) == b.reduce(1, *)
  }

  private static func differsInChannelsAlone(_ a: [Int], _ b: [Int]) -> Bool {
    a.count == b.count && a.count >= 2 && a[0] == b[0] && a[2...] == b[2...] && a[1] > 0 && b[1] > 0
  }
}

extension Graph {
  /// The parameters and running statistics by their names here, for a file of weights alone. Costs as `parameters()`:
  /// tensors are shared, not copied.
  public var weights: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for parameter in parameters() where parameter.role != .constant {
      result[parameter.name] = initializers[parameter.name]
    }
    return result
  }
}
