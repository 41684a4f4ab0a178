import Foundation
import Testing
import ZooFormat

/// What readers and writers of different versions do with each other's files.
@Suite struct VersionTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/zoo")

  /// The file was written by version 1 and is never made again: it must load for ever.
  @Test func aFileOfVersion1Loads() throws {
    let model = try ModelFile.open(Self.fixtures.appendingPathComponent("version-1.zoo").path).load(checkDigests: true)
    #expect(model.card.name == "everything")
    #expect(model.graph.nodes.map(\.op) == ["Conv", "If"])
    #expect(model.graph.initializers["weight"]?.values(as: Float.self) == (0..<15).map(Float.init))
    #expect(model.training?.counters["step"] == .max)
  }

  @Test func writingIsTheSameAsInVersion1() throws {
    let file = try Data(contentsOf: Self.fixtures.appendingPathComponent("version-1.zoo"))
    #expect(try Samples.everything().serialized() == Array(file))
  }

  @Test func aNewerFileThatThisReaderUnderstandsLoads() throws {
    var file = RawFile { $0.graph() }
    file.version = 5
    let model = try Model(serialized: file.bytes)
    #expect(model.unknownFields.isEmpty == false)
    // What it was written by isn't forgotten: the fields that are kept are of that version.
    let again = try Model(serialized: model.serialized())
    #expect(again.unknownFields == model.unknownFields)
  }

  @Test func aNewerFileThatThisReaderDoesNotUnderstandIsRefused() throws {
    var file = RawFile { $0.graph() }
    (file.version, file.minimumReader) = (7, 6)
    let error = #expect(throws: ZooError.self) { _ = try Model(serialized: file.bytes) }
    #expect(
      error?.description
        == "needs a reader of version 6 of the format; expected at most version 1. Update this program.")
  }

  @Test func unknownFieldsSurviveReadingAndWriting() throws {
    let file = fileWithUnknownFields()
    let model = try Model(serialized: file.bytes)
    #expect(model.unknownFields.byPath.count == 12)
    #expect(try model.serialized() == file.bytes)
  }

  @Test func unknownFieldsOfWhatWasRemovedAreRemoved() throws {
    var model = try Model(serialized: fileWithUnknownFields().bytes)
    model.graph.nodes = []
    let again = try Model(serialized: model.serialized())
    #expect(again.unknownFields.byPath.keys.contains("structure/card"))
    #expect(!again.unknownFields.byPath.keys.contains { $0.contains("node") })
  }

  /// Field 1000 in every message, of each wire type in turn; otherwise as this version writes it.
  private func fileWithUnknownFields() -> RawFile {
    var kind = 0
    func add(_ writer: inout WireWriter) {
      kind += 1
      switch kind % 4 {
      case 0: writer.presentInteger(1000, kind)
      case 1: writer.fixed64(1000, UInt64(kind))
      case 2: writer.presentFloat(1000, Float(kind))
      default: writer.presentString(1000, "kept \(kind)")
      }
    }
    func file(_ offset: UInt64) -> RawFile {
      kind = 0
      var file = RawFile()
      file.structure.message(1) { opset in
        opset.integer(2, 22)
        add(&opset)
      }
      file.structure.message(2) { graph in
        graph.message(2) { node in
          node.string(1, "a")
          node.string(2, "Relu")
          node.strings(4, ["x"])
          node.strings(5, ["y"])
          node.message(6) { attribute in
            attribute.string(1, "k")
            attribute.presentInteger(2, 0)
            add(&attribute)
          }
          add(&node)
        }
        graph.message(3) { info in
          info.string(1, "x")
          info.integer(2, 1)
          info.message(3) { shape in
            shape.message(1) { dimension in
              dimension.presentInteger(1, 4)
              add(&dimension)
            }
            add(&shape)
          }
          add(&info)
        }
        graph.packedIntegers(5, [0])
        add(&graph)
      }
      file.structure.message(3) { card in
        card.integer(5, 1)
        card.float(7, 1)
        card.message(13) { metric in
          metric.string(1, "m")
          add(&metric)
        }
        add(&card)
      }
      file.structure.message(6) { tensor in
        tensor.string(1, "w")
        tensor.integer(2, 2)
        tensor.packedIntegers(3, [1])
        tensor.fixed64(4, offset)
        tensor.fixed64(5, 1)
        tensor.data(6, SHA256.digest([9]))
        add(&tensor)
      }
      add(&file.structure)
      file.tensors = [[9]]
      var extra = WireWriter()
      extra.presentString(1000, "kept in the file")
      file.extra = extra.bytes
      return file
    }
    return file(UInt64(file(64).firstOffset))
  }
}
