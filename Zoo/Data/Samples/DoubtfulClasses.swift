import ZooFormat
import ZooImages

/// Names that stand among the classes and most likely are none: words for no verdict, and names of wells, plates and the like.
struct DoubtfulClasses {
  private let spec: DataSpec
  /// Class → how many samples it has.
  private let counts: [(name: String, count: Int)]

  private static let mostShown = 8

  init(_ spec: DataSpec, _ counts: [(name: String, count: Int)]) { (self.spec, self.counts) = (spec, counts) }

  private static func list(_ names: [String]) -> String {
    names.map { JSONValue.string($0).description }.joined(separator: ", ")
  }

  // MARK: No verdict

  /// A sentence for each class that says that nobody knew, with what leaves it out.
  var remarks: [String] {
    let doubtful = counts.filter { isNoVerdict($0.name) }
    let others = counts.map(\.name).filter { !isNoVerdict($0) }
    let remedy =
      spec.source == .cells
      ? "data.labels.ignore=[\(Self.list(spec.labels.ignore + doubtful.map(\.name)))]"
      : others.isEmpty || others.count > Self.mostShown
        ? "name the others in data.classes" : "data.classes=[\(Self.list(others))]"
    return doubtful.map { name, count in
      "'\(name.onOneLine)' (\(count)) reads like no verdict and is taken as a class; to leave it out: \(remedy)"
    } + [aspect].compactMap(\.self)
  }

  private func isNoVerdict(_ name: String) -> Bool { Spelling.isNoVerdict(name) || isUnset(name) }

  /// Whether nothing is set: `0+0+0`, as the label of a one-hot table reads that nobody scored, unless most are so; `0` or `-1`
  /// among words, as ilastik writes for what nobody clicked.
  private func isUnset(_ name: String) -> Bool {
    let others = counts.filter { $0.name != name }
    if name.wholeMatch(of: /0(\+0)+/) != nil {
      return counts.reduce(0) { $0 + $1.count } > 2 * (counts.first { $0.name == name }?.count ?? 0)
    }
    return ["0", "-1"].contains(name) && !others.isEmpty && others.allSatisfy { Double($0.name) == nil }
  }

  // MARK: Wells and the like

  /// What all classes are called as, if nobody named them: `well`, `plate`, `frame` …
  private var part: String? { spec.classes.isEmpty ? AspectFolders.part(counts.map(\.name)) : nil }

  private var shown: String {
    let names = counts.map(\.name.onOneLine)
    return names.count > Self.mostShown ? "\(names[0]) … \(names[names.count - 1])" : names.joined(separator: ", ")
  }

  /// Two or three short names such as B1 and B2 may be types of cells; more of several rows are wells.
  private var areSurelyWells: Bool {
    part == "well"
      && (counts.count > 3 || counts.allSatisfy { $0.name.prefix { $0.isLetter || $0.isNumber }.count > 2 })
  }

  private var aspect: String? {
    guard let part, !areSurelyWells else { return nil }
    return "the \(counts.count) classes (\(shown)) are called as \(part)s are; if they are none, \(remedy(part))"
  }

  private func remedy(_ part: String) -> String {
    let join = "data.join={\"TABLE.csv\": [\(part)]} takes what a table says of each \(part)"
    guard spec.images == nil else {
      return
        "that part of data.images is {\(part)}; where no part is the class, \(join), and data.columns.label names the column with the classes there"
    }
    return "set data.columns.label to the column with the classes; \(join), the label too"
  }

  /// Classes that all are wells: nobody trains on these.
  var refusal: ZooError? {
    guard areSurelyWells else { return nil }
    let names = counts.map(\.name)
    return ZooError(
      .badInput, path: "data.classes", problem: "the \(names.count) classes (\(shown)) are wells by their names",
      expected: "classes of the images",
      remedy:
        "Say what the classes are: \(remedy("well")); if the wells are classes all the same, name them: data.classes=[\(Self.list(Array(names.prefix(Self.mostShown))))\(names.count > Self.mostShown ? ", …" : "")]"
    )
  }
}
