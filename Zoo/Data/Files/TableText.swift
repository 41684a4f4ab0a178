import ZooFormat
import ZooImages

/// The bytes of a table as UTF-8, whatever Unicode form the file has.
enum TableText {
  /// Starts of files that are called tables but are none, and what to do.
  private static let others: [(start: [UInt8], name: String, remedy: String)] = [
    ([0x50, 0x4B, 0x03, 0x04], "a spreadsheet (.xlsx, .ods) or another zip archive", "Save the sheet as CSV (UTF-8)"),
    ([0xD0, 0xCF, 0x11, 0xE0], "an old spreadsheet (.xls)", "Save the sheet as CSV (UTF-8)"),
    ([0x50, 0x41, 0x52, 0x31], "a Parquet file", "Write it as CSV, e.g. by pandas: read_parquet(…).to_csv(…)"),
    ([0x1F, 0x8B], "packed by gzip", "Unpack it by gunzip"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "Write the table as CSV"),
  ]

  /// UTF-8 with or without a byte order mark as it is; UTF-16 transcoded, which Excel writes as “Unicode text”.
  /// - Throws: ``ZooError`` if it is a spreadsheet or another binary file.
  static func utf8(_ bytes: [UInt8], file: String) throws(ZooError) -> [UInt8] {
    if let error = NoTable.refusal(bytes, file: file) { throw error }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes[3...]) }
    if bytes.starts(with: [0xFF, 0xFE]) { return try utf16(bytes[2...], isBigEndian: false, file) }
    if bytes.starts(with: [0xFE, 0xFF]) { return try utf16(bytes[2...], isBigEndian: true, file) }
    if ForeignFormat.isArrays(bytes) {
      throw ZooError(
        .badInput, file: file, problem: "is a NumPy archive (.npz)", expected: "a CSV file",
        remedy: ForeignFormat.arrays)
    }
    if let other = others.first(where: { bytes.starts(with: $0.start) }) {
      throw ZooError(
        .badInput, file: file, problem: "is \(other.name)", expected: "a CSV file", remedy: other.remedy)
    }
    if bytes.count >= 4, bytes[0] != 0, bytes[1] == 0, bytes[2] != 0, bytes[3] == 0 {
      return try utf16(bytes[...], isBigEndian: false, file)
    }
    if bytes.count >= 4, bytes[0] == 0, bytes[1] != 0, bytes[2] == 0, bytes[3] != 0 {
      return try utf16(bytes[...], isBigEndian: true, file)
    }
    guard !bytes.contains(0) else {
      if let text = unmarked(bytes) { return Array(text.utf8) }
      throw ZooError(
        .badInput, file: file, problem: "has bytes of zero, as no text has", expected: "a CSV file in UTF-8 or UTF-16")
    }
    return bytes
  }

  /// A plain text, such as a list of names, with or without a byte order mark.
  /// - Throws: ``ZooError`` that says what letters it most likely has, if it isn't Unicode.
  static func plain(_ bytes: [UInt8], file: String) throws(ZooError) -> String {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return String(decoding: try utf16(bytes[2...], isBigEndian: bytes[0] == 0xFE, file), as: UTF8.self)
    }
    if bytes.contains(0), let text = unmarked(bytes) { return text }
    let own = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard let text = String(validating: own, as: UTF8.self) else {
      throw ZooError(
        .badInput, file: file, problem: "text that isn't UTF-8", expected: "a text in UTF-8 or UTF-16",
        remedy: TextEncoding(bytes).remedy(new: "NEW.\(file.split(separator: ".").last ?? "txt")"))
    }
    return text
  }

  /// UTF-16 without a byte order mark, whatever its letters: in the order in which lines or fields end, and nothing is a
  /// control. `nil` for what isn't.
  private static func unmarked(_ bytes: [UInt8]) -> String? {
    guard bytes.count % 2 == 0 else { return nil }
    let found = [false, true].compactMap { isBigEndian -> (text: String, ends: Int)? in
      let units = units(bytes[...], isBigEndian: isBigEndian)
      let ends = units.count { [0x09, 0x0A, 0x0D, 0x2C, 0x3B].contains($0) }
      let areLetters = units.allSatisfy { $0 >= 0x20 || [0x09, 0x0A, 0x0D].contains($0) }
      guard ends > 0, areLetters, let text = String(validating: units, as: UTF16.self) else { return nil }
      return (text, ends)
    }
    return found.max { $0.ends < $1.ends }?.text
  }

  private static func units(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt16] {
    let first = bytes.startIndex
    return (0..<bytes.count / 2).map { index in
      let (one, two) = (UInt16(bytes[first + 2 * index]), UInt16(bytes[first + 2 * index + 1]))
      return isBigEndian ? one << 8 | two : two << 8 | one
    }
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool, _ file: String) throws(ZooError) -> [UInt8] {
    let units = units(bytes, isBigEndian: isBigEndian)
    guard bytes.count % 2 == 0, let text = String(validating: units, as: UTF16.self), !text.utf8.contains(0) else {
      throw ZooError(
        .badInput, file: file, problem: "text that isn't valid UTF-16", expected: "a CSV file in UTF-8 or UTF-16",
        remedy: "Save it as UTF-8")
    }
    return Array(text.utf8)
  }
}

extension String {
  /// Whether a character would break a line or steer a terminal: controls, and the two line breaks of Unicode.
  package var hasControls: Bool {
    unicodeScalars.contains {
      $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028 || $0.value == 0x2029
    }
  }

  /// Why a text can't be the name of an item, a group or a class, which stand in messages, tables and pages; `nil` if it
  /// can.
  var faultAsName: String? {
    if utf8.count > Self.longestName { return "has \(utf8.count) bytes" }
    return hasControls ? "has a line break or a control character" : nil
  }

  /// Bytes; paths have at most 4,096.
  private static let longestName = 5000

  /// With `\u{…}` in place of what ``hasControls`` asks for, so that it can be quoted on one line.
  package var onOneLine: String {
    guard hasControls else { return self }
    return unicodeScalars.map { scalar in
      String(Character(scalar)).hasControls ? "\\u{\(String(scalar.value, radix: 16))}" : String(Character(scalar))
    }.joined()
  }

  /// As one word of a POSIX shell, ready to be copied.
  package var asShellWord: String {
    let plain = utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [0x2C, 0x2D, 0x2E, 0x2F, 0x3D, 0x5F].contains(byte)
    }
    return plain && !isEmpty ? self : "'" + replacing("'", with: "'\\''") + "'"
  }
}
