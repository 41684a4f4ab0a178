import Foundation
import ZooFormat

/// What ImageJ and Fiji write of a stack: the description `ImageJ=…`, and labels in tags of their own.
struct ImageJDescription {
  private let values: [String: String]

  /// `nil` for other texts.
  init?(_ text: String) {
    guard text.hasPrefix("ImageJ=") else { return nil }
    let lines = text.split(whereSeparator: \.isNewline).compactMap { line -> (String, String)? in
      guard let equals = line.firstIndex(of: "=") else { return nil }
      let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
      return (line[..<equals].trimmingCharacters(in: .whitespaces), value)
    }
    values = Dictionary(lines) { first, _ in first }
  }

  /// All planes; `nil` if it isn't said.
  var planeCount: Int? { values["images"].flatMap { Int($0) } }

  /// In which lengths are measured, without ImageJ's escape of the Greek letter; `nil` if it isn't said.
  var unit: String? { values["unit"].map { $0.replacing("\\u00B5", with: "µ") } }

  /// Hours from one frame to the next; `nil` if it isn't said.
  var frameInterval: Double? {
    values["finterval"].flatMap { Double($0) }.flatMap { TimeUnit.hours($0, unit: values["tunit"]) }
  }

  /// The axes, slowest first; `nil` if it is only said how many planes there are.
  func axes() throws(ZooError) -> TIFFPlanes.Axes? {
    let names: [(axis: Character, key: String)] = [("C", "channels"), ("Z", "slices"), ("T", "frames")]
    guard names.contains(where: { values[$0.key] != nil }) || values["hyperstack"] == "true" else { return nil }
    var sizes: [Character: Int] = [:]
    for (axis, key) in names {
      guard let size = Int(values[key] ?? "1"), size > 0 else {
        throw ZooError(.badInput, problem: "ImageJ's description says \(key)=\((values[key] ?? "").prefix(20))")
      }
      sizes[axis] = size
    }
    var order = (values["order"] ?? "czt").uppercased()
    if order == "DEFAULT" { order = "CZT" }
    if order.hasPrefix("XY") { order.removeFirst(2) }
    guard order.sorted() == ["C", "T", "Z"] else {
      throw ZooError(
        .badInput, problem: "ImageJ's description says order=\(order.prefix(20))",
        expected: "czt or another order of these letters",
        remedy: "Say by data.axes what the pages are")
    }
    return order.reversed().map { ($0, sizes[$0] ?? 1) }
  }

  /// The labels of the planes, from the tags 50838 (sizes) and 50839 (contents); empty without them.
  ///
  /// The contents begin with `IJIJ` and pairs of a kind and a number, for which the sizes follow in that order.
  static func labels(_ tags: TIFFTags?) -> [String] {
    guard let tags, let sizes = tags.numbers(50838), let content = tags.content(50839), let headerSize = sizes.first,
      headerSize >= 4, headerSize <= content.count, (headerSize - 4) % 8 == 0
    else { return [] }
    let header = Array(content.prefix(headerSize))
    // Programs wrote it in the file's byte order, and in the other.
    let isLittle = header.starts(with: "JIJI".utf8)
    guard isLittle || header.starts(with: "IJIJ".utf8) else { return [] }
    var offset = content.startIndex + headerSize
    var item = 1
    for place in stride(from: 4, to: headerSize, by: 8) {
      let kind = isLittle ? Array(header[place..<place + 4].reversed()) : Array(header[place..<place + 4])
      let count = TIFFTags.number(header[place + 4..<place + 8], isLittleEndian: isLittle) ?? 0
      var texts: [String] = []
      for _ in 0..<min(count, sizes.count - item) {
        let size = sizes[item]
        item += 1
        guard size >= 0, size <= content.endIndex - offset else { return [] }
        if kind == Array("labl".utf8) {
          let bytes = content[offset..<offset + size]
          texts.append(utf16(Array(bytes), isLittleEndian: isLittle))
        }
        offset += size
      }
      if kind == Array("labl".utf8) { return texts }
    }
    return []
  }

  private static func utf16(_ bytes: [UInt8], isLittleEndian: Bool) -> String {
    var units: [UInt16] = []
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      units.append(isLittleEndian ? second << 8 | first : first << 8 | second)
    }
    return String(decoding: units, as: UTF16.self)
  }
}
