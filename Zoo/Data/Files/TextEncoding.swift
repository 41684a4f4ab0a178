import Foundation

/// In what letters a text that isn't UTF-8 most likely is, by how its bytes follow each other.
enum TextEncoding {
  /// Of Western Windows programs.
  case western
  /// Shift-JIS, as Excel saves CSV in Japan.
  case japanese
  /// Pairs of high bytes: GB18030, EUC-KR or EUC-JP.
  case pairs
  /// Nothing of these.
  case unknown

  /// O(bytes).
  /// - Parameter bytes: Not of UTF-8; the last letter may be cut.
  init(_ bytes: [UInt8]) {
    if Self.isJapanese(bytes, countsSingles: true) {
      self = .japanese
    } else if Self.hasPairs(bytes) {
      self = .pairs
    } else if Self.isJapanese(bytes, countsSingles: false) {
      self = .japanese
    } else {
      self = bytes.contains(where: Self.isNoWestern) ? .unknown : .western
    }
  }

  /// What has to be done to a file.
  /// - Parameter new: The name of the file to be written.
  func remedy(new: String = "NEW.csv") -> String {
    let command = command("FILE", new)
    return switch self {
    case .western: "Save it as UTF-8; tables of older Windows programs: \(command)"
    case .japanese, .pairs, .unknown: "Save it as UTF-8; \(command)"
    }
  }

  /// The command for a shell, and what speaks for it.
  /// - Parameters:
  ///   - file: The name of the file.
  ///   - new: That of the file to be written.
  func command(_ file: String, _ new: String) -> String {
    func iconv(_ letters: String) -> String { "iconv -f \(letters) -t UTF-8 \(file.asShellWord) > \(new.asShellWord)" }
    return switch self {
    case .western: iconv("WINDOWS-1252")
    case .japanese: "its bytes are those of Shift-JIS, as Excel writes in Japan: \(iconv("CP932"))"
    case .pairs:
      "its bytes stand in pairs, as those of GB18030, EUC-KR or EUC-JP: \(iconv("GB18030")), with the one of the three that gives words in place of GB18030"
    case .unknown:
      "its bytes are none of WINDOWS-1252, CP932, GB18030, EUC-KR and EUC-JP, so that the program that wrote it has to"
    }
  }

  /// Whether WINDOWS-1252 has no letter for it.
  private static func isNoWestern(_ byte: UInt8) -> Bool { [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(byte) }

  /// Whether everything is a letter of CP932, and the pairs are as Japanese has them: in Western text 0x81 to 0x9F are
  /// quotes and dashes, alone and mostly before blanks, commas and letters of ASCII.
  /// - Parameter countsSingles: Whether bytes that are letters by themselves, as narrow kana are, speak against it.
  private static func isJapanese(_ bytes: [UInt8], countsSingles: Bool) -> Bool {
    var (pairs, likely, singles) = (0, 0, 0)
    var isAfterPair = false
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case 0..<0x80: isAfterPair = false
      case 0xA1...0xDF:
        singles += 1
        isAfterPair = false
      case 0x81...0x9F, 0xE0...0xFC:
        guard place < bytes.count else { break }
        let trail = bytes[place]
        guard (0x40...0xFC).contains(trail), trail != 0x7F else { return false }
        place += 1
        pairs += 1
        let isNextPair = place < bytes.count && (0x81...0x9F).contains(bytes[place])
        if byte < 0xA0, trail >= 0x80 || isAfterPair || isNextPair { likely += 1 }
        isAfterPair = true
      default: return false
      }
    }
    return likely > 0 && likely * 2 >= pairs + (countsSingles ? singles : 0)
  }

  /// Whether all high bytes begin pairs, and two pairs follow each other somewhere, as four letters with accents hardly do.
  private static func hasPairs(_ bytes: [UInt8]) -> Bool {
    var (inRow, most) = (0, 0)
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      guard byte >= 0x80 else {
        inRow = 0
        continue
      }
      guard place < bytes.count else { break }
      guard byte > 0x80, byte < 0xFF, bytes[place] >= 0x30, bytes[place] < 0xFF else { return false }
      inRow = byte >= 0xA1 && bytes[place] >= 0xA1 ? inRow + 1 : 0
      most = max(most, inRow)
      place += 1
    }
    return most >= 2
  }
}
