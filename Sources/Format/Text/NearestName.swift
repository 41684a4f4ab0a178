/// Finds the name that a mistyped word was probably meant to be.
package enum NearestName {
  /// Longer words are no slips of a finger.
  private static let longest = 64
  /// The most names that are looked at.
  private static let most = 2000

  /// The name in `names` that takes the fewest edits from `word`, or `nil` if every one differs in more than a third of
  /// its letters (at least two). Case doesn't count. Words of over 64 bytes are near nothing, and of very many names the
  /// first are looked at: O(letters²) for each of 2000 at most.
  package static func of(_ word: String, in names: some Sequence<String>) -> String? {
    guard word.utf8.count <= longest else { return nil }
    var best: (name: String, distance: Int)?
    let wanted = Array(word.lowercased().utf8)
    for name in names.prefix(most) where name.utf8.count <= longest {
      let candidate = Array(name.lowercased().utf8)
      let limit = max(2, max(wanted.count, candidate.count) / 3)
      guard abs(wanted.count - candidate.count) <= limit else { continue }
      let distance = editDistance(wanted, candidate)
      guard distance <= limit, distance < candidate.count else { continue }
      if distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
  }

  /// Letters inserted, removed, replaced, or swapped with their neighbour (optimal string alignment).
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var current = [i + 1]
      for j in b.indices {
        var cost = min(last[j + 1], current[j]) + 1
        cost = min(cost, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[b.count]
  }
}
