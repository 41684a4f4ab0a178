import Foundation
import Testing
import ZooData
import ZooWorkbench

@Suite("Reading specs")
struct SpecReaderTests {
  private let reader = SpecReader()

  private func spec(_ text: String, _ overrides: String...) throws -> Spec {
    try reader.readOne(text: text, file: "my.json5", overrides: overrides)
  }

  @Test("an empty spec has every default, and the name of its file")
  func defaults() throws {
    var expected = Spec()
    expected.name = "my"
    #expect(try spec("{}") == expected)
  }

  @Test("the canonical form reads back to the same spec and the same bytes")
  func roundTrip() throws {
    let first = try spec(
      """
      {seed: 7, data: {channels: ['PI', 'BF'], classes: ['a', 'b'], relabel: {c: 'b'}},
       model: {head: {name: 'mlp'}}, train: {learningRates: {backbone: 0.1}, init: {head: 'x.zoo'}, optimizer: {learningRate: 0.1}}}
      """)
    let second = try reader.readOne(text: first.canonicalText, file: "resolved.json")
    #expect(second == first)
    #expect(second.canonicalText == first.canonicalText)
  }

  /// Each was looked for among all that were read before: 20,000 took over 20 seconds.
  @Test("10,000 renamed classes and 20,000 unknown keys are read in one pass, and the first hundred are told")
  func manyKeys() throws {
    let renamed = (0..<10_000).map { "c\($0): 'a'" }.joined(separator: ", ")
    #expect(try spec("{data: {classes: ['a', 'b'], relabel: {\(renamed)}}}").data.relabel.count == 10_000)
    let unknown = (0..<20_000).map { "key\($0): 1" }.joined(separator: ", ")
    let problems = #expect(throws: SpecProblems.self) { try spec("{\(unknown)}") }
    #expect(problems?.problems.count == 101)
    #expect(problems?.problems.last?.description.contains("more may be wrong than these 100") == true)
    let runs = try reader.read(
      text: "{data: {relabel: {\(renamed)}}, sweep: {seed: [\((1...1000).map(String.init).joined(separator: ","))]}}",
      file: "my.json5")
    #expect(runs.count == 1000)
  }

  @Test("a sweep of 10,000 runs is read in seconds, and a larger one refused at once")
  func manyRuns() throws {
    let start = ContinuousClock.now
    for (count, isTaken) in [(10_000, true), (10_001, false), (190_000, false)] {
      let seeds = (1...count).map(String.init).joined(separator: ",")
      let runs = Result { try reader.read(text: "{sweep: {seed: [\(seeds)]}}", file: "my.json5") }
      #expect((try? runs.get())?.count == (isTaken ? count : nil))
      guard case .failure(let error) = runs else { continue }
      #expect("\(error)".contains("asks for more than 10000 runs"), "\(error)")
    }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test("one word on the command line swaps a part and drops the old one's settings")
  func swap() throws {
    let text = "{model: {backbone: {name: 'resnet18'}, head: {name: 'mlp', hidden: 12}}}"
    #expect(try spec(text, "model.backbone=resnet50").model.backbone == PartSpec("resnet50"))
    #expect(try spec(text, "model.head=linear").model.head == PartSpec("linear"))
    #expect(try spec(text, "model.head.hidden=3").model.head == PartSpec("mlp", settings: ["hidden": .number(3)]))
  }

  @Test("overrides are JSON5, and words need no quotes")
  func overrides() throws {
    let changed = try spec(
      "{}", "data.channels=[BF, PI,'CE']", "train.epochs=0x10", "name=run-1", "data.split.by=[plate,well]",
      "train.init={backbone: a/b.zoo}", "summary=two words", "train.optimizer={name: sgd, nesterov: true}",
      "train.epochs=5")
    #expect(changed.data.channels == ["BF", "PI", "CE"])
    #expect(changed.train.epochs == 5)
    #expect(changed.name == "run-1")
    #expect(changed.data.split.by == ["plate", "well"])
    #expect(changed.train.`init` == ["backbone": "a/b.zoo"])
    #expect(changed.summary == "two words")
    #expect(changed.train.optimizer.name == .sgd && changed.train.optimizer.nesterov)
    #expect(try spec("{}", "name=2024").name == "2024")
  }

  @Test("a sweep makes the product, the last key fastest, and a list of objects one run each")
  func sweep() throws {
    let runs = try reader.read(
      text: "{sweep: {'model.backbone': ['resnet18', 'resnet34'], seed: [1, 2, 3]}}", file: "my.json5")
    #expect(runs.map(\.label).prefix(2) == ["backbone=resnet18,seed=1", "backbone=resnet18,seed=2"])
    #expect(runs.count == 6)
    #expect(runs.last?.spec.model.backbone.name == "resnet34")
    #expect(runs.last?.spec.seed == 3)
    let listed = try reader.read(
      text: "{}", file: "my.json5", overrides: ["sweep=[{seed: 1, 'train.epochs': 2}, {seed: 5}]"])
    #expect(listed.map(\.spec.seed) == [1, 5])
    #expect(listed.map(\.spec.train.epochs) == [2, Spec().train.epochs])
    #expect(throws: ZooError.self) { try spec("{sweep: {seed: [1, 2]}}") }
    #expect(try spec("{sweep: {seed: [1, 2]}}", "sweep=null").seed == 1)
  }

  @Test("seeds and folds multiply a sweep, factors have named levels, published figures find their models")
  func suite() throws {
    let runs = try reader.read(
      text: """
        {
          sweep: {
            backbone: {"ResNet-18": {}, "ResNet-34": {"model.backbone": "resnet34", "train.batch": 8}},
            "data.channels": [["BF"], ["BF", "PI"]],
          },
          seeds: 2, folds: 3,
          published: [{backbone: "ResNet-34", channels: "BF+PI", accuracy: 0.9}],
        }
        """, file: "my.json5")
    #expect(runs.count == 2 * 2 * 2 * 3)
    #expect(runs.first?.label == "backbone=ResNet-18,channels=BF,seed=1,fold=1")
    let last = try #require(runs.last)
    #expect(
      last.label == "backbone=ResNet-34,channels=BF+PI,seed=2,fold=3"
        && last.model == "backbone=ResNet-34,channels=BF+PI")
    #expect(last.spec.seed == 2 && last.spec.data.split.fold == 3 && last.spec.data.split.folds == 3)
    #expect(last.spec.train.batch == 8 && last.published == ["accuracy": 0.9])
    #expect(runs.count { !$0.published.isEmpty } == 6)
    // What the label says can be said on the command line.
    let alone = try reader.readOne(text: "{}", file: "my.json5", overrides: last.overrides)
    #expect(alone == last.spec)
    #expect(try reader.read(text: "{seeds: [5, 9]}", file: "a.json5").map(\.label) == ["seed=5", "seed=9"])
    let listed = try reader.read(text: "{sweep: [{name: 'small', 'train.batch': 4}, {name: 'large'}]}", file: "a.json5")
    #expect(listed.map(\.label) == ["small", "large"])
    for text in [
      "{seeds: 0}", "{seeds: [1, 1]}", "{seeds: 'x'}", "{folds: 1}", "{folds: 'k'}", "{folds: leave}",
      "{sweep: {a: {b: 3}}}", "{published: 3}", "{published: [{accuracy: 95}]}",
    ] {
      #expect(throws: (any Error).self, "\(text)") { try reader.read(text: text, file: "a.json5") }
    }
  }

  @Test("null takes a factor, a level and a key out of a sweep")
  func sweepWithoutLevels() throws {
    let text = "{sweep: {backbone: {a: {'model.backbone': 'resnet18'}, b: {}, c: {summary: 'c'}}, seed: [1, 2]}}"
    func labels(_ overrides: String...) throws -> [String] {
      try reader.read(text: text, file: "my.json5", overrides: overrides).map(\.label)
    }
    #expect(try labels("sweep.seed=null") == ["backbone=a", "backbone=b", "backbone=c"])
    #expect(try labels("sweep.backbone.b=null", "sweep.seed=null") == ["backbone=a", "backbone=c"])
    #expect(try labels("sweep.backbone=null") == ["seed=1", "seed=2"])
    #expect(try labels("sweep={backbone: null, seed: null}") == [""])
    // A value of null is the key's default, not an absence.
    let ranges = try reader.read(text: "{sweep: {'data.range': [null, [0, 255]]}}", file: "a.json5")
    #expect(ranges.map(\.spec.data.range) == [nil, [0, 255]])
    let error = #expect(throws: ZooError.self) {
      try labels("sweep.backbone.a=null", "sweep.backbone.b=null", "sweep.backbone.c=null")
    }
    #expect(error?.description.contains("sweep.backbone") == true, "\(error?.description ?? "")")
  }

  @Test("a spec extends a name of the catalogue and a path relative to itself; null takes a value back")
  func extends() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("inner"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws -> String {
      let file = folder.appendingPathComponent(name)
      try Data(text.utf8).write(to: file)
      return file.path
    }
    _ = try write(
      "base.json5", "{summary: 's', seed: 9, train: {epochs: 3, batch: 4}, data: {relabel: {a: 'b', c: 'd'}}}")
    let middle = try write(
      "inner/middle.json5", "{extends: '../base.json5', train: {batch: 8}, data: {relabel: {a: null}}}")
    let top = try write("top.json5", "{extends: 'inner/middle.json5', seed: null}")
    let spec = try reader.readOne(top)
    #expect(spec.name == "top" && spec.summary.isEmpty)
    #expect(spec.seed == 1 && spec.train.epochs == 3 && spec.train.batch == 8)
    #expect(spec.data.relabel == ["c": "d"])
    #expect(try reader.readOne(middle).seed == 9)

    let circle = try write("base.json5", "{extends: 'top.json5'}")
    let error = #expect(throws: ZooError.self) { try reader.readOne(circle) }
    #expect(error?.problem.contains("extend each other in a circle") == true)

    _ = try write("base.json5", "{train: {epochs: 0}}")
    let problems = #expect(throws: SpecProblems.self) { try reader.readOne(top) }
    let message = problems?.description ?? ""
    #expect(message.contains("base.json5:1:18: train.epochs: 0 isn't allowed"), "\(message)")
    #expect(message.contains("middle.json5 extends "), "\(message)")
  }

  @Test("data.root switches the source to what the folder holds")
  func source() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try spec("{}").data.source == .auto, "nobody asked for simulated cells")
    #expect(try spec("{data: {simulation: {seed: 2}}}").data.source == .simulated)
    #expect(try spec("{}", "data.manifest=x/cells.csv").data.source == .csv)
    for key in ["data.manifest=cells.csv", "data.columns.label=fate", "data.split.column=split"] {
      let problems = #expect(throws: SpecProblems.self) { try spec("{data: {source: 'simulated'}}", key) }
      #expect(problems?.description.contains("says nothing of simulated cells") == true, "\(key)")
    }
    #expect(try spec("{}", "data.root=\(folder.path)").data.source == .folder)
    try Data().write(to: folder.appendingPathComponent("manifest.csv"))
    #expect(try spec("{}", "data.root=\(folder.path)").data.source == .csv)
    #expect(throws: SpecProblems.self) { try spec("{data: {source: 'simulated'}}", "data.root=\(folder.path)") }
  }

  @Test("files that are no spec are refused by name")
  func files() throws {
    let missing = #expect(throws: ZooError.self) { try reader.readOne("./absent.json5") }
    #expect(missing?.kind == .badInput && missing?.description == "./absent.json5: doesn't exist.")
    let device = #expect(throws: ZooError.self) { try reader.readOne("/dev/zero") }
    #expect(device?.description == "/dev/zero: isn't a regular file.")
    let unknown = #expect(throws: ZooError.self) { try reader.readOne("quickstrat") }
    #expect(unknown?.kind == .usage && unknown?.remedy == "Did you mean 'quickstart'?")
  }
}
