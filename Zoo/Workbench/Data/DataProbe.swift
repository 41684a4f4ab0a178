import Foundation
import ZooFormat

/// What the keys of `data` have to be for a folder, found by looking at its manifest and its first image.
enum DataProbe {
  /// Columns that make samples alike, by the names that they usually have, the coarsest first.
  static let groupColumns = ["experiment", "donor", "batch", "plate", "well"]

  /// O(manifest): one image's header is read.
  /// - Throws: ``ZooError`` if the folder or its manifest can't be read. What is wrong with the images is found when the
  ///   data are opened.
  static func spec(root: String) throws(ZooError) -> DataSpec {
    var spec = DataSpec()
    spec.root = root
    switch SourceInference.source(of: spec) {
    case .csv: try probe(manifest: root + "/" + spec.manifest, &spec)
    case .folder: probe(image: try FolderSource.listing(root).entries.first.map { root + "/" + $0.id }, &spec)
    default: break
    }
    return spec
  }

  private static func probe(manifest: String, _ spec: inout DataSpec) throws(ZooError) {
    let table = try CSVTable(FileBytes.read(manifest), file: manifest)
    guard let row = table.rows.first else { return }
    func isImage(_ path: String) -> Bool {
      ImageFile.extensions.contains((path as NSString).pathExtension.lowercased())
    }
    let images = table.columns.indices.filter { isImage(row[$0]) }
    if table.index(of: spec.columns.path) == nil, !images.isEmpty {
      let names = images.map { table.columns[$0] }
      if names.count == 1 {
        spec.columns.path = names[0]
      } else {
        spec.columns.channelPaths = Dictionary(uniqueKeysWithValues: names.map { ($0, $0) })
        spec.channels = names
      }
    }
    if let sequence = table.index(of: "sequence"), table.index(of: "frame") != nil {
      spec.columns.sequence = "sequence"
      spec.columns.frame = "frame"
      spec.frames = table.rows.count { $0[sequence] == row[sequence] }
      // A column of a sequence counts only if it is named, and must not change within it.
      spec.split.by = groupColumns.filter { name in
        guard let column = table.index(of: name) else { return false }
        let pairs = table.rows.map { ($0[sequence], $0[column]) }
        let first = Dictionary(pairs) { first, _ in first }
        return pairs.allSatisfy { first[$0] == $1 }
      }
    }
    let path = table.index(of: spec.columns.path) ?? images.first
    probe(image: path.map { row[$0].hasPrefix("/") ? row[$0] : "\(spec.root ?? ".")/\(row[$0])" }, &spec)
  }

  private static func probe(image path: String?, _ spec: inout DataSpec) {
    guard let path, let header = try? ImageFile.header(path) else { return }
    if spec.frames == nil, header.frames > 1 { spec.frames = header.frames }
    if spec.columns.channelPaths.isEmpty, header.channels > 1, header.channelNames.isEmpty {
      spec.imageChannels = (1...header.channels).map { "channel\($0)" }
    }
  }
}
