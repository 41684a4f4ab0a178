import ZooPlugins

/// Specs by name.
public struct SpecCatalogue: Sendable {
  private let texts: [String: String]

  /// - Parameter specs: name → JSON5 text.
  public init(_ specs: [String: String]) { texts = specs }

  /// Sorted.
  public var names: [String] { texts.keys.sorted() }

  package func text(of name: String) -> String? { texts[name] }

  /// This catalogue with `specs` on top, for a package that brings its own.
  public func adding(_ specs: [String: String]) -> SpecCatalogue { SpecCatalogue(texts.merging(specs) { $1 }) }
}
