import ZooFormat
import ZooImages

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
        remedy: Self.otherNames(images, channels).map {
          "If fields call one channel otherwise (\($0.found)), set data.channelNames=\($0.key); else set data.cells.missingChannel to zero (with a mask) or drop, or leave the channel out of data.channels"
        } ?? "Set data.cells.missingChannel to zero (with a mask) or drop, or leave the channel out of data.channels"
      )
    }
    remove(Set(affected), reason: "a channel is missing")
  }

  /// Channels of some fields that stand where others have one of another name, which those don't have at all: most likely
  /// one channel under several names.
  private static func otherNames(_ images: FieldImages, _ wanted: [String]) -> (found: String, key: String)? {
    let count = images.channels.count
    // Of each field its channels with their places in the files.
    let owned = images.fields.map { field in
      (0..<count).reduce(into: [Int: Int]()) { own, channel in
        let plane = (0..<field.frameCount).lazy.compactMap { field.planes[$0 * count + channel] }.first
        if let plane { own[channel] = plane.channel }
      }
    }
    var alike: [Int: Set<Int>] = [:]
    var examples: [Int: String] = [:]
    for (place, own) in owned.enumerated() {
      for channel in own.keys where examples[channel] == nil { examples[channel] = images.fields[place].name }
      guard let other = owned.first(where: { Set($0.keys) != Set(own.keys) }) else { continue }
      let (extra, lacking) = (own.filter { other[$0.key] == nil }, other.filter { own[$0.key] == nil })
      for (channel, number) in extra {
        let same = lacking.filter { $0.value == number || extra.count == 1 && lacking.count == 1 }.map(\.key)
        guard same.count == 1, let match = same.first else { continue }
        alike[channel, default: []].insert(match)
        alike[match, default: []].insert(channel)
      }
    }
    func fields(_ channel: Int) -> Int { owned.count { $0[channel] != nil } }
    var names: [String] = []
    var found: [String] = []
    var taken: Set<Int> = []
    for channel in images.channels.indices where alike[channel] != nil && !taken.contains(channel) {
      let group = [channel] + (alike[channel] ?? []).sorted()
      taken.formUnion(group)
      let isWanted = group.filter { wanted.contains(images.channels[$0]) }
      let name = isWanted.first ?? group.max { (fields($0), $1) < (fields($1), $0) } ?? channel
      let others = group.filter { $0 != name }.map { Escape.json(images.channels[$0]) }
      names.append("\(Escape.json(images.channels[name])): [\(others.joined(separator: ", "))]")
      found.append(
        group.map { "'\(images.channels[$0])' in '\(examples[$0] ?? "")'" }.joined(separator: ", "))
    }
    return names.isEmpty ? nil : (found.joined(separator: "; "), "{\(names.joined(separator: ", "))}")
  }

  /// Frames within which the end of one track and the start of another in the same place are one cell that was lost.
  private static let lostFrames = 3

  /// Of each sample what must stay on one side of a split: its track, every track whose crops overlap with it, and one
  /// that begins where it ends. O(n log n), as long as few crops lie on each other.
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
    for (one, other) in successors(positions) { join(one, other) }
    return positions.indices.map { index in
      let first = positions[root(index)]
      return "\(first.field)/\(first.track.isEmpty ? "\(first.frame)/\(first.object)" : first.track)"
    }
  }

  /// Pairs of samples of which the second stands where the first was lost: one ends a track or is in none, the other
  /// begins one or is in none, a few frames later, less than half a crop away.
  private func successors(_ positions: [CellRow]) -> [(Int, Int)] {
    var ends: [String: (first: Int, last: Int)] = [:]
    for (index, row) in positions.enumerated() where !row.track.isEmpty {
      let key = "\(row.field)/\(row.track)"
      let old = ends[key] ?? (index, index)
      ends[key] = (
        row.frame < positions[old.first].frame ? index : old.first,
        row.frame > positions[old.last].frame ? index : old.last
      )
    }
    let alone = positions.indices.filter { positions[$0].track.isEmpty }
    var starts: [FieldFrame: [Int]] = [:]
    for index in alone + ends.values.map(\.first) {
      starts[FieldFrame(field: positions[index].field, frame: positions[index].frame), default: []].append(index)
    }
    for key in starts.keys { starts[key]?.sort { positions[$0].x < positions[$1].x } }
    var pairs: [(Int, Int)] = []
    for index in alone + ends.values.map(\.last) {
      let row = positions[index]
      for frame in row.frame + 1...row.frame + Self.lostFrames {
        let candidates = starts[FieldFrame(field: row.field, frame: frame)] ?? []
        let reach = Double(width) / 2
        var place = candidates.partitioningIndex { positions[$0].x > row.x - reach }
        while place < candidates.count, positions[candidates[place]].x < row.x + reach {
          let other = candidates[place]
          if abs(positions[other].y - row.y) < Double(height) / 2 { pairs.append((index, other)) }
          place += 1
        }
      }
    }
    return pairs
  }

  private struct FieldFrame: Hashable {
    var field: Int
    var frame: Int
  }
}

extension Array {
  /// The first place from which on `isBehind` holds, if it holds for all behind the first. O(log n).
  fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
