import ZooData
import ZooPlugins

/// A spec as it was written: its own keys over those of the specs that it extends, not yet checked.
struct SpecDocument: Sendable, Hashable {
  var root: SourceValue
  /// The files that it was put together from: itself first, then what it extends.
  var chain: [String]

  static let commandLine = "command line"

  /// `over` on top of `base`: objects key by key, anything else whole. A part's settings go with its name.
  static func merge(_ base: SourceValue, _ over: SourceValue, path: String = "") -> SourceValue {
    guard case .object(let overMembers) = over.content else { return over }
    var members: [SourceValue.Member]
    switch base.content {
    case .object(let baseMembers): members = baseMembers
    case .string where partPaths.contains(path):
      members = [.init(key: "name", keyPosition: base.position, value: base)]
    default: return over
    }
    if partPaths.contains(path), let name = over["name"] {
      let before = members.first { $0.key == "name" }?.value.json
      if before != name.json { return over }
    }
    var places = Dictionary(members.indices.map { (members[$0].key, $0) }) { first, _ in first }
    for member in overMembers {
      if let index = places[member.key] {
        let inner = path.isEmpty ? member.key : "\(path).\(member.key)"
        members[index].value = merge(members[index].value, member.value, path: inner)
        members[index].keyPosition = member.keyPosition
      } else {
        places[member.key] = members.count
        members.append(member)
      }
    }
    return SourceValue(.object(members), at: over.position)
  }

  /// Puts `value` where the keys of `path` lead.
  mutating func override(_ path: [String], _ value: SourceValue) {
    var tree = value
    for key in path.reversed() {
      tree = SourceValue(.object([.init(key: key, keyPosition: value.position, value: tree)]), at: value.position)
    }
    root = Self.merge(root, tree)
  }

  /// Puts in what one argument of the command line, `key.path=value`, says.
  mutating func override(argument: String) throws(ZooError) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      throw ZooError(
        .usage, problem: "'\(argument)' isn't an override", expected: "key.path=value, e.g. train.epochs=10")
    }
    let path = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !path.contains(""), path.count <= 32 else {
      throw ZooError(.usage, problem: "'\(argument[..<equals])' isn't a key path", expected: "e.g. train.epochs")
    }
    override(path, Self.argumentValue(String(argument[argument.index(after: equals)...])))
  }

  /// JSON5 in which words need no quotes; whatever isn't that is a text as it stands.
  static func argumentValue(_ text: String) -> SourceValue {
    let place = SourcePosition(file: commandLine)
    if let value = try? JSON5Reader.read(text, file: commandLine, bareWords: .strings) {
      return SourceValue(json: value.json, at: place)
    }
    return SourceValue(.string(text), at: place)
  }

  /// Removes a key of the root and returns its value.
  mutating func take(_ key: String) -> SourceValue? {
    guard case .object(var members) = root.content, let index = members.firstIndex(where: { $0.key == key }) else {
      return nil
    }
    let value = members.remove(at: index).value
    root.content = .object(members)
    return value
  }

  /// Where each key path's value stands. O(values).
  var positions: [String: SourcePosition] {
    var positions: [String: SourcePosition] = [:]
    func walk(_ value: SourceValue, _ path: String) {
      if !path.isEmpty { positions[path] = value.position }
      guard case .object(let members) = value.content else { return }
      for member in members { walk(member.value, path.isEmpty ? member.key : "\(path).\(member.key)") }
    }
    walk(root, "")
    return positions
  }

  func has(_ path: String) -> Bool {
    var value = root
    for key in path.split(separator: ".") {
      guard let inner = value[String(key)], inner.content != .null else { return false }
      value = inner
    }
    return true
  }

  private static let partPaths = Set(
    SpecSchema.keys.filter { if case .part = $0.kind.unwrapped { true } else { false } }.map(\.path))
}

extension SpecKind {
  var unwrapped: SpecKind { if case .optional(let kind) = self { kind } else { self } }
}
