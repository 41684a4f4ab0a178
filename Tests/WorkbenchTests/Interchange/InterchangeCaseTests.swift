import Foundation
import Testing
import ZooWorkbench

/// Files as other tools write them, see Fixtures/interchange/make.py: operators of ONNX Runtime's own domain, versions before 7,
/// sparse and overridden initializers, nodes out of order, an operator set imported twice.
@Suite struct InterchangeCaseTests {
  private static let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/interchange").path ?? ""
  private static let suite: [ConformanceCase] = ((try? ConformanceSuite(folder))?.cases ?? []).filter {
    !$0.name.hasPrefix("rounded/")
  }

  @Test func theCasesAreThere() { #expect(Self.suite.count >= 80) }

  /// ONNX Runtime rounds what its LSTM's weights are multiplied by as well: outputs differ by that.
  @Test func aLayerOfRoundedWeightsComputesOnWhatTheyStandFor() throws {
    let folder = Self.folder + "/rounded/dynamic_quantize_lstm"
    let model = try Model.read(from: folder + "/model.onnx")
    let x = try ONNX.readTensor(path: folder + "/test_data_set_0/input_0.pb")
    let outputs = try LoadedModel(model, threads: 1).run(["x": x])
    for (index, name) in ["y", "h", "c"].enumerated() {
      let expected = try ONNX.readTensor(path: folder + "/test_data_set_0/output_\(index).pb")
      let values: [Float] = try #require(outputs[name]?.values())
      #expect(outputs[name]?.type == expected.type)
      let wanted: [Float] = try #require(expected.values())
      for (a, e) in zip(values, wanted) { #expect(abs(a - e) < 0.01) }
    }
  }

  @Test(arguments: suite) func eachComputesWhatItsToolDoes(_ item: ConformanceCase) {
    let row = item.run()
    #expect(row.status == .passed, "\(item.name): \(row.reason)")
  }

  /// Written as `.zoo` and as ONNX and read again, each computes the same.
  @Test(arguments: suite) func eachSurvivesBothFormats(_ item: ConformanceCase) throws {
    try ImageFixtures.withFolder { scratch in
      let model = try Model.read(from: "\(Self.folder)/\(item.name)/model.onnx")
      #expect(model.opsets["com.microsoft"] == nil && !model.graph.nodes.contains { $0.domain == "com.microsoft" })
      try model.write(to: scratch + "/model.zoo")
      let copy = scratch + "/copy"
      try FileManager.default.copyItem(atPath: "\(Self.folder)/\(item.name)", toPath: copy)
      try FileManager.default.removeItem(atPath: copy + "/model.onnx")
      try ONNX.write(Model.read(from: scratch + "/model.zoo"), to: copy + "/model.onnx")
      let row = ConformanceCase(name: item.name, path: copy).run()
      #expect(row.status == .passed, "\(row.reason)")
    }
  }
}
