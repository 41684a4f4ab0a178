import ZooPlugins

extension ModelSpec.TestTimeAugmentation {
  /// A view of an image: transposed first, then mirrored.
  struct View: Sendable, Hashable {
    var isTransposed: Bool
    /// Axes of [N, C, H, W] that are turned around.
    var flipped: [Int]
  }

  /// The first is the image itself.
  var views: [View] {
    let flips = [[], [3], [2], [2, 3]]
    return switch self {
    case .none: [View(isTransposed: false, flipped: [])]
    case .flips: flips.map { View(isTransposed: false, flipped: $0) }
    case .flipsAndTurns: [false, true].flatMap { turned in flips.map { View(isTransposed: turned, flipped: $0) } }
    }
  }
}

extension Model {
  /// The model that predicts on several views of each image and averages their probabilities, all in its graph.
  ///
  /// The views lie one behind the other in the batch between the normalisation and the logits, so that they are executed as
  /// one batch; each sample's prediction still has the same bits alone and in any batch.
  /// - Throws: ``ZooError`` if the parts aren't told apart in the graph.
  func augmentedAtTestTime(_ augmentation: ModelSpec.TestTimeAugmentation) throws -> Model {
    let views = augmentation.views
    guard views.count > 1 else { return self }
    var graph = self.graph
    let image = try graph.imageOfBackbone()
    // Everything behind the image sees all views; what they give gets names of its own up to the logits.
    var (before, behind): ([Node], [Node]) = ([], [])
    for node in graph.nodes where node.part != .output {
      if node.part == .input { before.append(node) } else { behind.append(node) }
    }
    let (stack, logits) = ("input.views", "views.logits")
    behind = behind.map { node in
      var node = node
      node.inputs = node.inputs.map { $0 == image ? stack : $0 }
      node.outputs = node.outputs.map { $0 == Registry.Border.head ? logits : $0 }
      return node
    }
    let viewNodes = try Self.nodes(of: views, image: image, stack: stack, &graph)
    let stacked = "output.views"
    graph.initializers["output.views_shape"] = try Tensor(
      shape: [3], [Int64(views.count), -1, Int64(card.classes.count)])
    let reshape = AveragedOutput.node("Reshape", [logits, "output.views_shape"], stacked)
    let output = try AveragedOutput.nodes(of: stacked, count: views.count, &graph)
    graph.nodes = before + viewNodes + behind + [reshape] + output
    graph.valueInfos = graph.valueInfos.map { info in
      guard info.name != image, var dimensions = info.dimensions, !dimensions.isEmpty else { return info }
      dimensions[0] = .unknown
      return ValueInfo(info.name, info.elementType, dimensions)
    }
    var model = self
    model.graph = graph
    model.card.notes["test-time augmentation"] = "\(augmentation.rawValue): \(views.count) views of each image"
    return model
  }

  private static func nodes(
    of views: [ModelSpec.TestTimeAugmentation.View], image: String, stack: String, _ graph: inout Graph
  ) throws -> [Node] {
    var nodes: [Node] = []
    var names: [String] = []
    for (place, view) in views.enumerated() {
      var value = image
      if view.isTransposed {
        let turned = "input.view\(place).turned"
        nodes.append(
          AveragedOutput.node("Transpose", [value], turned, ["perm": .ints([0, 1, 3, 2])], part: .input))
        value = turned
      }
      if !view.flipped.isEmpty {
        let name = "input.view\(place)"
        func constant(_ kind: String, _ number: Int64) throws -> String {
          let values = [Int64](repeating: number, count: view.flipped.count)
          graph.initializers["\(name).\(kind)"] = try Tensor(shape: [values.count], values)
          return "\(name).\(kind)"
        }
        graph.initializers["\(name).axes"] = try Tensor(shape: [view.flipped.count], view.flipped.map(Int64.init))
        let inputs = [
          value, try constant("starts", -1), try constant("ends", .min + 1), "\(name).axes", try constant("steps", -1),
        ]
        nodes.append(AveragedOutput.node("Slice", inputs, name, part: .input))
        value = name
      }
      names.append(value)
    }
    return nodes + [AveragedOutput.node("Concat", names, stack, ["axis": .int(0)], part: .input)]
  }
}

extension Graph {
  /// The value, made by the input or given, that the backbone reads.
  fileprivate func imageOfBackbone() throws(ZooError) -> String {
    let given = Set(inputs.map(\.name)).union(nodes.filter { $0.part == .input }.flatMap(\.outputs))
    let read = Set(nodes.filter { $0.part == .backbone }.flatMap(\.inputs)).intersection(given)
      .subtracting(initializers.keys)
    guard let image = read.first, read.count == 1, outputs.contains(where: { $0.name == Registry.Border.head }) else {
      throw ZooError(
        .badInput, path: "model.testTimeAugmentation", problem: "the backbone reads \(read.count) images",
        expected: "one image, and logits as an output")
    }
    return image
  }
}
