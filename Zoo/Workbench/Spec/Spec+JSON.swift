import ZooPlugins

extension Spec {
  /// Every key with its value, defaults included: what is written into a run and into its model.
  public var json: JSONValue {
    var root: [String: JSONValue] = [:]
    for key in SpecSchema.keys { Self.put(key.read(self), at: key.path.split(separator: ".")[...], in: &root) }
    return .object(root)
  }

  /// ``json`` as text that is the same bytes for the same spec, and that ``SpecReader`` reads back.
  public var canonicalText: String { json.canonicalText() + "\n" }

  private static func put(_ value: JSONValue, at path: ArraySlice<Substring>, in object: inout [String: JSONValue]) {
    guard let first = path.first.map(String.init) else { return }
    guard path.count > 1 else {
      object[first] = value
      return
    }
    var inner: [String: JSONValue] = if case .object(let members)? = object[first] { members } else { [:] }
    put(value, at: path.dropFirst(), in: &inner)
    object[first] = .object(inner)
  }
}
