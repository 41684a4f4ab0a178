import ZooFormat

/// What files call the channels that the spec has names for (`data.channelNames`).
package struct ChannelSynonyms: Sendable, Hashable {
  /// Name of the spec → names in files; `*` and `?` stand for other characters.
  private let names: [String: [String]]

  package init(_ names: [String: [String]] = [:]) { self.names = names }

  package var isEmpty: Bool { names.isEmpty }

  /// These, and those of `others` for channels that these say nothing of.
  package func filled(from others: ChannelSynonyms) -> ChannelSynonyms {
    ChannelSynonyms(names.merging(others.names) { own, _ in own })
  }

  /// The channels that a file's name may be, sorted. The name of a channel is its own synonym.
  private func channels(_ own: String) -> [String] {
    let key = Spelling.key(own)
    return names.filter { channel, synonyms in
      Spelling.key(channel) == key
        || synonyms.contains { synonym in
          synonym.contains("*") || synonym.contains("?")
            ? GlobPattern(synonym, ignoresCase: true).matches(own.trimmed) : Spelling.key(synonym) == key
        }
    }.keys.sorted()
  }

  /// The names of a file's channels, with the spec's in place of those that are known; names of none stay.
  /// - Throws: ``ZooError`` with both lists if a name is that of two channels, or two names are that of one.
  package func resolved(_ own: [String]) throws(ZooError) -> [String] {
    guard !names.isEmpty else { return own }
    var resolved: [String] = []
    var taken: [String: String] = [:]
    for name in own {
      let found = name.isEmpty ? [] : channels(name)
      guard found.count < 2 else {
        throw ambiguity(own, "the channel '\(name)' may be \(found.joined(separator: " or "))")
      }
      guard let channel = found.first else {
        resolved.append(name)
        continue
      }
      if let other = taken.updateValue(name, forKey: channel), other != name {
        throw ambiguity(own, "the channels '\(other)' and '\(name)' may both be \(channel)")
      }
      resolved.append(channel)
    }
    return resolved
  }

  private func ambiguity(_ own: [String], _ problem: String) -> ZooError {
    ZooError(
      .badInput, path: "data.channelNames",
      problem: "\(problem) (the file has \(own.joined(separator: ", ")))",
      expected: "one channel for each name (\(text))", remedy: "Make the names in data.channelNames narrower")
  }

  /// All names, for messages: `BF: Brightfield, TL*; PI: TRITC`.
  package var text: String {
    names.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: ", "))" }.joined(separator: "; ")
  }
}
