import Foundation
import ZooFormat
import ZooImages

/// Boxes as YOLO's text files have them: a file for each image, in each line the number of the class, and the middle, width
/// and height of the box as shares of the image. Lines of outlines (class, then pairs of x and y) are boxes around them.
enum YOLOLabels {
  /// What the classes are called.
  struct Names: Sendable {
    private var names: [Int: String] = [:]

    var isEmpty: Bool { names.isEmpty }

    init() {}

    /// Names from `classes.txt` or `obj.names` (one a line), or the key `names` of `data.yaml`, in the folder, beside the
    /// labels or above them.
    init(_ folder: FieldFolder) throws(ZooError) {
      let above = (URL(fileURLWithPath: folder.root).standardizedFileURL.path as NSString).deletingLastPathComponent
      let candidates =
        folder.paths.filter { path in BoxTables.namesFiles.contains((path as NSString).lastPathComponent) }
        .map(folder.full) + BoxTables.namesFiles.map { "\(above)/\($0)" }
      for file in candidates where FileKind(file) == .file {
        let lines = String(decoding: try FileBytes.read(file, prefix: 1 << 20), as: UTF8.self)
          .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if file.hasSuffix(".yaml") || file.hasSuffix(".yml") {
          names = Self.yaml(lines)
        } else {
          let texts = lines.map { String($0).trimmed }.filter { !$0.isEmpty }
          names = Dictionary(uniqueKeysWithValues: texts.enumerated().map { ($0, $1) })
        }
        if !names.isEmpty { return }
      }
    }

    func name(_ number: Int) -> String? { names.isEmpty ? "\(number)" : names[number] }

    /// `names: [a, b]`, or lines `- a` or `0: a` below `names:`.
    static func yaml(_ lines: [Substring]) -> [Int: String] {
      guard let start = lines.firstIndex(where: { $0.hasPrefix("names:") }) else { return [:] }
      let rest = plain(lines[start].dropFirst("names:".count))
      if rest.hasPrefix("[") || rest.hasPrefix("{") {
        // A list may go over several lines.
        let all = ([rest] + lines[(start + 1)...].map(String.init)).joined(separator: " ")
        let inner = all.dropFirst().prefix { $0 != "]" && $0 != "}" }
        return numbered(inner.split(separator: ",").map { plain($0) })
      }
      let below = lines[(start + 1)...].prefix { line in line.first.map { $0.isWhitespace || $0 == "-" } ?? true }
      let texts = below.map { plain($0) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
      return numbered(texts.map { $0.hasPrefix("-") ? plain($0.dropFirst()) : $0 })
    }

    private static func plain(_ text: Substring) -> String {
      text.trimmingCharacters(in: CharacterSet(charactersIn: " \t\"'"))
    }

    /// By the number before a colon, or else by their order.
    private static func numbered(_ texts: [String]) -> [Int: String] {
      var names: [Int: String] = [:]
      for (place, text) in texts.enumerated() {
        if let colon = text.firstIndex(of: ":"), let number = Int(plain(text[..<colon])) {
          names[number] = plain(text[text.index(after: colon)...])
        } else {
          names[place] = text
        }
      }
      return names
    }
  }

  /// The middles of the boxes of one file.
  /// - Parameters:
  ///   - name: Of the file, by which its image is found.
  /// - Throws: ``ZooError`` naming the line that isn't a box, or has a class without a name.
  static func boxes(
    _ file: String, name: String, _ images: FieldImages, _ places: ImagePlaces, names: Names
  ) throws(ZooError) -> BoxFile {
    let text = String(decoding: try FileBytes.read(file), as: UTF8.self)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var result = BoxFile()
    let place: ImagePlaces.Place?
    do throws(ZooError) { place = try places.place(name) } catch { throw error.at(file: file) }
    for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      guard let place else {
        result.lost += 1
        result.lostName = name
        continue
      }
      let words = line.split(whereSeparator: \.isWhitespace)
      let shares = words.dropFirst().compactMap { Double($0) }
      guard let first = words.first, let kind = CellTableReader.integer(String(first)), kind >= 0,
        shares.count == words.count - 1, let middle = middle(shares)
      else {
        throw ZooError(
          .badInput, file: file, line: number + 1, problem: "'\(String(line.prefix(60)).onOneLine)' is no box",
          expected: "class, x, y, width and height, the last four as shares of the image from 0 to 1",
          remedy: "Divide pixels by the width and the height of the image")
      }
      guard let label = names.name(kind) else {
        throw ZooError(
          .badInput, file: file, line: number + 1, problem: "the class \(kind) has no name",
          expected: "a name for each class in classes.txt or data.yaml")
      }
      let field = images.fields[place.field]
      result.boxes.append(
        Box(
          place: place, x: middle.x * Double(field.width) - 0.5, y: middle.y * Double(field.height) - 0.5,
          label: label, line: number + 1))
    }
    return result
  }

  /// Of a box (and perhaps its score), or of the box around an outline.
  private static func middle(_ shares: [Double]) -> (x: Double, y: Double)? {
    // Boxes at the border may reach a little over it.
    let range = -0.01...1.01
    switch shares.count {
    case 4, 5: return shares.prefix(4).allSatisfy(range.contains) ? (shares[0], shares[1]) : nil
    case 6... where shares.count % 2 == 0 && shares.allSatisfy(range.contains):
      let x = stride(from: 0, to: shares.count, by: 2).map { shares[$0] }
      let y = stride(from: 1, to: shares.count, by: 2).map { shares[$0] }
      guard let left = x.min(), let right = x.max(), let top = y.min(), let bottom = y.max() else { return nil }
      return ((left + right) / 2, (top + bottom) / 2)
    default: return nil
    }
  }
}
