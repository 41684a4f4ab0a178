import Foundation
import ZooFormat
import ZooImages

/// What the classes of YOLO's texts are called: for each text the list that lies nearest above it counts, since whoever
/// labelled a batch left the list of this batch beside it.
struct YOLOLists: Sendable {
  /// One file with names.
  struct List: Sendable {
    /// The whole path.
    let file: String
    /// As messages have it: below the folder of the data.
    let path: String
    let names: [Int: String]

    func name(_ number: Int) -> String? { names[number] }

    /// `0 debris, 1 healthy`.
    var text: String {
      let sorted = names.sorted { $0.key < $1.key }
      return sorted.prefix(YOLOLists.shown).map { "\($0.key) \($0.value.onOneLine)" }.joined(separator: ", ")
        + (sorted.count > YOLOLists.shown ? " … (\(sorted.count))" : "")
    }

    var quoted: String { "'\(path.onOneLine)' (\(text))" }

    /// Whether a number has two names.
    func contradicts(_ other: List) -> Bool {
      names.contains { number, name in other.names[number].map { $0 != name } ?? false }
    }
  }

  /// The programs that write label files put these beside them or above.
  static let names: Set<String> = [
    "classes.txt", "obj.names", "data.yaml", "data.yml", "dataset.yaml", "dataset.yml",
  ]
  private static let shown = 8

  /// By the folder below the root, "" for the root itself, ".." for the one above.
  private let lists: [String: [List]]

  /// - Throws: ``ZooError`` if a list isn't text.
  init(_ folder: FieldFolder) throws(ZooError) {
    let above = (URL(fileURLWithPath: folder.root).standardizedFileURL.path as NSString).deletingLastPathComponent
    let candidates =
      folder.paths.filter { Self.isList($0) }.map { (path: $0, file: folder.full($0)) }
      + Self.names.sorted().map { (path: "../\($0)", file: "\(above)/\($0)") }
    var lists: [String: [List]] = [:]
    for (path, file) in candidates where FileKind(file) == .file {
      let names = try Self.read(file)
      if names.isEmpty { continue }
      lists[(path as NSString).deletingLastPathComponent, default: []].append(
        List(file: file, path: path, names: names))
    }
    self.lists = lists
  }

  static func isList(_ path: String) -> Bool { names.contains((path as NSString).lastPathComponent) }

  /// One name a line, numbered from 0, or the key `names` of a YAML file.
  private static func read(_ file: String) throws(ZooError) -> [Int: String] {
    let text = try TableText.plain(FileBytes.read(file, prefix: 1 << 20), file: file)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if file.hasSuffix(".yaml") || file.hasSuffix(".yml") { return yaml(lines) }
    let named = lines.enumerated().map { ($0, String($1).trimmed) }.filter { !$1.isEmpty }
    return Dictionary(uniqueKeysWithValues: named)
  }

  /// Folders above a file, the nearest first.
  private static func folders(above path: String) -> [String] {
    let parts = path.split(separator: "/").dropLast()
    return (0...parts.count).reversed().map { parts.prefix($0).joined(separator: "/") } + [".."]
  }

  /// Those above a text, the nearest first.
  private func above(_ path: String) -> [List] { Self.folders(above: path).flatMap { lists[$0] ?? [] } }

  /// The list that counts for a text; `nil` if there is none above it.
  /// - Throws: ``ZooError`` if the nearest folder has several that contradict each other.
  func nearest(_ path: String) throws(ZooError) -> List? {
    guard let own = Self.folders(above: path).lazy.compactMap({ lists[$0] }).first,
      let most = own.max(by: { $0.names.count < $1.names.count })
    else { return nil }
    guard let other = own.first(where: { $0.contradicts(most) }) else { return most }
    throw ZooError(
      .badInput, file: most.file,
      problem: "\(most.quoted) and \(other.quoted) lie in one folder and contradict each other",
      expected: "one list of the classes of the label texts beside and below",
      remedy:
        "Move the one that is wrong away, or leave it out by data.exclude=[\"\(other.path)\"] or [\"\(most.path)\"]")
  }

  /// What is to be said of the lists that were used and of those that weren't.
  /// - Parameter texts: With how many boxes of each number they have.
  func findings(_ texts: [(path: String, boxes: [Int: Int])]) throws(ZooError) -> [String] {
    var used: [String: (list: List, texts: Int, boxes: Int)] = [:]
    var others: [String: (list: List, used: Set<String>, boxes: Int, all: Int, texts: Int)] = [:]
    var without = 0
    for (path, boxes) in texts {
      guard let own = try nearest(path) else {
        without += 1
        continue
      }
      let all = boxes.values.reduce(0, +)
      let old = used[own.path] ?? (own, 0, 0)
      used[own.path] = (own, old.texts + 1, old.boxes + all)
      for list in above(path) where list.path != own.path && list.contradicts(own) {
        let old = others[list.path] ?? (list, [], 0, 0, 0)
        let otherwise = boxes.reduce(0) { $0 + (list.name($1.key) == own.name($1.key) ? 0 : $1.value) }
        others[list.path] = (
          list, old.used.union([own.path]), old.boxes + otherwise, old.all + all, old.texts + 1
        )
      }
    }
    var findings: [String] = []
    let sorted = used.values.sorted { NaturalOrder.precedes($0.list.path, $1.list.path) }
    if let first = sorted.first, sorted.contains(where: { $0.list.names != first.list.names }) {
      let text = sorted.prefix(Self.shown).map {
        "\($0.list.quoted) of \(Figures.counted($0.texts, "text")), \($0.boxes) \($0.boxes == 1 ? "box" : "boxes")"
      }
      findings.append(
        "label texts have different lists of classes, and each is read by the one nearest above it: \(text.joined(separator: "; "))\(sorted.count > Self.shown ? " …" : "")"
      )
    }
    for other in others.values.sorted(by: { NaturalOrder.precedes($0.list.path, $1.list.path) }) {
      let quoted = used.values.filter { other.used.contains($0.list.path) }.map(\.list.quoted)
        .sorted(by: NaturalOrder.precedes)
      findings.append(
        "\(other.list.quoted) lies further up and contradicts \(quoted.prefix(2).joined(separator: ", "))\(quoted.count > 2 ? " …" : ""), which \(quoted.count == 1 ? "is" : "are") nearer to the label texts and used: by it \(other.boxes) of \(other.all) boxes in \(Figures.counted(other.texts, "text")) would be called otherwise"
      )
    }
    guard without > 0 else { return findings }
    let elsewhere = lists.values.joined().filter { used[$0.path] == nil && others[$0.path] == nil }
      .sorted { NaturalOrder.precedes($0.path, $1.path) }
    let unused = elsewhere.first.map {
      "; \($0.quoted) doesn't lie above them: copy it into the folder of the texts if it is theirs"
    }
    findings.append(
      (used.isEmpty
        ? "no file says what the classes are called"
        : "no list of classes lies above \(without) of \(texts.count) label texts")
        + ": they are numbers; data.relabel names them\(unused ?? "")")
    return findings
  }

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
