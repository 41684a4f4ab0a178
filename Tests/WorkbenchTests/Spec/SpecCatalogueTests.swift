import Foundation
import Testing
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

  @Test("one word swaps a part of any spec")
  func swap() throws {
    let name = "pyroptosis-3class-sequence-resnet18-lstm-all"
    let spec = try SpecReader().readOne(
      name, overrides: ["model.backbone=efficientnet_b0", "model.temporal=gru", "model.head=mlp"])
    #expect(spec.model.backbone.name == "efficientnet_b0" && spec.model.temporal?.name == "gru")
    #expect(spec.model.head.name == "mlp")
  }
}
