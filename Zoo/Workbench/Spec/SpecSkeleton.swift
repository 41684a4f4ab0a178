import Foundation
import ZooData
import ZooFormat
import ZooPlugins
import ZooRuntime

/// The start of an experiment of one's own: a spec with what the data say filled in.
package struct SpecSkeleton: Sendable {
  /// The spec as JSON5 with comments.
  package let text: String
  /// What was found in the data that a person should know at once, a sentence each; the comments in the text say all.
  package let remarks: [String]

  /// A spec of simulated cells, to be changed.
  package init(summary: String) {
    remarks = []
    text = Self.text(
      summary: summary,
      data: """
        // Simulated cells until this names a folder with a manifest.csv (path, label, plate, well, …) or with a
            // subfolder of images for each class, and `simulation` goes:
            // root: "data",
            simulation: {experiments: 8},
            channels: ["BF", "CE", "PI"],
            classes: ["healthy", "apoptosis", "pyroptosis"],
            height: 48,
            width: 48,
            // What makes samples alike: groups of equal values stay on one side of the split.
            split: {by: ["experiment"]},
        """, temporal: nil, batch: 16)
  }

  /// A spec of the images in `root`, a folder or a table in it, which are opened. O(files), and the pixels of some.
  /// - Parameters:
  ///   - label: the column with the classes; found by its name if `nil`.
  ///   - overrides: keys of `data` that are taken as they are given, e.g. `data.axes=TYX`.
  /// - Throws: ``ZooError`` with all that is wrong with the data, ``SpecProblems`` with what is wrong with the keys.
  package init(
    summary: String, root: String, label: String? = nil, overrides: [String] = [],
    threads: Int = ThreadPool.availableProcessors
  ) throws {
    let given = try GivenData(overrides, at: root)
    var probe = try DataProbe(root, label: label, given: given)
    let opened = try probe.open()
    let data = probe.joinTablesBeside(opened)
    let channels = try probe.look(data, threads: threads)
    for text in channels { probe.say("channels", "Unsure: \(text).") }
    var spec = probe.spec
    let (by, split) = Self.split(data, probe, given)
    spec.split.by = by
    let made = try? data.split(spec.split)
    let doubts =
      [made.flatMap { data.confounding($0) }].compactMap(\.self) + (made?.cautions ?? [])
      + data.groupsBeside(by: by)
      + Self.spread(data, probe, by: by).filter { one in
        // Of coarser columns the split speaks itself.
        made?.cautions.contains { $0.contains("'\(one.name)'") } != true
      }.map(\.text) + data.classesOfOneGroup(by: by)
    let trained = made?.train.count ?? data.samples.count
    let lines = Self.lines(spec, data, probe, split: doubts.map { Self.comment("Unsure: \($0).") } + split, given)
    remarks = data.remarks + probe.doubts + doubts + (by.isEmpty ? split.filter { $0.contains(Self.atRandom) } : [])
    text = Self.text(
      summary: summary, data: lines.joined(separator: "\n    "),
      temporal: data.frames == nil ? nil : "lstm", isDense: spec.cells.background > 0, isNormalized: probe.isNormalized,
      isSquare: data.height == data.width, batch: [16, 8, 4, 2].first { $0 <= trained } ?? 1)
  }

  private static let atRandom = "AT RANDOM"

  /// The keys of `data`, each under the comments on it.
  private static func lines(
    _ spec: DataSpec, _ data: Dataset, _ probe: DataProbe, split: [String], _ given: GivenData
  ) -> [String] {
    var lines: [String] = []
    var written: Set<String> = ["split", "simulation"]
    func add(_ key: String, _ value: String?) {
      written.insert(key)
      lines += (probe.comments[key] ?? []).map(comment)
      if let value { lines.append("\(key): \(value),") }
    }
    let standard = DataSpec()
    add("root", quoted(spec.root ?? "."))
    add("manifest", spec.manifest == standard.manifest ? nil : quoted(spec.manifest))
    add("source", spec.source == .cells || given.has("data.source") ? quoted(spec.source.rawValue) : nil)
    for key in ["join", "images", "cells", "labels", "columns", "imageChannels", "folderChannels"] {
      add(key, changed(key, spec))
    }
    add("channels", list(data.channels))
    add("classes", list(data.classes))
    for key in ["relabel", "accept", "onError"] { add(key, changed(key, spec)) }
    add("height", "\(data.height)")
    add("width", "\(data.width)")
    add("frames", data.frames.map(String.init))
    for key in SpecSchema.keys.map(\.path).filter({ $0.hasPrefix("data.") }).map(name) where !written.contains(key) {
      add(key, changed(key, spec))
    }
    lines += data.remarks.map { comment("Found: \($0).") }
    return lines + (probe.comments["split"] ?? []).map(comment) + split
  }

  /// `data.split.by` → `split`.
  private static func name(_ path: String) -> String { String(path.split(separator: ".")[1]) }

  /// The value of a key of `data`, or an object of what is set below it; `nil` if it is the standard.
  private static func changed(_ key: String, _ data: DataSpec, except: Set<String> = []) -> String? {
    var spec = Spec()
    spec.data = data
    let path = "data.\(key)"
    let keys = SpecSchema.keys.filter {
      ($0.path == path || $0.path.hasPrefix(path + ".")) && $0.read(spec) != $0.standard
    }
    if let own = keys.first(where: { $0.path == path }) { return text(own.read(spec)) }
    let inner = Dictionary(grouping: keys.map { ($0.path.dropFirst(path.count + 1), $0) }) {
      String($0.0.prefix { $0 != "." })
    }
    let names = keys.map { String($0.path.dropFirst(path.count + 1).prefix { $0 != "." }) }
    var seen = except
    let values = names.filter { seen.insert($0).inserted }.compactMap { name -> String? in
      guard let first = inner[name]?.first else { return nil }
      if first.0 == name { return "\(name): \(text(first.1.read(spec)))" }
      return changed("\(key).\(name)", data).map { "\(name): \($0)" }
    }
    return values.isEmpty ? nil : "{\(values.joined(separator: ", "))}"
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .array(let elements): "[\(elements.map(text).joined(separator: ", "))]"
    case .object(let object):
      "{\(object.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \(text($0.value))" }.joined(separator: ", "))}"
    default: value.canonicalText(indented: false)
    }
  }

  /// The columns to split by, with the lines that say so and why.
  private static func split(
    _ data: Dataset, _ probe: DataProbe, _ given: GivenData
  ) -> (by: [String], lines: [String]) {
    // What else somebody says of the split.
    let further =
      changed("split", probe.spec, except: ["by", "column", "folders"]).map { ", \($0.dropFirst().dropLast())" } ?? ""
    func line(_ by: [String], _ first: String = "") -> String { "split: {\(first)by: \(list(by))\(further)}," }
    if given.has("data.split.by") { return (given.spec.split.by, [line(given.spec.split.by)]) }
    if let column = probe.spec.split.column {
      let by = groups(data, probe) ?? []
      let counts = Subset.allCases.map { subset in "\(subset.rawValue) \(data.samples.count { $0.subset == subset })" }
      return (by, ["\(line(by, "column: \(quoted(column)), ")) // \(counts.joined(separator: ", "))"])
    }
    if probe.spec.split.folders {
      return (
        [],
        [
          comment("The folders train, val and test above the classes say who goes where."),
          line([], "folders: true, "),
        ]
      )
    }
    if data.samples.contains(where: { $0.subset != nil }) {
      return ([], [comment("The test set is the published one; validation is drawn from the rest."), line([])])
    }
    let doubts = probe.groups.compactMap { doubt(data, [$0]) }.map { comment("Unsure: \($0).") }
    let others =
      data.groupColumns.isEmpty
      ? [] : [comment("Columns that there are: \(data.groupColumns.joined(separator: ", ")).")]
    if let by = groups(data, probe) {
      let what = "Groups of equal values stay on one side of the split."
      return (by, [comment(what)] + doubts + others + [line(by)])
    }
    let found = data.groupColumns.isEmpty ? "the data name no groups" : "no column fills every subset with whole groups"
    let what =
      data.samples.contains { $0.unit != nil } || data.frames != nil
      ? "\(atRandom), tracks and sequences as wholes, for \(found)." : "\(atRandom), for \(found)."
    return (
      [],
      [
        comment(what + " Whatever makes samples alike (plate, well,"),
        comment("donor) should keep them on one side of the split: give it as a column of the table."),
      ] + doubts + others + [line([])]
    )
  }

  /// The columns to split by: the coarsest that fills every subset; `nil` if none does. Wells, and what is finer, are called
  /// alike on every plate, and so count together with what is coarser.
  private static func groups(_ data: Dataset, _ probe: DataProbe) -> [String]? {
    let found = probe.groups.filter(data.groupColumns.contains)
    // What the names of files say beyond, such as fields.
    let known = found + ColumnRoles.groups(data.groupColumns).filter { !found.contains($0) }
    let fine = ColumnRoles.level("well") ?? 0
    let places = known.indices.filter { ColumnRoles.level(known[$0]).map { $0 >= fine } ?? false }
    let candidates =
      known.filter { !places.map { known[$0] }.contains($0) }.map { [$0] }
      + places.map { Array(known[...$0]) } + (known.isEmpty ? [] : [known])
    let fitting = candidates.lazy.filter { names in
      var split = probe.spec.split
      split.by = names
      return doubt(data, names) == nil && (try? data.split(split)) != nil
    }
    return fitting.first { spread(data, probe, by: $0).isEmpty } ?? fitting.first
  }

  /// What tables beside fields put together and a split by `columns` doesn't, a sentence each.
  private static func spread(_ data: Dataset, _ probe: DataProbe, by columns: [String]) -> [(
    name: String, text: String
  )] {
    guard !columns.isEmpty else { return [] }
    let individuals = data.groupColumns.filter { ColumnRoles.isIndividual($0) && !columns.contains($0) }
    return (probe.joinedGroups + individuals.filter { !probe.joinedGroups.contains($0) }).compactMap { name in
      data.spread(name, over: columns).map { value, groups in
        let shown = groups.map { "'\($0)'" }.joined(separator: " and ")
        let text =
          "\(name) '\(value)' is in \(shown), which the split by \(columns.joined(separator: " and ")) takes for independent: data.split.by='[\(quoted(name))]' keeps it whole, if its groups fill all parts of the split"
        return (name, text)
      }
    }
  }

  /// What speaks against splitting by `columns`.
  private static func doubt(_ data: Dataset, _ columns: [String]) -> String? {
    GroupAudit.problems(data.samples.map(\.groups), columns: data.groupColumns, by: columns).first?.problem
  }

  /// Writes the spec as a new file.
  /// - Throws: ``ZooError`` if there is a file already, or it can't be written.
  package func write(to path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw ZooError(
        .usage, file: path, problem: "exists already", remedy: "Choose another name; nothing is overwritten")
    }
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  private static func text(
    summary: String, data: String, temporal: String?, isDense: Bool = false, isNormalized: Bool = false,
    isSquare: Bool = true, batch: Int
  ) -> String {
    let backbone = isDense ? Self.denseBackbone : "\"resnet10_tiny\""
    let raw = isNormalized ? "normalization: \"none\", " : ""
    return """
      // What is trained. All keys: Documentation/Spec.md. What is wrong, and what would be trained: zoo check.
      {
        summary: \(quoted(summary)),
        data: {
          \(data)
        },
        // One word swaps a part; zoo list shows them.
        model: {backbone: \(backbone), \(temporal.map { "temporal: \(quoted($0)), " } ?? "")\(raw)head: "\(isDense ? "dense" : "linear")"},
        train: {
          epochs: 20,
          batch: \(batch),\(isDense ? Self.denseTraining : "")
          optimizer: {learningRate: 1e-3, weightDecay: 0.02},
          schedule: {name: "cosine", warmupEpochs: 1},
          augment: {flipHorizontal: true, flipVertical: true, \(isSquare ? "rotate90: true, " : "")gain: 0.1},
        },
      }

      """
  }

  /// Finds cells of some 20 pixels: a position every 8 pixels, each seeing 51.
  private static let denseBackbone = "{name: \"resnet10_tiny\", stages: 2, width: 32}"

  private static let denseTraining = """

            // Few positions are cells: easy ones count little, and rare classes are drawn as often as others.
            focal: 2,
            sampling: "balanced",
    """

  private static func quoted(_ text: String) -> String { JSONValue.string(text).description }

  private static func list(_ names: [String]) -> String { "[\(names.map(quoted).joined(separator: ", "))]" }

  /// A comment of one line, whatever stands in the data that it quotes.
  private static func comment(_ text: String) -> String { "// " + text.onOneLine }
}
