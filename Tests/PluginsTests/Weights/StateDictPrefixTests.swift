import Testing
import ZooPlugins

/// State dicts that were saved from inside something else.
@Suite struct StateDictPrefixTests {
  private func model() throws -> Model {
    try Registry.standard.assemble(
      ModelDescription(
        name: "test", channels: ["a", "b", "c"], classes: ["x", "y"], height: 32, width: 32,
        backbone: PartSpec("resnet10_tiny", settings: ["width": .number(4)]), head: PartSpec("linear")))
  }

  /// The weights by timm's names, every element 0.5.
  private func weights(_ prefix: String, value: Float = 0.5) throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, tensor) in try model().graph.weights {
      let own = name.replacing("backbone.", with: "").replacing("head.fc", with: "fc")
      result[prefix + own] = try Tensor(
        shape: tensor.shape, [Float](repeating: value, count: tensor.elementCount))
    }
    return result
  }

  @Test(arguments: [
    "", "module.", "model.", "_orig_mod.", "net.", "module.model.", "model._orig_mod.module.", "student.backbone.",
  ])
  func whatStandsBeforeAllNamesIsTakenOff(_ prefix: String) throws {
    var model = try model()
    let report = try model.graph.takeWeights(WeightsFile(tensors: weights(prefix)))
    #expect(report.missing.isEmpty && report.leftOver.isEmpty, "\(report.text)")
    #expect(report.notes.isEmpty == prefix.isEmpty)
    #expect(model.graph.initializers["head.fc.bias"]?.values(as: Float.self) == [0.5, 0.5])
  }

  @Test func aRunningAverageIsPassedOverByName() throws {
    for average in ["model_ema.", "ema.", "model_ema.module."] {
      var model = try model()
      let both = try weights("model.").merging(weights(average, value: 9)) { first, _ in first }
      let report = try model.graph.takeWeights(WeightsFile(tensors: both))
      #expect(model.graph.initializers["head.fc.bias"]?.values(as: Float.self) == [0.5, 0.5])
      #expect(report.notes.contains { $0.contains(average) }, "\(report.text)")
      var alone = try self.model()
      _ = try alone.graph.takeWeights(WeightsFile(tensors: weights(average, value: 9)))
      #expect(alone.graph.initializers["head.fc.bias"]?.values(as: Float.self) == [9, 9])
    }
  }

  @Test func twoModelsInOneFileAreRefused() throws {
    var model = try model()
    let both = try weights("encoder_q.").merging(weights("encoder_k.", value: 9)) { first, _ in first }
    let error = #expect(throws: ZooError.self) { try model.graph.takeWeights(WeightsFile(tensors: both)) }
    #expect(error?.problem.contains("'encoder_k.', 'encoder_q.'") == true, "\(String(describing: error))")
  }
}
