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
        """, temporal: nil)
  }

  /// A spec of the images in `root`, which are opened. O(files).
  /// - Throws: ``ZooError`` with all that is wrong with the data.
  public init(summary: String, root: String) throws {
    var spec = DataSpec()
    spec.root = root
    let data = try Dataset.open(spec)
    let columns = data.groupColumns
    let groups = columns.filter { ["experiment", "donor", "batch", "plate", "well"].contains($0) }
    let split: String
    if columns.isEmpty {
      split = """
        // At random, for the data name no groups. Whatever makes samples alike (plate, well, donor) should keep them on
            // one side of the split: give it as a column of a manifest.csv.
            split: {by: []},
        """
    } else {
      split = """
        // Groups of equal values stay on one side of the split. Columns that there are: \(columns.joined(separator: ", ")).
            split: {by: \(Self.list(groups))},
        """
    }
    text = Self.text(
      summary: summary,
      data: """
        root: \(Self.quoted(root)),
            channels: \(Self.list(data.channels)),
            classes: \(Self.list(data.classes)),
            // Images are resized to this.
            height: \(data.height),
            width: \(data.width),
            \(split)
        """, temporal: data.frames == nil ? nil : "lstm")
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

  private static func text(summary: String, data: String, temporal: String?) -> String {
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
        batch: 16,
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
