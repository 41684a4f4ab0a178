import ZooFormat
import ZooImages

/// Which entries are used and what their labels are: `relabel`, then `classes`.
struct ClassSelection {
  private(set) var classes: [String] = []
  private(set) var entries: [Int] = []
  /// One for each of `entries`.
  private(set) var labels: [Int?] = []
  /// Entries that aren't used, by reason.
  private(set) var remarks: [String] = []

  /// O(entries).
  /// - Parameter passedOver: what the source left out itself, for messages.
  init(
    _ spec: DataSpec, source: any SampleSource, purpose: Dataset.Purpose, passedOver: [String],
    problems: inout Problems
  ) {
    // Names of classes come without blanks at their ends.
    var spec = spec
    spec.relabel = Dictionary(spec.relabel.map { ($0.key.trimmed, $0.value.trimmed) }) { first, _ in first }
    var counts: [String: Int] = [:]
    var nothing: [String: Int] = [:]
    for entry in source.entries {
      guard let name = entry.className else { nothing["", default: 0] += 1; continue }
      // A word that the spec names as a class is one.
      if Spelling.isNothing(name), !spec.classes.contains(name), spec.relabel[name] == nil {
        nothing[name, default: 0] += 1
      } else {
        counts[name, default: 0] += 1
      }
    }
    let declared =
      source.declaredClasses?.filter { nothing[$0] == nil } ?? counts.keys.sorted(by: NaturalOrder.precedes)
    if purpose == .training {
      for name in spec.relabel.keys.sorted() where !declared.contains(name) {
        problems.add(Dataset.missing(name, "data.relabel", "class", among: declared))
      }
    }
    var available: [String] = []
    var known: Set<String> = []
    for name in declared.map({ spec.relabel[$0] ?? $0 }) where known.insert(name).inserted { available.append(name) }
    classes = spec.classes.isEmpty ? available : spec.classes
    let indices = Dictionary(zip(classes, classes.indices)) { first, _ in first }
    if indices.count < classes.count {
      problems.add(ZooError(.badInput, path: "data.classes", problem: "a class is named twice"))
    }
    for (index, entry) in source.entries.enumerated() {
      let label = entry.className.flatMap { nothing[$0] == nil ? indices[spec.relabel[$0] ?? $0] : nil }
      guard label != nil || purpose == .prediction else { continue }
      entries.append(index)
      labels.append(label)
    }
    guard purpose != .prediction else { return }
    let others = counts.filter { indices[spec.relabel[$0.key] ?? $0.key] == nil }
    tellOthers(others, nothing, spec, of: source.entries.count, purpose, &problems)
    checkSpelling(counts, spec, &problems)
    if purpose == .training {
      tellDoubtful(spec, &problems)
      checkSubsets(available, spec, &problems)
      checkClasses(available, passedOver, &problems)
    }
  }

  /// Takes entries out that turn out not to be of use.
  mutating func leaveOut(_ unusable: Set<Int>) {
    let kept = entries.indices.filter { !unusable.contains(entries[$0]) }
    labels = kept.map { labels[$0] }
    entries = kept.map { entries[$0] }
  }

  /// Entries whose class isn't used are counted; those without a label are refused unless that is accepted.
  private mutating func tellOthers(
    _ others: [String: Int], _ nothing: [String: Int], _ spec: DataSpec, of total: Int, _ purpose: Dataset.Purpose,
    _ problems: inout Problems
  ) {
    func listed(_ counts: [String: Int]) -> String {
      let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let shown = sorted.prefix(8).map { "\($0.key.isEmpty ? "empty" : $0.key.onOneLine) \($0.value)" }
      return shown.joined(separator: ", ") + (sorted.count > 8 ? " and \(sorted.count - 8) more" : "")
    }
    let unknown = others.values.reduce(0, +)
    if unknown > 0 {
      remarks.append(
        "\(unknown) of \(Figures.counted(total, "sample")) left out: their class isn't used (\(listed(others)))")
    }
    let unlabelled = nothing.values.reduce(0, +)
    guard unlabelled > 0 else { return }
    if purpose == .evaluation || spec.accepts(.unlabelled) {
      remarks.append(
        "\(unlabelled) of \(Figures.counted(total, "sample")) left out: they have no label (\(listed(nothing)))")
      return
    }
    problems.add(
      ZooError(
        .badInput, path: "data.columns.label",
        problem: unlabelled == 1
          ? "one of \(Figures.counted(total, "sample")) has no label (\(listed(nothing)))"
          : "\(unlabelled) of \(Figures.counted(total, "sample")): each has no label (\(listed(nothing)))",
        expected: "a class for each",
        remedy:
          "Label them, or set data.accept=[unlabelled] to leave them out; a word that is meant as a class stands in data.classes"
      ))
  }

  /// Labels that are one and the same but for the way they are written.
  private func checkSpelling(_ counts: [String: Int], _ spec: DataSpec, _ problems: inout Problems) {
    // What is written as no class, but nearly so, is no other class.
    let named = Dictionary(spec.classes.map { ($0, 0) }) { first, _ in first }
    for variants in Spelling.variants(counts.merging(named) { count, _ in count }) {
      // Different classes if the spec says so.
      let targets = Set(variants.map { spec.relabel[$0.text] ?? $0.text })
      if targets.count == 1 || targets.allSatisfy(spec.classes.contains) { continue }
      // Nothing of it is used, however it is written.
      if !spec.classes.isEmpty, targets.isDisjoint(with: spec.classes) { continue }
      let found = variants.map { "'\($0.text.onOneLine)' \($0.count)" }.joined(separator: ", ")
      let name = variants.first { spec.classes.contains($0.text) }?.text ?? variants[0].text
      let pairs = variants.filter { $0.text != name }.map { "'\($0.text.onOneLine)': '\(name.onOneLine)'" }
      problems.add(
        ZooError(
          .badInput, path: "data.classes", problem: "labels that differ only in how they are written: \(found)",
          expected: "one name for a class",
          remedy:
            "Make them one by data.relabel={\(pairs.joined(separator: ", "))}, or name each in data.classes if they differ"
        ))
    }
  }

  /// Words that say who is for training and test are no classes, wherever they were taken from.
  private func checkSubsets(_ available: [String], _ spec: DataSpec, _ problems: inout Problems) {
    let words = available.filter { SubsetWords.subset($0) != nil && !spec.classes.contains($0) }
    guard Set(words.compactMap(SubsetWords.subset)).count > 1 else { return }
    problems.add(
      ZooError(
        .badInput, path: "data.classes",
        problem:
          "\(words.map { "'\($0.onOneLine)'" }.joined(separator: " and ")) are taken for classes, but are called as subsets are",
        expected: "classes of the images",
        remedy:
          "Say what the classes are: {class} in data.images where they stand in the paths (and data.split.folders=true for the subsets), or the column with them in data.columns.label (and data.split.column), or a manifest.csv with the columns path, label and split; if these are classes, name them in data.classes"
      ))
  }

  /// Names that stand among the classes and most likely are none.
  private mutating func tellDoubtful(_ spec: DataSpec, _ problems: inout Problems) {
    var counts = [Int](repeating: 0, count: classes.count)
    for label in labels { label.map { counts[$0] += 1 } }
    let doubtful = DoubtfulClasses(spec, zip(classes, counts).map { ($0, $1) })
    remarks += doubtful.remarks
    if let error = doubtful.refusal { problems.add(error) }
  }

  private func checkClasses(_ available: [String], _ passedOver: [String], _ problems: inout Problems) {
    for name in classes where !available.contains(name) {
      problems.add(Dataset.missing(name, "data.classes", "class", among: available))
    }
    var counts = [Int](repeating: 0, count: classes.count)
    for label in labels { label.map { counts[$0] += 1 } }
    for (name, count) in zip(classes, counts) where count == 0 && available.contains(name) {
      problems.add(
        ZooError(
          .badInput, path: "data.classes",
          problem:
            "the class '\(name)' has no images\(passedOver.isEmpty ? "" : " (\(passedOver.joined(separator: "; ")))")",
          expected: "at least one image in every class", remedy: "Name the classes to be used in data.classes"))
    }
    if classes.count < 2 {
      problems.add(
        ZooError(
          .badInput, path: "data.classes", problem: "there is only the class '\(classes.first ?? "")'",
          expected: "at least two"))
    }
    for name in available {
      guard let fault = name.faultAsName else { continue }
      problems.add(
        ZooError(
          .badInput, path: "data.classes", problem: "the class '\(name)' \(fault)", expected: "a name on one line",
          remedy: "Give it another name, in the data"))
    }
  }
}
