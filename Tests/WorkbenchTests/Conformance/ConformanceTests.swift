import Foundation
import Testing
import ZooData
import ZooWorkbench

@Suite struct ConformanceTests {
  /// Cases copied by `Fixtures/conformance/make.py`.
  private static let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/conformance").path ?? ""
  private static let suite: [ConformanceCase] = (try? ConformanceSuite(folder))?.cases ?? []

  @Test func theCasesAreThere() { #expect(Self.suite.count >= 60) }

  @Test(arguments: suite) func committedCasesPass(_ item: ConformanceCase) {
    let row = item.run()
    #expect(row.status == .passed, "\(item.name): \(row.reason)")
    #expect(!row.operators.isEmpty)
  }

  /// Cut and damaged models and tensors are refused or give other numbers, and never more than that.
  @Test(arguments: ["loop11", "gather_elements_1", "slice_neg_steps", "lstm_with_peepholes"])
  func damagedCasesEndTheRunOfNothing(_ name: String) throws {
    try ImageFixtures.withFolder { scratch in
      let path = scratch + "/" + name
      try FileManager.default.copyItem(atPath: Self.folder + "/" + name, toPath: path)
      let model = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + "/model.onnx")))
      var random = KeyedRandom(seed: 7, UInt64(model.count))
      var refused = 0
      for round in 0..<200 {
        var damaged = model
        if round % 4 == 0 { damaged.removeLast(random.below(damaged.count)) }
        if !damaged.isEmpty { damaged[random.below(damaged.count)] = UInt8(random.below(256)) }
        try Data(damaged).write(to: URL(fileURLWithPath: path + "/model.onnx"))
        let row = ConformanceCase(name: name, path: path).run()
        #expect(row.name == name && (row.status == .passed) == row.reason.isEmpty, "\(row)")
        if row.status == .unsupported { refused += 1 }
      }
      #expect(refused > 50 && refused < 200, "\(refused) of 200 are refused")
    }
  }

  @Test func outputsAreComparedAsNumPyDoes() throws {
    let tolerance = ConformanceTolerance.standard
    func difference(_ a: [Float], _ e: [Float]) throws -> String? {
      try tolerance.difference(Tensor(shape: [a.count], a), Tensor(shape: [e.count], e))
    }
    #expect(try difference([1, .nan, .infinity, 0], [1.0009, .nan, .infinity, 1e-7]) == nil)
    #expect(try difference([1], [1.5]) == "has 1.0 at 0, expected 1.5")
    #expect(try difference([.infinity], [-.infinity]) != nil)
    #expect(try difference([0], [.nan]) != nil)
    #expect(try difference([1], [1, 1]) == "is float32[1], expected float32[2]")
    #expect(try tolerance.difference(Tensor(Int64(4)), Tensor(Int64(5))) == "has 4 at 0, expected 5")
  }

  @Test func aProcessThatEndsOrHangsFailsOneCase() throws {
    let suite = try ConformanceSuite(Self.folder + "/abs")
    let shell = URL(fileURLWithPath: "/bin/sh")
    func reason(_ script: String, seconds: Double) throws -> String {
      let result = try suite.runIsolated(executable: shell, arguments: ["-c", script], workers: 1, seconds: seconds)
      #expect(result.failed == 1)
      return result.cases[0].reason
    }
    #expect(try reason("read line; kill -9 $$", seconds: 20) == "the process was ended by signal 9")
    #expect(try reason("read line; exit 3", seconds: 20) == "the process ended with status 3")
    #expect(try reason("exec sleep 60", seconds: 1) == "took more than 1 seconds")
  }

  @Test func aFolderWithoutCasesIsRefused() throws {
    try ImageFixtures.withFolder { folder in
      #expect(throws: ZooError.self) { try ConformanceSuite(folder) }
      #expect(throws: ZooError.self) { try ConformanceSuite(folder + "/none") }
    }
  }
}
