import Foundation

/// A part that a program of any language makes: a request as JSON on its standard input, a model on its standard output.
enum ExecutablePlugin {
  /// What the program is told.
  struct Request: Encodable {
    /// As the spec has them; the program checks them itself.
    var settings: [String: JSONValue]
    /// The shape of the part's input without the batch: `[C, H, W]`, `[T, F]` or `[F]`.
    var shape: [Int]
    var classes: Int
    /// Of the initial weights; `null` where only shapes are wanted.
    var seed: UInt64?

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(settings, forKey: .settings)
      try container.encode(shape, forKey: .shape)
      try container.encode(classes, forKey: .classes)
      try container.encode(seed, forKey: .seed)
    }

    private enum Key: String, CodingKey { case settings, shape, classes, seed }
  }

  static func plugin(_ kind: Plugin.Kind, _ name: String, path: String, limits: PluginProcess.Limits) -> Plugin {
    Plugin(kind, name, summary: "made by \(path)", checksItsSettings: true) { builder, input, settings in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let request = Request(
        settings: settings, shape: Array(try builder.shape(of: input).dropFirst()), classes: builder.classes,
        seed: builder.random.seed)
      do {
        let answer = try PluginProcess(path, limits: limits).answer(Array(encoder.encode(request)))
        let piece = try GraphPiece(model(answer), of: kind)
        return try GraphFilePart(piece, kind: kind).build(&builder, input: input)
      } catch let error as ZooError {
        throw error.at(file: path)
      }
    }
  }

  /// `.zoo` by its first bytes, ONNX otherwise.
  private static func model(_ bytes: [UInt8]) throws(ZooError) -> Model {
    if bytes.starts(with: [0x0a, 3] + Array("zoo".utf8)) { return try Model(serialized: bytes) }
    do {
      return try ONNX.read(bytes)
    } catch {
      throw ZooError(
        .badInput, problem: "printed \(bytes.count) bytes that are no model: \(error.problem)",
        expected: "a .zoo or ONNX model on standard output and nothing else",
        remedy: "Print messages to standard error")
    }
  }
}
