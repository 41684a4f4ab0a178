import ZooData
import ZooPlugins

extension DenseTargets {
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
    self.init(
      centresY: (0..<map[2]).map { field.centre(Double($0), axis: 0) },
      centresX: (0..<map[3]).map { field.centre(Double($0), axis: 1) }, step: (field.stride[0], field.stride[1]),
      background: background, source, points, dataset, spec.data)
  }
}
