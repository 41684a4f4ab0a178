import ZooData
import ZooFormat

/// Which samples make a strip, and what the saved table says of each.
struct AnnotationRows {
  struct Strip {
    var name: String
    var samples: [Int]
    /// Of each sample the values of ``AnnotationRows/columns``.
    var values: [[String]]
  }

  let columns: [String]
  private(set) var strips: [Strip] = []

  init(_ dataset: Dataset, _ spec: DataSpec) throws(ZooError) {
    if let cells = dataset.source as? CellsSource {
      let rows = dataset.entries.map { cells.positions[$0] }
      // A table with blank tracks would be joined by these.
      let hasTracks = rows.allSatisfy { !$0.track.isEmpty }
      columns = cells.images.keys + ["frame"] + (hasTracks ? ["track"] : []) + ["x", "y"]
      let values = rows.map { row in
        cells.images.keys.map { cells.images.fields[row.field].values[$0] ?? "" } + ["\(row.frame - cells.shift)"]
          + (hasTracks ? [row.track] : []) + [FieldFiles.text(row.x), FieldFiles.text(row.y)]
      }
      add(
        names: rows.enumerated().map { index, row in
          row.track.isEmpty ? dataset.samples[index].id : "\(cells.images.fields[row.field].name)/\(row.track)"
        }, times: rows.map { Double($0.frame) }, values: values)
      return
    }
    let places = PlaceColumns(dataset.groupColumns, by: spec.split.by)
    columns = ["id", "path"] + dataset.groupColumns
    let root = (spec.root ?? "") + "/"
    let values = dataset.samples.enumerated().map { index, sample in
      let file = dataset.source.file(dataset.entries[index]) ?? ""
      return [sample.id, file.hasPrefix(root) ? String(file.dropFirst(root.count)) : file] + sample.groups
    }
    // Sequences are strips of their own.
    let tracks = dataset.samples.map { dataset.frames == nil ? places.track($0.groups) ?? $0.id : $0.id }
    add(names: tracks, times: dataset.samples.map { places.time($0.groups) }, values: values)
  }

  /// Samples of one name in the order of time, cut where there are too many for a strip.
  private mutating func add(names: [String], times: [Double], values: [[String]]) {
    var members: [String: [Int]] = [:]
    var order: [String] = []
    for (index, name) in names.enumerated() {
      if members[name] == nil { order.append(name) }
      members[name, default: []].append(index)
    }
    for name in order {
      let sorted = (members[name] ?? []).sorted { (times[$0], $0) < (times[$1], $1) }
      let parts = (sorted.count + AnnotationSet.longest - 1) / AnnotationSet.longest
      for part in 0..<parts {
        let own = Array(sorted[part * sorted.count / parts..<(part + 1) * sorted.count / parts])
        strips.append(
          Strip(
            name: parts == 1 ? name : "\(name) (\(part + 1) of \(parts))", samples: own, values: own.map { values[$0] })
        )
      }
    }
  }
}
