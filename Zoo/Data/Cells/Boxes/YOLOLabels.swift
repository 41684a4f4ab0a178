import Foundation
import ZooFormat
import ZooImages

/// Boxes as YOLO's text files have them: a file for each image, in each line the number of the class, and the middle, width
/// and height of the box as shares of the image. Lines of outlines (class, then pairs of x and y) are boxes around them.
struct YOLOLabels: Sendable {
  /// As the folder has it.
  let path: String
  private let file: String
  private let lines: [Substring]

  private static let inImage = -0.01...1.01
  private static let mostLooked = 1 << 16

  init(_ folder: FieldFolder, _ path: String) throws(ZooError) {
    self.path = path
    file = folder.full(path)
    lines = String(decoding: try FileBytes.read(file), as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// What a line says; `nil` if it is no box.
  private static func box(_ line: Substring) -> (kind: Int, x: Double, y: Double, isScored: Bool)? {
    let words = line.split(whereSeparator: \.isWhitespace)
    let shares = words.dropFirst().compactMap { Double($0) }
    guard let first = words.first, let kind = CellTableReader.integer(String(first)), kind >= 0,
      shares.count == words.count - 1, let middle = middle(shares)
    else { return nil }
    return (kind, middle.x, middle.y, shares.count == 5)
  }

  /// What a file, or its first part, is: `nil` if any line is no box.
  static func look(_ file: String) -> (boxes: Int, areScored: Bool)? {
    guard let bytes = try? FileBytes.read(file, prefix: mostLooked), let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if bytes.count == mostLooked { lines.removeLast() }
    var (boxes, areScored) = (0, false)
    for line in lines where !line.allSatisfy(\.isWhitespace) {
      guard let box = box(line) else { return nil }
      boxes += 1
      areScored = areScored || box.isScored
    }
    return (boxes, areScored)
  }

  /// Whether a line has six numbers, of which the last is how sure a program was.
  var arePredictions: Bool { lines.contains { $0.split(whereSeparator: \.isWhitespace).count == 6 } }

  private var isEmpty: Bool { lines.allSatisfy { $0.allSatisfy(\.isWhitespace) } }

  /// The middles of the boxes.
  /// - Parameter names: Of the classes, which are called by their numbers without.
  /// - Throws: ``ZooError`` naming the line that isn't a box, or has a class without a name.
  func boxes(_ images: FieldImages, _ places: ImagePlaces, names: YOLOLists.List?) throws(ZooError) -> BoxFile {
    var result = BoxFile()
    let place: ImagePlaces.Place?
    do throws(ZooError) { place = try places.place(path) } catch { throw error.at(file: file) }
    for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      guard let place else {
        result.lost += 1
        result.lostName = path
        continue
      }
      guard let box = Self.box(line) else {
        throw ZooError(
          .badInput, file: file, line: number + 1, problem: "'\(String(line.prefix(60)).onOneLine)' is no box",
          expected: "class, x, y, width and height, the last four as shares of the image from 0 to 1",
          remedy: "Divide pixels by the width and the height of the image")
      }
      let label = names.map { $0.name(box.kind) } ?? "\(box.kind)"
      guard let label else {
        throw ZooError(
          .badInput, file: file, line: number + 1,
          problem: "the class \(box.kind) has no name in \(names?.quoted ?? "")",
          expected: "a name for each class in the list that lies nearest above the text",
          remedy:
            "Add the name to '\(names?.path.onOneLine ?? "")', or put the list that the text was made with into its folder as classes.txt"
        )
      }
      result.classes[box.kind, default: 0] += 1
      let field = images.fields[place.field]
      result.boxes.append(
        Box(
          place: place, x: box.x * Double(field.width) - 0.5, y: box.y * Double(field.height) - 0.5, label: label,
          line: number + 1))
    }
    return result
  }

  /// Of a box (and perhaps its score), or of the box around an outline.
  private static func middle(_ shares: [Double]) -> (x: Double, y: Double)? {
    // Boxes at the border may reach a little over it.
    switch shares.count {
    case 4, 5: return shares.prefix(4).allSatisfy(inImage.contains) ? (shares[0], shares[1]) : nil
    case 6... where shares.count % 2 == 0 && shares.allSatisfy(inImage.contains):
      let x = stride(from: 0, to: shares.count, by: 2).map { shares[$0] }
      let y = stride(from: 1, to: shares.count, by: 2).map { shares[$0] }
      guard let left = x.min(), let right = x.max(), let top = y.min(), let bottom = y.max() else { return nil }
      return ((left + right) / 2, (top + bottom) / 2)
    default: return nil
    }
  }

  /// Refuses texts that a program wrote, which are no labels.
  /// - Parameter key: The key of the spec that chose them; `nil` for what isn't of a spec.
  static func refusePredictions(_ texts: [YOLOLabels], root: String, key: String?) throws(ZooError) {
    let found = texts.filter(\.arePredictions)
    guard !found.isEmpty else { return }
    func folder(_ text: YOLOLabels) -> String { (text.path as NSString).deletingLastPathComponent }
    // An empty text is of an image without anything.
    let all = Dictionary(grouping: texts.filter { !$0.isEmpty }, by: folder).mapValues(\.count)
    let own = Dictionary(grouping: found, by: folder).sorted { NaturalOrder.precedes($0.key, $1.key) }
    let shown = own.prefix(4).map { "\($0.value.count) in '\($0.key.isEmpty ? "." : $0.key.onOneLine)'" }
    let patterns = own.flatMap { folder, texts in
      texts.count == all[folder] && !folder.isEmpty ? ["\(folder)/*.txt"] : texts.map(\.path)
    }
    let isSome = found.count < all.values.reduce(0, +) && patterns.count <= 8
    let leave =
      key == nil
      ? "Give the folder of those that somebody drew"
      : isSome
        ? "Leave them out by data.exclude=[\(patterns.map { "\"\($0)\"" }.joined(separator: ", "))]"
        : "Set \(key ?? "") to the texts that somebody drew"
    throw ZooError(
      .badInput, file: root, path: key,
      problem:
        "\(found.count) of \(Figures.counted(texts.count, "label text")) (\(shown.joined(separator: ", "))\(own.count > 4 ? " …" : "")) have lines of six numbers, the last a confidence: they are predictions of a program and no labels",
      expected: "class, x, y, width and height",
      remedy: "\(leave); if they are to count as labels all the same, without it: cut -d' ' -f1-5 FILE > NEW.txt")
  }
}
