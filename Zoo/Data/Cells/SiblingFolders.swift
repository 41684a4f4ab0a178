import ZooFormat
import ZooImages

/// Folders beside those of fields whose files are called alike (`01`, `01_PI`), which most likely are further channels.
package struct SiblingFolders: Sendable {
  /// What stands around the name of a field's folder.
  private struct Affix: Hashable {
    var prefix: String
    var suffix: String
  }

  /// Folders, in their order.
  package let folders: [String]
  /// Channel, as the names of folders have it → pattern of its files.
  package let channels: [String: String]

  /// `nil` if there are none. O(files).
  /// - Parameters:
  ///   - used: The pictures that are used, below the root.
  ///   - tables: Tables and label images.
  ///   - pattern: Of the pictures that are used.
  package init?(_ folder: FieldFolder, used: [String], tables: Set<String>, pattern: String) {
    var own: [Substring: Set<Substring>] = [:]
    for path in used { own[Self.folder(path), default: []].insert(Self.name(path)) }
    own[""] = nil
    let taken = Set(used)
    var others: [Substring: (names: Set<Substring>, count: Int)] = [:]
    for path in folder.paths where ImageFile.isNamedAsImage(path) && !taken.contains(path) && !tables.contains(path) {
      others[Self.folder(path), default: ([], 0)].names.insert(Self.name(path))
    }
    var found: [Affix: [Substring]] = [:]
    for (other, files) in others {
      let above = Self.folder(String(other))
      // The longest name that is in the other's: `01_a` before `01`.
      let candidates = own.filter { item in
        Self.folder(String(item.key)) == above && !item.value.isDisjoint(with: files.names)
          && 2 * item.value.intersection(files.names).count >= min(item.value.count, files.names.count)
      }.compactMap { item in Self.affix(Self.name(String(other)), Self.name(String(item.key))) }
      guard let affix = candidates.min(by: { $0.prefix.count + $0.suffix.count < $1.prefix.count + $1.suffix.count })
      else { continue }
      found[affix, default: []].append(other)
    }
    let parts = pattern.split(separator: "/").map(String.init)
    guard !found.isEmpty, parts.count > 1 else { return nil }
    var channels: [String: String] = [:]
    for affix in found.keys {
      var parts = parts
      parts[parts.count - 2] = affix.prefix + parts[parts.count - 2] + affix.suffix
      channels[(affix.prefix + affix.suffix).filter { $0.isLetter || $0.isNumber }] = parts.joined(separator: "/")
    }
    guard channels.count == found.count else { return nil }
    self.channels = channels
    folders = found.values.joined().map(String.init).sorted()
  }

  private static func folder(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[..<$0] } ?? ""
  }

  private static func name(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// What `name` has around `inner`, if that is a word of its own.
  private static func affix(_ name: Substring, _ inner: Substring) -> Affix? {
    guard !inner.isEmpty, name.count > inner.count, name.contains(where: \.isLetter) else { return nil }
    if name.hasPrefix(inner) {
      let rest = name.dropFirst(inner.count)
      let isWord =
        rest.first.map { !$0.isLetter && !$0.isNumber || $0.isLetter && inner.last?.isNumber == true } ?? false
      if isWord, rest.contains(where: \.isLetter) { return Affix(prefix: "", suffix: String(rest)) }
    }
    if name.hasSuffix(inner) {
      let rest = name.dropLast(inner.count)
      let isWord =
        rest.last.map { !$0.isLetter && !$0.isNumber || $0.isLetter && inner.first?.isNumber == true } ?? false
      if isWord, rest.contains(where: \.isLetter) { return Affix(prefix: String(rest), suffix: "") }
    }
    return nil
  }

  /// How they are used, for messages.
  /// - Parameter first: What the channel is called that is used already, with its pattern.
  package func setting(_ first: (channel: String, pattern: String)) -> String {
    let all = [(first.channel, first.pattern)] + channels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return "data.cells.channelImages={\(all.map { "\"\($0.0)\": \"\($0.1)\"" }.joined(separator: ", "))}"
  }
}
