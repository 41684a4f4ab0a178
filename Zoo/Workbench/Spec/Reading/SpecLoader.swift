import Foundation
import ZooData
import ZooPlugins

/// Finds specs by path or catalogue name and puts them on top of what they extend.
struct SpecLoader {
  var catalogue: SpecCatalogue

  /// Longest chain of `extends`.
  private static let longestChain = 32

  /// The spec that `reference` names: a name of the catalogue, or the path of a file.
  func load(_ reference: String) throws(ZooError) -> SpecDocument {
    if !Self.looksLikePath(reference) {
      guard let text = catalogue.text(of: reference) else {
        throw ZooError(
          .usage, problem: "there is no spec '\(reference)'", expected: "a name that `zoo list` shows, or a path",
          remedy: NearestName.of(reference, in: catalogue.names).map { "Did you mean '\($0)'?" })
      }
      return try extend(JSON5Reader.read(text, file: Self.catalogueFile(reference)), [.catalogue(reference)])
    }
    return try extend(Self.read(file: reference), [.file(reference)])
  }

  /// A spec given as text; `extends` in it is relative to the working directory.
  func load(text: String, file: String) throws(ZooError) -> SpecDocument {
    try extend(JSON5Reader.read(text, file: file), [.file(file)])
  }

  // MARK: Extends

  private enum Origin: Hashable {
    case catalogue(String)
    case file(String)

    var shown: String {
      switch self {
      case .catalogue(let name): SpecLoader.catalogueFile(name)
      case .file(let path): path
      }
    }

    /// What two ways of writing the same path have in common.
    var identity: Origin {
      switch self {
      case .catalogue: self
      case .file(let path): .file(URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path)
      }
    }
  }

  private func extend(_ own: SourceValue, _ chain: [Origin]) throws(ZooError) -> SpecDocument {
    guard own.content.isObject else {
      throw ZooError(
        .badInput, file: own.position.file, line: own.position.line, column: own.position.column,
        problem: "the spec is \(own.found)", expected: "an object, e.g. {data: {…}, model: {…}, train: {…}}")
    }
    var document = SpecDocument(root: own, chain: chain.map(\.shown))
    guard let extends = document.take("extends"), extends.content != .null else { return document }
    func refuse(_ problem: String, expected: String? = nil, remedy: String? = nil) -> ZooError {
      ZooError(
        .badInput, file: extends.position.file, line: extends.position.line, column: extends.position.column,
        path: "extends", problem: problem, expected: expected, remedy: remedy)
    }
    guard case .string(let reference) = extends.content, !reference.isEmpty else {
      throw refuse("\(extends.found) isn't allowed", expected: "a path or a name of the catalogue")
    }
    let origin = self.origin(of: reference, from: chain[chain.count - 1])
    let line = (chain + [origin]).map(\.shown).joined(separator: " → ")
    if chain.contains(where: { $0.identity == origin.identity }) {
      throw refuse("the specs extend each other in a circle: \(line)", remedy: "Remove one `extends`")
    }
    guard chain.count < Self.longestChain else {
      throw refuse("more than \(Self.longestChain) specs extend each other: \(line)")
    }
    let base: SourceValue
    switch origin {
    case .catalogue(let name):
      guard let text = catalogue.text(of: name) else {
        throw refuse(
          "there is no spec '\(name)'", expected: "a name of the catalogue, or a path such as ./\(name).json5",
          remedy: NearestName.of(name, in: catalogue.names).map { "Did you mean '\($0)'?" })
      }
      base = try JSON5Reader.read(text, file: Self.catalogueFile(name))
    case .file(let path):
      do {
        base = try Self.read(file: path)
      } catch {
        guard error.location.line == nil else { throw error }
        throw refuse("\(path) \(error.problem)", remedy: "The path is relative to the file that extends it")
      }
    }
    var below = try extend(base, chain + [origin])
    // These two speak of one file alone.
    _ = below.take("name")
    _ = below.take("summary")
    document.root = SpecDocument.merge(below.root, document.root)
    document.chain = below.chain
    return document
  }

  private func origin(of reference: String, from origin: Origin) -> Origin {
    guard case .file(let path) = origin, Self.looksLikePath(reference) else { return .catalogue(reference) }
    if reference.hasPrefix("/") { return .file(reference) }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return .file(folder + reference)
  }

  // MARK: Files

  /// The name under which messages speak of a spec of the catalogue.
  static func catalogueFile(_ name: String) -> String { "catalogue:\(name)" }

  static func looksLikePath(_ reference: String) -> Bool {
    reference.contains("/") || reference.hasSuffix(".json5") || reference.hasSuffix(".json")
  }

  private static func read(file: String) throws(ZooError) -> SourceValue {
    let limits = JSON5Reader.Limits()
    switch FileKind(file) {
    case .nothing: throw ZooError(.badInput, file: file, problem: "doesn't exist")
    case .folder: throw ZooError(.badInput, file: file, problem: "is a folder", expected: "a file")
    case .file: break
    }
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: file).resolvingSymlinksInPath().path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular else {
      throw ZooError(.badInput, file: file, problem: "isn't a regular file")
    }
    // At the end of a file, as in an empty one, nothing is read and nothing is wrong.
    guard let handle = FileHandle(forReadingAtPath: file),
      let data = try? handle.read(upToCount: limits.bytes + 1) ?? Data()
    else {
      throw ZooError(.badInput, file: file, problem: "can't be read", remedy: "Check the permissions of the file")
    }
    guard !data.isEmpty else {
      throw ZooError(
        .badInput, file: file, problem: "is empty", expected: "a spec", remedy: "Start one with zoo new NAME.json5")
    }
    return try JSON5Reader.read([UInt8](data), file: file, limits: limits)
  }
}
