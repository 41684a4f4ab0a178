import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// XML of strangers, made harmless for Foundation's parser, which traps on an instruction without data, `<?x?>`, and would
/// take the letters that a declaration, or bytes of zero, name in place of UTF-8.
package enum SafeXML {
  /// Takes declarations and instructions for blanks, so that lines stay where they are. O(bytes).
  /// - Returns: A parser that resolves nothing from outside; `nil` for a text that defines entities of its own or has bytes of
  ///   zero.
  package static func parser(_ text: some StringProtocol) -> XMLParser? {
    var bytes = Array(text.utf8)
    guard !bytes.contains(0), text.range(of: "<!DOCTYPE", options: .caseInsensitive) == nil, !text.contains("<!ENTITY")
    else { return nil }
    var place = 0
    while let start = next(0x3C, 0x3F, in: bytes, from: place), let end = next(0x3F, 0x3E, in: bytes, from: start + 2) {
      for index in start..<end + 2 where bytes[index] != 0x0A && bytes[index] != 0x0D { bytes[index] = 0x20 }
      place = end + 2
    }
    let parser = XMLParser(data: Data(bytes))
    parser.shouldResolveExternalEntities = false
    return parser
  }

  /// Where two bytes stand behind each other.
  private static func next(_ first: UInt8, _ second: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    while place + 1 < bytes.count {
      if bytes[place] == first, bytes[place + 1] == second { return place }
      place += 1
    }
    return nil
  }
}
