import Foundation
import Testing
import ZooWorkbench

/// What `zoo verify` finds in files that only look whole.
@Suite struct VerificationTests {
  private func verified(_ bytes: [UInt8]) throws -> ModelVerification {
    let path = NSTemporaryDirectory() + "zoo-verify-\(UUID().uuidString).zoo"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return ModelVerification(path: path, threads: 1)
  }

  private func model(absolute: Float = 1e-4, relative: Float = 1e-3, expected: [Float] = [2, 4]) throws -> Model {
    var graph = Graph(
      name: "twice", nodes: [Node(name: "add", op: "Add", inputs: ["x", "w"], outputs: ["y"])],
      inputs: [ValueInfo("x", .float32, [.fixed(2)])], outputs: [ValueInfo("y", .float32, [.fixed(2)])])
    graph.initializers["w"] = try Tensor(shape: [2], [Float(1), 2])
    var model = Model(opsets: ["": 21], graph: graph)
    model.selfTest = SelfTest(
      inputs: ["x": try Tensor(shape: [2], [Float(1), 2])], outputs: ["y": try Tensor(shape: [2], expected)],
      absoluteTolerance: absolute, relativeTolerance: relative)
    return model
  }

  private func outcome(_ verification: ModelVerification, _ name: String) -> ModelVerification.Check.Outcome? {
    verification.checks.first { $0.name == name }?.outcome
  }

  @Test func aWholeFilePasses() throws {
    let found = try verified(model().serialized())
    #expect(found.isPassed, "\(found.text)")
  }

  @Test(arguments: [
    (Float.infinity, Float(0)), (1e30, 0), (0, .infinity), (0, 1), (.nan, 0), (0, .nan), (-1, 0), (5, 0),
  ])
  func aSelfTestThatAllowsAnythingFails(absolute: Float, relative: Float) throws {
    // The expected values are wrong, and the tolerance would hide it.
    let found = try verified(model(absolute: absolute, relative: relative, expected: [0, 4]).serialized())
    #expect(outcome(found, "self-test") == .failed, "\(found.text)")
  }

  @Test func paddingThatHidesSomethingIsFound() throws {
    var bytes = try model().serialized()
    let place = try #require(
      bytes.indices.last { index in
        guard bytes[index] == 0x32, index + 1 < bytes.count, bytes[index + 1] > 0 else { return false }
        let end = index + 2 + Int(bytes[index + 1])
        return end < bytes.count && bytes[end] == 0x3a && bytes[(index + 2)..<end].allSatisfy { $0 == 0 }
      })
    bytes[place + 2] = 1
    let found = try verified(bytes)
    #expect(!found.isPassed && found.text.contains("padding"), "\(found.text)")
  }

  @Test func bytesThatNoDigestCoversAreFound() throws {
    let found = try verified(model().serialized() + [0x78, 0x01])
    #expect(!found.isPassed, "\(found.text)")
  }
}
