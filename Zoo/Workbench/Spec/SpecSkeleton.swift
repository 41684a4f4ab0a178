import Foundation
import ZooPlugins

/// The start of an experiment of one's own: a spec with what the data say filled in.
public struct SpecSkeleton: Sendable {
  /// The spec as JSON5 with comments.
  public let text: String

  /// A spec of simulated cells, to be changed.
  public init(summary: String) {
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

  /// A spec of the images in `root`, a folder or a table in it, which are opened. O(files).
  /// - Parameter label: the column with the classes; found by its name if `nil`.
  /// - Throws: ``ZooError`` with all that is wrong with the data.
  public init(summary: String, root: String, label: String? = nil) throws {
    var probe = try DataProbe(root, label: label)
    let data = try probe.open()
    var spec = probe.spec
    let (by, split) = Self.split(data, probe)
    spec.split.by = by
    let trained = (try? data.split(spec.split).train.count) ?? data.samples.count
    text = Self.text(
      summary: summary, data: Self.lines(spec, data, probe, split: split).joined(separator: "\n    "),
      temporal: data.frames == nil ? nil : "lstm", isDense: spec.cells.background > 0, isNormalized: probe.isNormalized,
      batch: [16, 8, 4, 2].first { $0 <= trained } ?? 1)
  }

  /// The keys of `data`, each under the comments on it.
  private static func lines(_ spec: DataSpec, _ data: Dataset, _ probe: DataProbe, split: [String]) -> [String] {
    var lines: [String] = []
    func add(_ key: String, _ value: String?) {
      lines += (probe.comments[key] ?? []).map(comment)
      if let value { lines.append("\(key): \(value),") }
    }
    let standard = DataSpec()
    add("root", quoted(spec.root ?? "."))
    add("manifest", spec.manifest == standard.manifest ? nil : quoted(spec.manifest))
    add("source", spec.source == .cells ? quoted(spec.source.rawValue) : nil)
    let background = spec.cells.background > 0 ? ", background: \(spec.cells.background)" : ""
    add("cells", spec.source == .cells ? "{layout: \(quoted(spec.cells.layout.rawValue))\(background)}" : nil)
    add("labels", spec.labels.from == .table ? nil : "{from: \(quoted(spec.labels.from.rawValue))}")
    add("columns", columns(spec))
    add("imageChannels", spec.imageChannels.isEmpty ? nil : list(spec.imageChannels))
    add("channels", list(data.channels))
    add("classes", list(data.classes))
    add("relabel", spec.relabel.isEmpty ? nil : map(spec.relabel))
    add("accept", spec.accept.isEmpty ? nil : list(spec.accept))
    add("height", "\(data.height)")
    add("width", "\(data.width)")
    add("frames", data.frames.map(String.init))
    lines += data.remarks.map { comment("Found: \($0).") }
    return lines + (probe.comments["split"] ?? []).map(comment) + split
  }

  private static func columns(_ spec: DataSpec) -> String? {
    let standard = DataSpec.Columns()
    var columns: [String] = []
    if spec.columns.label != standard.label { columns.append("label: \(quoted(spec.columns.label))") }
    if spec.columns.path != standard.path { columns.append("path: \(quoted(spec.columns.path))") }
    if !spec.columns.channelPaths.isEmpty { columns.append("channelPaths: \(map(spec.columns.channelPaths))") }
    if let sequence = spec.columns.sequence { columns.append("sequence: \(quoted(sequence))") }
    if let frame = spec.columns.frame { columns.append("frame: \(quoted(frame))") }
    if !spec.columns.within.isEmpty { columns.append("within: \(list(spec.columns.within))") }
    return columns.isEmpty ? nil : "{\(columns.joined(separator: ", "))}"
  }

  /// The columns to split by, with the lines that say so and why.
  private static func split(_ data: Dataset, _ probe: DataProbe) -> (by: [String], lines: [String]) {
    if let column = probe.spec.split.column {
      let by = groups(data, probe) ?? []
      let counts = Subset.allCases.map { subset in "\(subset.rawValue) \(data.samples.count { $0.subset == subset })" }
      return (by, ["split: {column: \(quoted(column)), by: \(list(by))}, // \(counts.joined(separator: ", "))"])
    }
    if probe.spec.split.folders {
      return (
        [],
        [
          comment("The folders train, val and test above the classes say who goes where."),
          "split: {folders: true, by: []},",
        ]
      )
    }
    if data.samples.contains(where: { $0.subset != nil }) {
      return (
        [], [comment("The test set is the published one; validation is drawn from the rest."), "split: {by: []},"]
      )
    }
    let doubts = probe.groups.compactMap { doubt(data, [$0]) }.map { comment("Unsure: \($0).") }
    let others =
      data.groupColumns.isEmpty
      ? [] : [comment("Columns that there are: \(data.groupColumns.joined(separator: ", ")).")]
    if let by = groups(data, probe) {
      let what = "Groups of equal values stay on one side of the split."
      return (by, [comment(what)] + doubts + others + ["split: {by: \(list(by))},"])
    }
    let found = data.groupColumns.isEmpty ? "the data name no groups" : "no column fills every subset with whole groups"
    let what =
      data.samples.contains { $0.unit != nil } || data.frames != nil
      ? "At random by whole sequences, for \(found)." : "AT RANDOM, for \(found)."
    return (
      [],
      [
        comment(what + " Whatever makes samples alike (plate, well,"),
        comment("donor) should keep them on one side of the split: give it as a column of the table."),
      ] + doubts + others + ["split: {by: []},"]
    )
  }

  /// The columns to split by: the coarsest that fills every subset, or all that are known; `nil` if none does.
  private static func groups(_ data: Dataset, _ probe: DataProbe) -> [String]? {
    let known = probe.groups.filter(data.groupColumns.contains)
    let candidates = known.filter { ColumnRoles.plain($0) != "well" }.map { [$0] } + (known.isEmpty ? [] : [known])
    return candidates.first { names in
      var split = probe.spec.split
      split.by = names
      return doubt(data, names) == nil && (try? data.split(split)) != nil
    }
  }

  /// What speaks against splitting by `columns`.
  private static func doubt(_ data: Dataset, _ columns: [String]) -> String? {
    GroupAudit.problems(data.samples.map(\.groups), columns: data.groupColumns, by: columns).first?.problem
  }

  /// Writes the spec as a new file.
  /// - Throws: ``ZooError`` if there is a file already, or it can't be written.
  public func write(to path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw ZooError(
        .usage, file: path, problem: "exists already", remedy: "Choose another name; nothing is overwritten")
    }
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  private static func text(
    summary: String, data: String, temporal: String?, isDense: Bool = false, isNormalized: Bool = false, batch: Int
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
          augment: {flipHorizontal: true, flipVertical: true, rotate90: true, gain: 0.1},
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

  private static func map(_ pairs: [String: String]) -> String {
    let sorted = pairs.sorted { $0.key < $1.key }
    return "{\(sorted.map { "\(quoted($0.key)): \(quoted($0.value))" }.joined(separator: ", "))}"
  }

  /// A comment of one line, whatever stands in the data that it quotes.
  private static func comment(_ text: String) -> String { "// " + text.onOneLine }
}
