import Foundation
import Testing

@testable import ZooWorkbench

@Suite("Grafting")
struct GraftTests {
  private static func trained(_ body: (_ folder: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for seed in 1...2 {
      try call([
        "train", "quickstart", "data.simulation.experiments=3", "data.simulation.cellsPerClass=6", "data.height=32",
        "data.width=32", "train.epochs=1", "train.batch=8", "model.backbone={name: 'resnet10_tiny', width: 4}",
        "seed=\(seed)", "--run-dir", "\(folder)/run\(seed)",
      ])
    }
    try body(folder)
  }

  @discardableResult
  private static func call(_ words: [String], status: Int32 = 0) throws -> Transcript {
    let done = Transcript(words)
    try #require(done.status == status, "\(words.joined(separator: " ")): \(done.messages)")
    return done
  }

  private static func bytes(_ model: Model, _ name: String) -> [UInt8]? {
    model.graph.initializers[name].map { $0.withUnsafeBytes { Array($0) } }
  }

  @Test("keeps the weights that fit, says which start anew, and gives a model that verifies and trains on")
  func head() throws {
    try Self.trained { folder in
      let told = try Self.call(
        ["graft", "\(folder)/run1", "--head", "{name: 'mlp', hidden: 5}", "-o", "\(folder)/mlp.zoo"]
      ).output
      #expect(
        told.contains("0 initialized, 0 dropped") && told.contains("head mlp: 1 weight kept, 3 initialized"), "\(told)")
      #expect(told.contains("head.fc1.weight"), "\(told)")
      let (old, new) = (try Model.load("\(folder)/run1"), try Model.load("\(folder)/mlp.zoo"))
      let backbone = old.graph.parameters().filter { $0.part == .backbone && $0.role != .constant }
      #expect(backbone.count > 20)
      for parameter in backbone {
        #expect(Self.bytes(old, parameter.name) == Self.bytes(new, parameter.name), "\(parameter.name)")
      }
      #expect(Self.bytes(old, "input.mean") == Self.bytes(new, "input.mean"))
      #expect(new.card.metrics.isEmpty && new.card.channels == old.card.channels)
      try Self.call(["verify", "\(folder)/mlp.zoo"])
      try Self.call([
        "train", "quickstart", "data.simulation.experiments=3", "data.simulation.cellsPerClass=6", "data.height=32",
        "data.width=32", "train.epochs=1", "train.batch=8", "model.backbone={name: 'resnet10_tiny', width: 4}",
        "model.head={name: 'mlp', hidden: 5}", "--run-dir", "\(folder)/on",
        "train.init={backbone: '\(folder)/mlp.zoo', head: '\(folder)/mlp.zoo'}",
      ])
    }
  }

  @Test("takes the backbone of another model with its weights, and other classes")
  func backbone() throws {
    try Self.trained { folder in
      try Self.call(["graft", "\(folder)/run1", "--backbone", "\(folder)/run2", "-o", "\(folder)/ab.zoo"])
      let second = try Model.load("\(folder)/run2")
      let new = try Model.load("\(folder)/ab.zoo")
      let sizes = { (model: Model, part: Part) in
        model.graph.parameters().filter { $0.part == part && $0.role != .constant }
          .compactMap { Self.bytes(model, $0.name) }.map { SHA256.digest($0) }.sorted {
            $0.lexicographicallyPrecedes($1)
          }
      }
      #expect(sizes(new, .backbone) == sizes(second, .backbone))
      #expect(sizes(new, .head) == sizes(try Model.load("\(folder)/run1"), .head))
      let told = try Self.call(
        ["graft", "\(folder)/run1", "--classes", "living,dead", "-o", "\(folder)/two.zoo"]
      ).output
      #expect(told.contains("head linear: 0 weights kept, 2 initialized"), "\(told)")
      #expect(try Model.load("\(folder)/two.zoo").card.classes == ["living", "dead"])
    }
  }

  @Test("makes a classifier dense: of a crop it says the same")
  func dense() throws {
    try Self.trained { folder in
      let told = try Self.call(["graft", "\(folder)/run1", "--head", "dense", "-o", "\(folder)/dense.zoo"]).output
      #expect(told.contains("head dense: 2 weights kept, 0 initialized, 0 dropped"), "\(told)")
      let (old, new) = (try Model.load("\(folder)/run1"), try Model.load("\(folder)/dense.zoo"))
      let input = try #require(old.selfTest?.inputs["image"])
      let wanted: [Float] = try #require(old.selfTest?.outputs["probabilities"]?.values())
      let said: [Float] = try #require(
        try LoadedModel(new, threads: 1).run(["image": input])["probabilities"]?.values())
      for (a, b) in zip(said, wanted) { #expect(abs(a - b) < 1e-5, "\(a), \(b)") }
      #expect(said.count == wanted.count)
    }
  }

  @Test("refuses what can't be, and writes nothing")
  func refusals() throws {
    try Self.trained { folder in
      let output = "\(folder)/no.zoo"
      for (words, status, message) in [
        (["--head", "mlpp"], 65, "Did you mean 'mlp'?"), (["--head", "{name: 'mlp', hiden: 3}"], 65, "hiden"),
        ([], 64, "nothing is to be exchanged"), (["--backbone", "\(folder)/run1/spec.json"], 65, "is not known"),
        (["--classes", "a,a"], 65, "names a class twice"),
      ] as [([String], Int32, String)] {
        let told = try Self.call(["graft", "\(folder)/run1"] + words + ["-o", output], status: status)
        #expect(told.messages.contains(message), "\(words): \(told.messages)")
        #expect(FileKind(output) == .nothing)
      }
    }
  }
}
