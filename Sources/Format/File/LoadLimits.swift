/// What a file may cost before it is refused. Every limit is enforced before the memory or time in question is taken.
public struct LoadLimits: Sendable, Hashable {
  /// Bytes of structure: all of a file but the elements of tensors.
  public var structureBytes = 64 << 20
  /// Memory that the parsed structure may take.
  public var structureMemory = 1 << 30
  /// Nodes, those of graphs in attributes and of inlined functions included.
  public var nodes = 1 << 18
  /// How deep graphs may stand inside attributes of each other's nodes.
  public var nesting = 16
  /// Tensors, those in attributes included.
  public var tensors = 1 << 20
  /// Elements of all tensors together.
  public var elements = 1 << 38
  /// Memory that executing a graph may ask for: the arena of a compiled graph; of a graph that is executed node by node
  /// any one value. The default is more than any model of the catalogue asks for and less than what makes a machine swap.
  public var arenaBytes = 16 << 30
  /// Seconds that compiling a graph may take, looked at before each node.
  public var compileSeconds = 120.0

  /// The defaults; change what you want otherwise.
  public init() {}

  /// What readers take unless they are told otherwise.
  public static let `default` = LoadLimits()

  /// The error about a limit that `found` exceeds.
  package func exceeded(_ what: String, found: String, limit: String) -> ZooError {
    ZooError(
      .badInput, problem: "\(found) \(what)", expected: "at most \(limit)",
      remedy: "Raise the limit if you trust where the file comes from")
  }
}
