import ZooFormat

/// Finds what Foundation takes without a word: keys that an object of a JSON text has twice, of which it takes one, and whole
/// numbers so large that nothing can be reckoned with them.
enum JSONCheck {
  /// An object or a list that isn't closed yet.
  private struct Level {
    let isObject: Bool
    /// Of an object; empty for a list.
    var keys: Set<[UInt8]> = []
  }

  /// The first key that stands twice in one object, in the order of the text; `nil` also for what isn't JSON, which its
  /// reader refuses. O(bytes).
  static func repeated(in text: some Sequence<UInt8>) -> String? {
    var levels: [Level] = []
    var mayBeKey = false
    var word: [UInt8]?
    var isEscape = false
    for byte in text {
      if var letters = word {
        word = nil
        if !isEscape, byte == UInt8(ascii: "\"") {
          guard mayBeKey, let last = levels.indices.last, levels[last].isObject else { continue }
          mayBeKey = false
          let key = plain(letters)
          guard levels[last].keys.insert(key).inserted else { return String(decoding: key, as: UTF8.self) }
          continue
        }
        isEscape = !isEscape && byte == UInt8(ascii: "\\")
        // Of texts that are no keys nothing is kept.
        if mayBeKey { letters.append(byte) }
        word = letters
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): (word, isEscape) = ([], false)
      case UInt8(ascii: "{"):
        levels.append(Level(isObject: true))
        mayBeKey = true
      case UInt8(ascii: "["):
        levels.append(Level(isObject: false))
        mayBeKey = false
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = levels.popLast()
        mayBeKey = false
      case UInt8(ascii: ","): mayBeKey = levels.last?.isObject ?? false
      default: break
      }
    }
    return nil
  }

  /// A key as it is meant, whatever it is written with.
  private static func plain(_ letters: [UInt8]) -> [UInt8] {
    guard letters.contains(UInt8(ascii: "\\")) else { return letters }
    let list = "[\"" + String(decoding: letters, as: UTF8.self) + "\"]"
    return (JSONText.strings(list)?.first).map { Array($0.utf8) } ?? letters
  }

  /// The first whole number beyond `limit`, as it is written, signs aside; `nil` also for what isn't JSON. O(bytes).
  static func large(in text: some Sequence<UInt8>, limit: UInt64) -> String? {
    var (isText, isEscape) = (false, false)
    var digits: [UInt8] = []
    var isWhole = true
    func found() -> String? {
      guard isWhole, !digits.isEmpty else { return nil }
      let number = String(decoding: digits, as: UTF8.self)
      return UInt64(number).map { $0 <= limit } ?? false ? nil : number
    }
    for byte in text {
      if isText {
        if !isEscape, byte == UInt8(ascii: "\"") { isText = false }
        isEscape = !isEscape && byte == UInt8(ascii: "\\")
        continue
      }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isWhole = false
      default:
        if let number = found() { return number }
        digits.removeAll(keepingCapacity: true)
        isWhole = true
        (isText, isEscape) = (byte == UInt8(ascii: "\""), false)
      }
    }
    return found()
  }

  /// - Parameter largest: what no whole number may be beyond; `nil` if numbers are names.
  /// - Throws: ``ZooError`` if an object has a key twice, or a number is beyond `largest`.
  static func check(_ text: some Sequence<UInt8>, largest: UInt64?, file: String) throws(ZooError) {
    if let key = repeated(in: text) {
      throw ZooError(.badInput, file: file, problem: "an object has the key '\(key)' twice", expected: "each key once")
    }
    if let largest, let number = large(in: text, limit: largest) {
      throw ZooError(.badInput, file: file, problem: "has the number \(number)", expected: "at most \(largest)")
    }
  }
}
