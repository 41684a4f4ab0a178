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
            // subfolder of images for each class:
            // root: "data",
            channels: ["BF", "CE", "PI"],
            classes: ["healthy", "apoptosis", "pyroptosis"],
            height: 48,
            width: 48,
            // What makes samples alike: groups of equal values stay on one side of the split.
            split: {by: ["experiment"]},
        """, temporal: nil, batch: 16)
  }

  /// A spec of the images in `root`, which are opened. O(files).
  /// - Throws: ``ZooError`` with all that is wrong with the data.
  public init(summary: String, root: String) throws {
    var spec = try DataProbe.spec(root: root)
    let data = try Dataset.open(spec)
    let columns = data.groupColumns
    spec.split.by = Self.groups(data)
    let split: String
    if data.samples.contains(where: { $0.subset != nil }) {
      split = """
        // The test set is the published one; validation is drawn from the rest.
            split: {by: []},
        """
    } else if spec.split.by.isEmpty {
      let found = columns.isEmpty ? "the data name no groups" : "no column fills every subset with whole groups"
      split = """
        // At random, for \(found). Whatever makes samples alike (plate, well,
            // donor) should keep them on one side of the split: give it as a column of a manifest.csv.\(Self.listed(columns))
            split: {by: []},
        """
    } else {
      split = """
        // Groups of equal values stay on one side of the split.\(Self.listed(columns))
            split: {by: \(Self.list(spec.split.by))},
        """
    }
    let trained = (try? data.split(spec.split).train.count) ?? data.samples.count
    text = Self.text(
      summary: summary,
      data: ([
        "root: \(Self.quoted(root)),"
      ] + Self.files(spec) + [
        "channels: \(Self.list(data.channels)),",
        "classes: \(Self.list(data.classes)),",
        "// Images are resized to this.",
        "height: \(data.height),",
        "width: \(data.width),",
        split,
      ]).joined(separator: "\n    "), temporal: data.frames == nil ? nil : "lstm",
      batch: [16, 8, 4, 2].first { $0 <= trained } ?? 1)
  }

  /// The columns to split by: the coarsest that fills every subset, or none.
  private static func groups(_ data: Dataset) -> [String] {
    let known = DataProbe.groupColumns.filter(data.groupColumns.contains)
    let candidates = known.filter { $0 != "well" }.map { [$0] } + (known.isEmpty ? [] : [known])
    return candidates.first { names in
      var split = DataSpec.Split()
      split.by = names
      return (try? data.split(split)) != nil
    } ?? []
  }

  /// The keys that say how the files are to be read, where the defaults don't do.
  private static func files(_ spec: DataSpec) -> [String] {
    var lines: [String] = []
    var columns: [String] = []
    if spec.columns.path != DataSpec().columns.path { columns.append("path: \(quoted(spec.columns.path))") }
    if !spec.columns.channelPaths.isEmpty {
      lines.append("// One file for each channel: channel → column of the manifest with its path.")
      let pairs = spec.channels.map { "\(quoted($0)): \(quoted(spec.columns.channelPaths[$0] ?? $0))" }
      columns.append("channelPaths: {\(pairs.joined(separator: ", "))}")
    }
    if let sequence = spec.columns.sequence { columns.append("sequence: \(quoted(sequence))") }
    if let frame = spec.columns.frame { columns.append("frame: \(quoted(frame))") }
    if !columns.isEmpty { lines.append("columns: {\(columns.joined(separator: ", "))},") }
    if !spec.imageChannels.isEmpty {
      lines.append("// The files don't name their channels: give them their names, here and in `channels`.")
      lines.append("imageChannels: \(list(spec.imageChannels)),")
    }
    if let frames = spec.frames { lines.append("frames: \(frames),") }
    return lines
  }

  private static func listed(_ columns: [String]) -> String {
    columns.isEmpty ? "" : " Columns that there are:\n    // \(columns.joined(separator: ", "))."
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

  private static func text(summary: String, data: String, temporal: String?, batch: Int) -> String {
    """
    // What is trained. All keys: Documentation/Spec.md. What is wrong, and what would be trained: zoo check.
    {
      summary: \(quoted(summary)),
      data: {
        \(data)
      },
      // One word swaps a part; zoo list shows them.
      model: {backbone: "resnet10_tiny", \(temporal.map { "temporal: \(quoted($0)), " } ?? "")head: "linear"},
      train: {
        epochs: 20,
        batch: \(batch),
        optimizer: {learningRate: 1e-3, weightDecay: 0.02},
        schedule: {name: "cosine", warmupEpochs: 1},
        augment: {flipHorizontal: true, flipVertical: true, rotate90: true, gain: 0.1},
      },
    }

    """
  }

  private static func quoted(_ text: String) -> String { JSONValue.string(text).description }

  private static func list(_ names: [String]) -> String { "[\(names.map(quoted).joined(separator: ", "))]" }
}
