/// A text with `*` (any characters but `/`), `**` (any at all) and `?` (one, but no `/`).
package struct GlobPattern: Sendable, Hashable {
  private enum Piece: Hashable {
    case character(Character)
    case one
    case any
    case anyPath
  }

  private let pieces: [Piece]
  private let ignoresCase: Bool

  package init(_ text: String, ignoresCase: Bool = false) {
    self.ignoresCase = ignoresCase
    var pieces: [Piece] = []
    for character in Self.plain(text, ignoresCase) {
      switch character {
      case "*" where pieces.last == .any: pieces[pieces.count - 1] = .anyPath
      case "*" where pieces.last == .anyPath: break
      case "*": pieces.append(.any)
      case "?": pieces.append(.one)
      default: pieces.append(.character(character))
      }
    }
    self.pieces = pieces
  }

  /// The two Unicode forms of a name are one.
  private static func plain(_ text: String, _ ignoresCase: Bool) -> String {
    let text = text.precomposedStringWithCanonicalMapping
    return ignoresCase ? text.lowercased() : text
  }

  /// Whether the whole of `text` fits. O(pieces · characters).
  package func matches(_ text: String) -> Bool {
    // The pieces that may come next after what was read, as numbers of pieces done.
    var states = closure([0])
    for character in Self.plain(text, ignoresCase) {
      var next: Set<Int> = []
      for state in states where state < pieces.count {
        switch pieces[state] {
        case .character(let wanted): if wanted == character { next.insert(state + 1) }
        case .one: if character != "/" { next.insert(state + 1) }
        case .any: if character != "/" { next.insert(state) }
        case .anyPath: next.insert(state)
        }
      }
      guard !next.isEmpty else { return false }
      states = closure(next)
    }
    return states.contains(pieces.count)
  }

  /// Stars may stand for nothing.
  private func closure(_ states: Set<Int>) -> Set<Int> {
    var states = states
    for state in states {
      var state = state
      while state < pieces.count, pieces[state] == .any || pieces[state] == .anyPath {
        state += 1
        states.insert(state)
      }
    }
    return states
  }
}
