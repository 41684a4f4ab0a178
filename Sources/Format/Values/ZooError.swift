/// What went wrong, where, and what to do about it.
///
/// An error is data; its wording is made in one place, ``description``.
public struct ZooError: Error, Sendable, Hashable {
  /// Who has to act, which is also the exit code of the tool.
  public enum Kind: Int32, Sendable, Hashable {
    /// The work could not be done: a full disk, no memory.
    case failed = 1
    /// The command line or a call of the API is wrong.
    case usage = 64
    /// A file, spec, image or graph is wrong.
    case badInput = 65
    /// Stopped from outside.
    case interrupted = 130
  }

  /// Where the problem stands; each part only if it is known.
  public struct Location: Sendable, Hashable {
    /// Path of the file, as it was given.
    public var file: String?
    /// From 1.
    public var line: Int?
    /// From 1.
    public var column: Int?
    /// A path inside the file such as `train.epochs`.
    public var path: String?
    /// Name of a node of the graph.
    public var node: String?
    /// Name of a tensor or of another value.
    public var tensor: String?

    /// A place; `nil` for what isn't known of it. Lines and columns count from 1.
    public init(
      file: String? = nil, line: Int? = nil, column: Int? = nil, path: String? = nil, node: String? = nil,
      tensor: String? = nil
    ) {
      self.file = file
      self.line = line
      self.column = column
      self.path = path
      self.node = node
      self.tensor = tensor
    }
  }

  /// Who has to act.
  public var kind: Kind
  /// Where it is, as far as that is known.
  public var location: Location
  /// What was found, e.g. `has 3 channels`.
  public var problem: String
  /// What would have been right, e.g. `5 channels (BF, CE, PI, DNA, DPC)`.
  public var expected: String?
  /// What the reader should do next, as an imperative.
  public var remedy: String?
  /// What it is made of, if several things are wrong at once.
  public var parts: [ZooError] = []
  /// Whether the input may be right but asks for what isn't there: an operator, an element type.
  public var isUnsupported = false

  /// - Parameters:
  ///   - kind: who has to act.
  ///   - file: path of the file, as it was given; this and the next five are ``Location-swift.struct``, `nil` for what isn't known.
  ///   - line: in the file, from 1.
  ///   - column: in the line, from 1.
  ///   - path: inside the file, such as `train.epochs`.
  ///   - node: name of a node of the graph.
  ///   - tensor: name of a tensor or of another value.
  ///   - problem: what is wrong, as a predicate of the place, without a full stop.
  ///   - expected: what would be right.
  ///   - remedy: what to do about it.
  public init(
    _ kind: Kind, file: String? = nil, line: Int? = nil, column: Int? = nil, path: String? = nil,
    node: String? = nil, tensor: String? = nil, problem: String, expected: String? = nil, remedy: String? = nil
  ) {
    self.kind = kind
    self.location = Location(file: file, line: line, column: column, path: path, node: node, tensor: tensor)
    self.problem = problem
    self.expected = expected
    self.remedy = remedy
  }

  /// `error` itself if it is a ``ZooError`` or says the same as one; otherwise a failure that tells what `error` says of itself.
  ///
  /// For those that call code of others, which may throw anything, and themselves throw a ``ZooError``.
  public init(_ error: any Error) {
    switch error {
    case let error as ZooError: self = error
    case let error as any ZooErrorConvertible: self = error.zooError
    default: self.init(.failed, problem: "\(error)")
    }
  }

  /// The same error, with the file that it was found in filled in unless it is known already.
  public func at(file: String) -> ZooError {
    var copy = self
    if copy.location.file == nil { copy.location.file = file }
    return copy
  }

  /// The same error, with the node that it was found at filled in unless it is known already.
  public func at(node: String) -> ZooError {
    var copy = self
    if copy.location.node == nil { copy.location.node = node }
    return copy
  }
}

/// An error of another type that a program may be told as a ``ZooError``.
package protocol ZooErrorConvertible: Error {
  var zooError: ZooError { get }
}

extension ZooError: CustomStringConvertible {
  /// `file:line:column: path: node 'n': tensor 't': problem; expected …. remedy.`
  ///
  /// One line of bounded length, whatever was quoted from the input, and one for each of ``parts``: O(parts).
  public var description: String {
    var text = ""
    if let file = location.file {
      text += Escape.quotation(file, limit: 5000)
      if let line = location.line {
        text += ":\(line)"
        if let column = location.column { text += ":\(column)" }
      }
      text += ": "
    }
    if let path = location.path { text += "\(Escape.quotation(path)): " }
    if let node = location.node { text += "node '\(Escape.quotation(node))': " }
    if let tensor = location.tensor { text += "tensor '\(Escape.quotation(tensor))': " }
    text += Escape.quotation(problem, limit: 2000)
    if let expected { text += "; expected \(Escape.quotation(expected, limit: 4000))" }
    if let remedy { text += ". \(Escape.quotation(remedy, limit: 4000))" }
    if !text.hasSuffix(".") && !text.hasSuffix("?") { text += parts.isEmpty ? "." : ":" }
    return text + parts.map { "\n  \($0)" }.joined()
  }
}
