/// A value of a graph that is being built: what one node gives and another takes.
///
/// Its type and shape are known to the ``GraphBuilder``. It is a name and no more, so that it costs nothing to copy, and
/// belongs to the graph that it was made in.
public struct Value: Sendable, Hashable, CustomStringConvertible {
  /// What the graph calls it.
  public let name: String

  /// A value that the graph has by this name.
  public init(_ name: String) { self.name = name }

  /// An optional input of a node that isn't given.
  public static let absent = Value("")

  /// Its name.
  public var description: String { name }
}
