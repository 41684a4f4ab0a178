import ZooWorkbench

extension Invocation {
  /// The value of an option that the command can't do without.
  func required(_ option: String) throws -> String {
    guard let value = value(option) else {
      throw ZooError(
        .usage, problem: "--\(option) is missing", expected: "--\(option) FILE",
        remedy: "Say where the result is to go")
    }
    return value
  }

  /// Whether `word` names a model rather than a spec. A folder that is no run is one too: the error about it says so.
  func isModel(_ word: String) -> Bool {
    if [".zoo", ".onnx"].contains(where: { word.hasSuffix($0) }) || RunFolder(word).isRun { return true }
    return FileKind(word) == .folder && !catalogue.names.contains(word)
  }

  /// The words of a list with commas; empty if the option wasn't given.
  func list(_ option: String) -> [String] {
    value(option).map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
  }

  /// The numbers of a list with commas.
  func numbers(_ option: String) throws -> [Float] {
    try list(option).map { word in
      guard let number = Float(word), number.isFinite else {
        throw ZooError(.usage, problem: "--\(option) has '\(word)'", expected: "numbers with commas between them")
      }
      return number
    }
  }

  /// Types of inputs by `--shape NAME=2x3x48x192`, for models that leave sizes open.
  func inputTypes(_ model: Model) throws -> [String: TensorType] {
    var types: [String: TensorType] = [:]
    for text in values["shape"] ?? [] {
      guard let equals = text.lastIndex(of: "=") else {
        throw ZooError(.usage, problem: "--shape is '\(text)'", expected: "NAME=SIZExSIZEx…")
      }
      let name = String(text[..<equals])
      let names = model.graph.inputs.map(\.name)
      guard let input = model.graph.inputs.first(where: { $0.name == name }) else {
        throw ZooError(
          .usage, problem: "the model has no input '\(name)'", expected: names.joined(separator: ", "),
          remedy: NearestName.of(name, in: names).map { "Did you mean '\($0)'?" })
      }
      let words = text[text.index(after: equals)...].split(separator: "x", omittingEmptySubsequences: false)
      let sizes = words.compactMap { Int($0) }
      guard sizes.count == words.count else {
        throw ZooError(.usage, problem: "--shape is '\(text)'", expected: "NAME=SIZExSIZEx…, such as image=1x3x224x224")
      }
      types[name] = try TensorType(input.elementType, sizes).validated(name)
    }
    return types
  }
}

extension Command.Option {
  static let shape = Command.Option(
    name: "shape", value: "NAME=SIZES", help: "Shape of an input whose sizes are left open, e.g. x=1x3x48x192.",
    repeats: true)
}
