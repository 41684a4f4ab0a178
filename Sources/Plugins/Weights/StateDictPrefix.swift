/// What stands before all names of a state dict that was saved from inside something else: `module.` by training on several
/// devices, `model.` by Lightning, `_orig_mod.` by a compiled model, `net.` or `encoder.` by a class of one's own.
///
/// Found by what is left behind it: the prefix with which most of the names are those of parameters here.
struct StateDictPrefix {
  /// Empty, or what ends in a dot.
  let text: String
  /// Prefixes of running averages of the same weights, which were passed over.
  let others: [String]

  /// No name has more dots before its own.
  private static let deepest = 8

  /// - Parameter known: whether something here has the name that a tensor's name stands for.
  /// - Throws: `ZooError` if two prefixes hold a model each, such as `encoder_q.` and `encoder_k.`.
  init(_ names: some Sequence<String>, known: (String) -> Bool) throws(ZooError) {
    var counts: [String: Int] = [:]
    for name in names where !StateDictNames.isCounter(name) {
      var start = name.startIndex
      for _ in 0..<Self.deepest {
        if known(StateDictNames.parameter(String(name[start...]))) { counts[String(name[..<start]), default: 0] += 1 }
        guard let dot = name[start...].firstIndex(of: ".") else { break }
        start = name.index(after: dot)
      }
    }
    // Of equals the shortest, which has the other parts of the model too, then by name.
    let ranked = counts.sorted { ($1.value, $0.key.count, $0.key) < ($0.value, $1.key.count, $1.key) }
    guard let first = ranked.first else {
      (text, others) = ("", [])
      return
    }
    // Others that hold about as much, and aren't part of one another.
    let rivals = ranked.filter { entry in
      entry.value * 10 >= first.value * 9
        && (entry.key == first.key || (!entry.key.hasPrefix(first.key) && !first.key.hasPrefix(entry.key)))
    }.map(\.key)
    let originals = rivals.filter { !Self.isAverage($0) }
    guard rivals.count == 1 || originals.count == 1 else {
      let list = rivals.sorted().map { "'\($0)'" }.joined(separator: ", ")
      throw ZooError(
        .badInput, problem: "the file holds the weights of \(rivals.count) models, whose names start with \(list)",
        expected: "one model", remedy: "Save the one that you mean by itself, e.g. those names alone")
    }
    text = originals.first ?? rivals[0]
    others = rivals.filter { $0 != (originals.first ?? rivals[0]) }.sorted()
  }

  private static func isAverage(_ prefix: String) -> Bool {
    prefix.split(separator: ".").contains { $0.split(separator: "_").contains("ema") }
  }
}

extension WeightsFile {
  /// The tensors by their names behind the prefix that the model's names have here; those without it keep theirs.
  /// - Parameter known: whether something here has the name that a tensor's name stands for.
  package func unwrapped(known: (String) -> Bool) throws(ZooError) -> WeightsFile {
    let prefix = try StateDictPrefix(tensors.keys, known: known)
    var result = self
    if !prefix.others.isEmpty {
      result.notes.append("names that start with \(prefix.others.joined(separator: ", ")) were left: running averages")
    }
    guard !prefix.text.isEmpty else { return result }
    result.notes.append("names start with '\(prefix.text)', which was taken off")
    result.tensors = [:]
    for (name, tensor) in tensors {
      let own = name.hasPrefix(prefix.text) ? String(name.dropFirst(prefix.text.count)) : name
      // What has the short name already isn't of this model: it is left over under its own.
      result.tensors[name.hasPrefix(prefix.text) || tensors[prefix.text + own] == nil ? own : "…\(name)"] = tensor
    }
    return result
  }
}
