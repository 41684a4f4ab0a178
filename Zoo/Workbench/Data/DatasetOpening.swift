import Foundation
import ZooFormat

extension Dataset {
  /// The largest height and width (pixels) that images are resized to.
  static let largestSide = 8192

  /// Opens the data that a spec describes. O(files): every file's header is read, no pixels are decoded.
  ///
  /// - Parameter requiresLabels: Whether every sample needs a class, as in training and evaluation. Without, samples of
  ///   no class are kept with a label of `nil`.
  /// - Throws: One ``ZooError`` with everything found wrong: missing and broken files, classes without samples, channels,
  ///   columns and classes that the data lacks with the nearest name it has.
  public static func open(_ spec: DataSpec, requiresLabels: Bool = true) throws(ZooError) -> Dataset {
    let source = try source(of: spec, requiresLabels: requiresLabels)
    var problems = Problems()
    let labels = ClassSelection(spec, source: source, requiresLabels: requiresLabels, problems: &problems)
    let channels = selectChannels(spec, source: source, problems: &problems)
    for name in spec.split.by where !source.groupColumns.contains(name) {
      problems.add(missingColumn(name, among: source.groupColumns))
    }
    if spec.frames != source.frames {
      problems.add(
        ZooError(
          .badInput, path: "data.frames",
          problem: "is \(spec.frames.map(String.init) ?? "null")",
          expected: source.frames.map { "\($0), as the sequences have" } ?? "null, because these are single images"))
    }
    if spec.height < 1 || spec.width < 1 || spec.height > Self.largestSide || spec.width > Self.largestSide {
      problems.add(
        ZooError(
          .badInput, path: "data.height", problem: "the images are to have \(spec.width)×\(spec.height) pixels",
          expected: "1 to \(Self.largestSide)"))
    }
    problems.add(source.problems(labels.entries, channels: channels.map(\.index)))
    try problems.check()
    return Dataset(
      samples: zip(labels.entries, labels.labels).map { entry, label in
        let found = source.entries[entry]
        return Sample(id: found.id, label: label, groups: found.groups, subset: found.subset)
      },
      classes: labels.classes, channels: channels.map(\.name), groupColumns: source.groupColumns, frames: source.frames,
      height: spec.height, width: spec.width, sampleType: source.sampleType, sampleRange: source.sampleRange,
      note: source.note, isSimulated: source.note == Simulation.note, source: source, entries: labels.entries,
      sourceChannels: channels.map(\.index))
  }

  private static func source(of spec: DataSpec, requiresLabels: Bool) throws(ZooError) -> any SampleSource {
    let kind = spec.source == .auto ? SourceInference.source(of: spec) : spec.source
    switch (kind, spec.root) {
    case (.auto, _), (.simulated, nil):
      return try SimulatedSource(spec)
    case (.simulated, let root?):
      throw ZooError(
        .badInput, path: "data.root", problem: "is '\(root)', but simulated cells are read from nowhere",
        remedy: "Set data.source to auto, folder, csv or idx")
    case (.folder, let root?): return try FolderSource.open(spec, root: root)
    case (.csv, let root): return try ManifestSource.open(spec, root: root ?? ".", requiresLabels: requiresLabels)
    case (.idx, let root): return try IDXSource(spec, root: root ?? ".")
    case (.folder, nil):
      throw ZooError(
        .badInput, path: "data.root", problem: "isn't set", expected: "the folder that holds a folder for each class")
    }
  }

  private static func selectChannels(
    _ spec: DataSpec, source: any SampleSource, problems: inout Problems
  ) -> [(name: String, index: Int)] {
    let all = Array(zip(source.channels, source.channels.indices))
    // Transparency is part of a picture, not of what a camera saw.
    guard !spec.channels.isEmpty else { return all.filter { $0.0 != "alpha" }.map { (name: $0.0, index: $0.1) } }
    var chosen: [(name: String, index: Int)] = []
    for name in spec.channels {
      guard let index = source.channels.firstIndex(of: name) else {
        var problem = missing(name, "data.channels", "channel", among: source.channels)
        problem.remedy = problem.remedy ?? "Name channels that the data have, or set data.channels=[] for all of them"
        problems.add(problem)
        continue
      }
      if chosen.contains(where: { $0.name == name }) {
        problems.add(ZooError(.badInput, path: "data.channels", problem: "'\(name)' is named twice"))
      }
      chosen.append((name, index))
    }
    return chosen
  }

  static func missing(
    _ name: String, _ path: String, _ what: String, among names: [String]
  ) -> ZooError {
    ZooError(
      .badInput, path: path, problem: "there is no \(what) '\(name)'",
      expected: names.isEmpty ? "other data" : "one of \(names.joined(separator: ", "))",
      remedy: NearestName.of(name, in: names).map { "Did you mean '\($0)'?" })
  }
}

extension Dataset {
  /// A column of `data.split.by` that the data don't have.
  static func missingColumn(_ name: String, among columns: [String]) -> ZooError {
    guard columns.isEmpty else { return missing(name, "data.split.by", "column to split by", among: columns) }
    return ZooError(
      .badInput, path: "data.split.by", problem: "there is no column '\(name)' to split by: the data have no columns",
      expected: "a manifest.csv with the column '\(name)'",
      remedy: "Add one, or set data.split.by=[] to split at random")
  }
}

/// Which entries are used and what their labels are: `relabel`, then `classes`.
private struct ClassSelection {
  private(set) var classes: [String] = []
  private(set) var entries: [Int] = []
  /// One for each of `entries`.
  private(set) var labels: [Int?] = []

  init(_ spec: DataSpec, source: any SampleSource, requiresLabels: Bool, problems: inout Problems) {
    let found = Set(source.entries.compactMap(\.className))
    let declared = source.declaredClasses ?? found.sorted()
    for name in spec.relabel.keys.sorted() where !declared.contains(name) {
      problems.add(Dataset.missing(name, "data.relabel", "class", among: declared))
    }
    var available: [String] = []
    for name in declared.map({ spec.relabel[$0] ?? $0 }) where !available.contains(name) { available.append(name) }
    classes = spec.classes.isEmpty ? available : spec.classes
    let indices = Dictionary(zip(classes, classes.indices)) { first, _ in first }
    if indices.count < classes.count {
      problems.add(ZooError(.badInput, path: "data.classes", problem: "a class is named twice"))
    }
    for name in classes where !available.contains(name) {
      problems.add(Dataset.missing(name, "data.classes", "class", among: available))
    }
    var counts = [Int](repeating: 0, count: classes.count)
    for (index, entry) in source.entries.enumerated() {
      let label = entry.className.flatMap { indices[spec.relabel[$0] ?? $0] }
      guard label != nil || !requiresLabels else { continue }
      label.map { counts[$0] += 1 }
      entries.append(index)
      labels.append(label)
    }
    guard requiresLabels else { return }
    for (name, count) in zip(classes, counts) where count == 0 && available.contains(name) {
      problems.add(
        ZooError(
          .badInput, path: "data.classes", problem: "the class '\(name)' has no images",
          expected: "at least one image in every class", remedy: "Name the classes to be used in data.classes"))
    }
    if classes.count < 2 {
      problems.add(
        ZooError(
          .badInput, path: "data.classes", problem: "there is only the class '\(classes.first ?? "")'",
          expected: "at least two"))
    }
  }
}

extension DataSpec {
  /// The camera's range if the spec gives a usable one.
  var sampleRange: ClosedRange<Float>? {
    guard let range, range.count == 2, range[0] < range[1], range.allSatisfy({ abs($0) <= 0x1p32 }) else { return nil }
    return Float(range[0])...Float(range[1])
  }
}
