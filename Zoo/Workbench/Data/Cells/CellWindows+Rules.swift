import ZooFormat

extension CellWindows {
  /// Leaves out or refuses samples that need planes which aren't there.
  /// - Parameter channels: Those that are used; all if empty.
  /// - Throws: ``ZooError`` with counts and an example if planes are missing and the spec doesn't say what to do.
  mutating func settleMissing(
    _ images: FieldImages, _ spec: DataSpec.Cells, channels: [String]
  ) throws(ZooError) {
    let used = images.channels.indices.filter { channels.isEmpty || channels.contains(images.channels[$0]) }
    let lacking = images.fields.map { field in
      (0..<field.frameCount).map { frame in
        used.contains { field.planes[frame * images.channels.count + $0] == nil }
      }
    }
    guard lacking.contains(where: { $0.contains(true) }), spec.missingChannel != .zero else { return }
    let affected = rows.indices.filter { sample in
      cuts[sample * frames..<(sample + 1) * frames].contains { $0.frame >= 0 && lacking[Int($0.field)][Int($0.frame)] }
    }
    guard !affected.isEmpty else { return }
    if spec.missingChannel == .refuse {
      let field = images.fields.indices.first { lacking[$0].contains(true) } ?? 0
      let frame = lacking[field].firstIndex(of: true) ?? 0
      let names = used.filter { images.fields[field].planes[frame * images.channels.count + $0] == nil }.map {
        images.channels[$0]
      }
      throw ZooError(
        .badInput, path: "data.cells.missingChannel",
        problem: "\(Figures.counted(affected.count, "sample")) of \(rows.count) lack a channel: the field "
          + "'\(images.fields[field].name)' has no \(names.joined(separator: " and no ")) in frame \(images.fields[field].firstFrame + frame)",
        expected: "every channel in every field",
        remedy: "Set data.cells.missingChannel to zero (with a mask) or drop, or leave the channel out of data.channels"
      )
    }
    remove(Set(affected), reason: "a channel is missing")
  }

  /// Of each sample what must stay on one side of a split: its track, and every track whose crops overlap with it.
  func units(_ positions: [CellRow]) -> [String] {
    var parents = Array(positions.indices)
    func root(_ item: Int) -> Int {
      var item = item
      while parents[item] != item {
        parents[item] = parents[parents[item]]
        item = parents[item]
      }
      return item
    }
    func join(_ a: Int, _ b: Int) {
      let (a, b) = (root(a), root(b))
      if a != b { parents[max(a, b)] = min(a, b) }
    }
    var firstOf: [String: Int] = [:]
    for (index, row) in positions.enumerated() where !row.track.isEmpty {
      let key = "\(row.field)/\(row.track)"
      if let first = firstOf[key] { join(first, index) } else { firstOf[key] = index }
    }
    // All crops of a frame of a field from left to right: only neighbours in this order can overlap.
    let places = cuts.indices.filter { cuts[$0].frame >= 0 }.sorted {
      (cuts[$0].field, cuts[$0].frame, cuts[$0].left) < (cuts[$1].field, cuts[$1].frame, cuts[$1].left)
    }
    var start = 0
    for end in places.indices {
      let cut = cuts[places[end]]
      while cuts[places[start]].field != cut.field || cuts[places[start]].frame != cut.frame
        || Int(cuts[places[start]].left) + width <= Int(cut.left)
      { start += 1 }
      for other in places[start..<end] where abs(Int(cuts[other].top) - Int(cut.top)) < height {
        join(other / frames, places[end] / frames)
      }
    }
    return positions.indices.map { index in
      let first = positions[root(index)]
      return "\(first.field)/\(first.track.isEmpty ? "\(first.frame)/\(first.object)" : first.track)"
    }
  }
}
