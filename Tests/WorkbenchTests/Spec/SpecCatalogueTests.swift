import Foundation
import Testing
import ZooData
import ZooWorkbench

@Suite("The catalogue")
struct SpecCatalogueTests {
  private let names = SpecCatalogue.standard.names

  @Test("has every file of Zoo/Specs, and nothing else")
  func files() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Zoo/Specs").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json5") }
    let stems = files.map { String($0.dropLast(6)) }.sorted()
    #expect(stems == names)
  }

  @Test("each spec resolves without a problem, says what it is, and its canonical form reads back")
  func resolve() throws {
    for name in names {
      let runs = try SpecReader().read(name)
      for run in runs {
        #expect(run.spec.name == name)
        #expect(!run.spec.summary.isEmpty, "\(name)")
        #expect(try SpecReader().readOne(text: run.spec.canonicalText, file: "a.json5") == run.spec)
      }
    }
  }

  @Test("has the whole grid, and each name says what its spec does")
  func grid() throws {
    for classes in ["3class", "binary"] {
      for model in ["2d-resnet18", "2d-efficientnet_b0", "sequence-resnet18-lstm"] {
        for channels in ["all", "bf", "pi", "ce"] {
          let spec = try SpecReader().readOne("pyroptosis-\(classes)-\(model)-\(channels)")
          let classCount = classes == "binary" ? 2 : 3
          #expect(spec.data.classes.count == classCount)
          let wanted = channels == "all" ? ["BF", "CE", "PI", "DNA", "DPC"] : [channels.uppercased()]
          #expect(spec.data.channels == wanted)
          let isSequence = model.hasPrefix("sequence")
          let backbone = model.hasSuffix("b0") ? "efficientnet_b0" : "resnet18"
          #expect(spec.model.backbone.name == backbone)
          let temporal: String? = isSequence ? "lstm" : nil
          #expect(spec.model.temporal?.name == temporal)
          let frames: Int? = isSequence ? 9 : nil
          #expect(spec.data.frames == frames)
          let size = isSequence ? 64 : 224
          #expect(spec.data.height == size && spec.data.width == size)
        }
      }
    }
  }

  @Test("the table has every row of the domain's, each the spec of its own name in the grid, with published figures")
  func table() throws {
    let runs = try SpecReader().read("pyroptosis-table")
    #expect(runs.count == 2 * 2 * 2 * 4 * 3)
    #expect(runs.count { !$0.published.isEmpty } == 16 * 3)
    let first = try #require(runs.first)
    #expect(first.model == "classes=3-classes,approach=2D-CNN,backbone=ResNet-18,channels=All")
    #expect(first.published == ["accuracy": 0.959])
    let names = ["3 classes": "3class", "binary": "binary", "All": "all", "Brightfield": "bf", "PI": "pi", "CE": "ce"]
    for run in runs where run.seed == 1 {
      func level(_ factor: String) -> String { run.levels.first { $0.factor == factor }?.level ?? "" }
      let isSequence = level("approach") == "CNN+LSTM"
      guard !isSequence || level("backbone") == "ResNet-18" else { continue }
      let model = isSequence ? "sequence-resnet18-lstm" : "2d-\(run.spec.model.backbone.name)"
      var single = try SpecReader().readOne(
        "pyroptosis-\(names[level("classes")] ?? "")-\(model)-\(names[level("channels")] ?? "")")
      single.name = run.spec.name
      single.summary = run.spec.summary
      #expect(single == run.spec, "\(run.label)")
    }
    #expect(try SpecReader().read("pyroptosis-table-small").count == 2 * 2 * 2 * 4 * 2)
  }

  @Test("one word swaps a part of any spec")
  func swap() throws {
    let name = "pyroptosis-3class-sequence-resnet18-lstm-all"
    let spec = try SpecReader().readOne(
      name, overrides: ["model.backbone=efficientnet_b0", "model.temporal=gru", "model.head=mlp"])
    #expect(spec.model.backbone.name == "efficientnet_b0" && spec.model.temporal?.name == "gru")
    #expect(spec.model.head.name == "mlp")
  }
}
