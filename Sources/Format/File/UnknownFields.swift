/// Fields that a newer version of the format wrote and this one doesn't know. They are opaque: a model that is read and
/// written again keeps them.
public struct UnknownFields: Sendable, Hashable {
  /// Encoded fields by where the message stands in the file, e.g. `structure/graph/node:conv1`.
  package var byPath: [String: [UInt8]] = [:]
  /// The versions that the file declared, if it was written by a newer version of the format.
  package var formatVersion = 0
  package var minimumReader = 0

  /// None.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { byPath.isEmpty && formatVersion == 0 }
}
