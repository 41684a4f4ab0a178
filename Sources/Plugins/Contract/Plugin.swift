import Foundation

/// A part of a model by name: a function from its own settings to a piece of graph.
///
/// What goes in and out, all of it `float32`:
///
/// | kind | input | output |
/// |---|---|---|
/// | backbone | `[N, C, H, W]` | `[N, F]` |
/// | backbone that takes frames | `[N, C, H, W]` or `[N, T, C, H, W]` | `[N, F]` or `[N, T', F]` |
/// | temporal | `[N, T, F]` | `[N, F']` |
/// | head | `[N, F]`, or `[N, F, h, w]` if it takes maps | logits `[N, classes]` |
public struct Plugin: Sendable {
  /// Which part of a model it can be.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Image to features.
    case backbone
    /// Features of several frames to features of the sequence.
    case temporal
    /// Features to logits.
    case head

    /// The part of the model that the nodes of such a plugin belong to.
    public var part: Part {
      switch self {
      case .backbone: .backbone
      case .temporal: .temporal
      case .head: .head
      }
    }
  }

  /// Which part of a model it can be.
  public let kind: Kind
  /// What a spec calls it, e.g. `resnet18`.
  public let name: String
  /// One line for `zoo list`.
  public let summary: String
  /// Its settings with their defaults, in the order in which a person should read them.
  public let settings: [Setting]
  /// Whether a head takes the feature map as it is before the backbone averages it over height and width.
  public internal(set) var takesMap = false
  /// Whether a backbone sees all frames of a sequence at once, and gives features of as many moments as it leaves.
  public internal(set) var takesFrames = false
  /// Whether the part itself judges its settings, of which nothing is known here.
  package let checksItsSettings: Bool
  private let construct: @Sendable (inout PartBuilder, Value, [String: JSONValue]) throws -> Value

  /// O(settings): the defaults are read by way of JSON.
  /// - Parameters:
  ///   - kind: which part of a model it can be.
  ///   - name: what a spec calls it.
  ///   - summary: one line for `zoo list`.
  ///   - settings: the defaults; two plugins may share a type of settings and differ in defaults.
  ///   - build: adds the part's nodes behind the value that it is given, and returns its output. It may throw anything; those who
  ///     call the plugin get a `ZooError`.
  /// - Throws: `ZooError` if `fields` and the properties of `settings` don't have the same names.
  public init<S: PluginSettings>(
    _ kind: Kind, _ name: String, summary: String, settings: S,
    build: @escaping @Sendable (inout PartBuilder, _ input: Value, S) throws -> Value
  ) throws(ZooError) {
    let defaults: [String: JSONValue]
    do { defaults = try settings.encoded() } catch { throw ZooError(error) }
    let described = S.fields.map(\.name)
    for field in Set(described).symmetricDifference(defaults.keys).sorted() {
      throw ZooError(
        .usage, path: "\(kind) '\(name)'",
        problem: described.contains(field)
          ? "setting '\(field)' is described but has no default"
          : "setting '\(field)' has a default but isn't described",
        remedy: "Give each property of \(S.self) a default and one entry in `fields`")
    }
    self.init(
      kind, name, summary: summary,
      fields: S.fields.map { field in
        var field = field
        field.standard = defaults[field.name] ?? .null
        return field
      }
    ) { builder, input, values in try build(&builder, input, settings.overridden(by: values)) }
  }

  /// A plugin without settings.
  public init(
    _ kind: Kind, _ name: String, summary: String,
    build: @escaping @Sendable (inout PartBuilder, _ input: Value) throws -> Value
  ) {
    self.init(kind, name, summary: summary, fields: []) { builder, input, _ in try build(&builder, input) }
  }

  /// A plugin that reads its settings itself.
  init(
    _ kind: Kind, _ name: String, summary: String, fields: [Setting] = [], checksItsSettings: Bool = false,
    construct: @escaping @Sendable (inout PartBuilder, Value, [String: JSONValue]) throws -> Value
  ) {
    self.kind = kind
    self.name = name
    self.summary = summary
    self.settings = fields
    self.checksItsSettings = checksItsSettings
    self.construct = construct
  }

  /// All that is wrong with `values` as settings of this plugin: unknown names, wrong types, values out of range.
  /// O(settings + n log n) in the values, and for an unknown name the edits to each setting's.
  /// - Parameters:
  ///   - values: by the names of settings.
  ///   - path: where the values stand, e.g. `model.backbone`.
  public func problems(with values: [String: JSONValue], path: String = "") -> [ZooError] {
    checksItsSettings ? [] : settings.problems(with: values, path: path)
  }

  /// The settings in full: `values`, and the default of each that isn't in them. Costs as ``problems(with:path:)``.
  /// - Throws: the first of ``problems(with:path:)``.
  public func resolved(_ values: [String: JSONValue], path: String = "") throws(ZooError) -> [String: JSONValue] {
    if let problem = problems(with: values, path: path).first { throw problem }
    let defaults = settings.filter { $0.standard != .null }.map { ($0.name, $0.standard) }
    return Dictionary(defaults) { first, _ in first }.merging(values) { $1 }
  }

  /// Adds the part to a graph and returns its output, whose type is checked against the contract.
  ///
  /// Costs what the part does: O(nodes), and O(elements) of parameters that are initialized. A part that is a file reads it, one
  /// that is a program runs it, each time.
  /// - Throws: `ZooError` about a setting, about the image that is too small for the part, or about a part that
  ///   doesn't keep the contract.
  public func build(
    _ builder: inout PartBuilder, input: Value, settings values: [String: JSONValue] = [:]
  ) throws(ZooError) -> Value {
    let shape = try builder.shape(of: input)
    let batch = shape.first ?? 0
    let output: Value
    do {
      output = try construct(&builder, input, resolved(values))
    } catch let error as DecodingError {
      throw ZooError(.badInput, problem: "\(kind.rawValue) '\(name)': settings can't be read: \(error)")
    } catch {
      throw ZooError(error)
    }
    let type = try builder.graph.type(of: output)
    let isFilm = takesFrames && shape.count == 5
    let wanted = kind == .head ? "float32[\(batch), \(builder.classes)]" : "float32[\(batch), \(isFilm ? "T, " : "")F]"
    guard type.elementType == .float32, type.rank == (isFilm ? 3 : 2), type.shape[0] == batch,
      kind != .head || type.shape[1] == builder.classes
    else {
      throw ZooError(
        .badInput, tensor: output.name, problem: "\(kind.rawValue) '\(name)' gives \(type)", expected: wanted,
        remedy: "Correct the plugin")
    }
    return output
  }
}
