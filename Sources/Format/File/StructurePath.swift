/// Where a message stands in the structure; the key under which its unknown fields are kept.
///
/// Its text is made when it is asked for: names can be long, and nearly no message has unknown fields.
final class StructurePath: Sendable {
  private let parent: StructurePath?
  private let kind: String
  private let name: String?
  /// The size of ``text`` in bytes.
  let byteCount: Int

  static let structure = StructurePath(parent: nil, kind: "structure", name: nil)

  private init(parent: StructurePath?, kind: String, name: String?) {
    self.parent = parent
    self.kind = kind
    self.name = name
    byteCount = (parent.map { $0.byteCount + 1 } ?? 0) + kind.utf8.count + (name.map { $0.utf8.count + 1 } ?? 0)
  }

  func child(_ kind: String, _ name: String? = nil) -> StructurePath {
    StructurePath(parent: self, kind: kind, name: name)
  }

  /// E.g. `structure/graph/node:conv1`.
  var text: String {
    (parent.map { $0.text + "/" } ?? "") + kind + (name.map { ":" + $0 } ?? "")
  }
}
