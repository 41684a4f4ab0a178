import Foundation

/// Links positions of cells over time: a linear assignment from frame to frame, then over gaps, then daughters to mothers.
///
/// After Jaqaman et al. 2008 in outline, with distances alone as costs: cells that move farther between two frames than
/// they lie apart are mixed up.
package struct CellTracker: Sendable {
  /// Farthest way from one frame to the next, in pixels.
  package var farthest: Double
  /// Most frames that a cell may be missed in between.
  package var gap: Int

  package init(farthest: Double, gap: Int = 2) {
    self.farthest = farthest
    self.gap = gap
  }

  package struct Position: Sendable, Hashable {
    package var x: Double
    package var y: Double
    package var area: Double

    package init(x: Double, y: Double, area: Double) {
      self.x = x
      self.y = y
      self.area = area
    }
  }

  package struct Tracks: Sendable {
    /// For each frame the track of each position, from 1.
    package var numbers: [[Int]]
    /// Of each track the mother's; 0 without one. `parents[0]` is that of track 1.
    package var parents: [Int]
  }

  /// A run of positions, one a frame except over gaps.
  private struct Segment {
    var places: [(frame: Int, index: Int)]
    var parent: Int?
  }

  /// O(positions) for the candidates, and what the assignment takes.
  package func track(_ frames: [[Position]]) -> Tracks {
    var segments: [Segment] = []
    var open: [Int] = []
    for (frame, positions) in frames.enumerated() {
      var links: [Assignment.Link] = []
      var near = NeighbourGrid(spacing: farthest)
      for (index, position) in positions.enumerated() { near.insert(index, at: (position.x, position.y)) }
      for segment in open {
        guard let last = segments[segment].places.last, last.frame == frame - 1 else { continue }
        let place = predicted(segments[segment], frames, at: frame)
        let grid = frames[frame - 1][last.index]
        for index in near.near((grid.x, grid.y)) {
          let position = positions[index]
          let way = squared(position.x - grid.x, position.y - grid.y)
          guard way <= farthest * farthest else { continue }
          links.append(
            .init(left: segment, right: index, cost: squared(position.x - place.x, position.y - place.y)))
        }
      }
      var isTaken = [Bool](repeating: false, count: positions.count)
      var next: [Int] = []
      for (segment, index) in Assignment.solve(links, alone: 1.2 * farthest * farthest) {
        segments[segment].places.append((frame, index))
        isTaken[index] = true
        next.append(segment)
      }
      for index in positions.indices where !isTaken[index] {
        next.append(segments.count)
        segments.append(Segment(places: [(frame, index)]))
      }
      open = next
    }
    divide(&segments, frames)
    close(&segments, frames)
    return number(segments, frames)
  }

  /// Where a cell will be: half of its last step further.
  private func predicted(_ segment: Segment, _ frames: [[Position]], at frame: Int) -> (x: Double, y: Double) {
    guard let last = segment.places.last else { return (0, 0) }
    let here = frames[last.frame][last.index]
    guard segment.places.count > 1 else { return (here.x, here.y) }
    let before = segment.places[segment.places.count - 2]
    let there = frames[before.frame][before.index]
    return (here.x + 0.4 * (here.x - there.x), here.y + 0.4 * (here.y - there.y))
  }

  /// A segment that begins beside another one's next position, with the mother between the two and larger than each, is a
  /// daughter; so is the other from then on.
  private func divide(_ segments: inout [Segment], _ frames: [[Position]]) {
    // Which segment each position is of, and where positions are: a mother lies within 1.2 ways of her daughter.
    var owners = frames.map { [Int](repeating: -1, count: $0.count) }
    for (number, segment) in segments.enumerated() {
      for place in segment.places { owners[place.frame][place.index] = number }
    }
    let grids = frames.map { positions in
      positions.enumerated().reduce(into: NeighbourGrid(spacing: 1.2 * farthest)) { grid, entry in
        grid.insert(entry.offset, at: (entry.element.x, entry.element.y))
      }
    }
    for daughter in segments.indices {
      guard let first = segments[daughter].places.first, first.frame > 0, segments[daughter].parent == nil else {
        continue
      }
      let born = frames[first.frame][first.index]
      var best: (segment: Int, place: Int, cost: Double)?
      let candidates = grids[first.frame - 1].near((born.x, born.y)).map { owners[first.frame - 1][$0] }.sorted()
      for candidate in candidates where candidate != daughter {
        // Frames of a segment follow each other until gaps are closed.
        guard let start = segments[candidate].places.first?.frame, start < first.frame else { continue }
        let place = first.frame - start
        guard place < segments[candidate].places.count else { continue }
        let sister = frames[first.frame][segments[candidate].places[place].index]
        let mother = frames[first.frame - 1][segments[candidate].places[place - 1].index]
        let middle = squared((born.x + sister.x) / 2 - mother.x, (born.y + sister.y) / 2 - mother.y)
        let apart = squared(born.x - sister.x, born.y - sister.y)
        guard apart <= 2.5 * farthest * farthest, middle <= 0.16 * farthest * farthest,
          born.area < 0.95 * mother.area, sister.area < 0.95 * mother.area
        else { continue }
        if middle < best?.cost ?? .infinity { best = (candidate, place, middle) }
      }
      guard let best else { continue }
      let rest = Array(segments[best.segment].places[best.place...])
      segments[best.segment].places.removeSubrange(best.place...)
      for place in rest { owners[place.frame][place.index] = segments.count }
      segments.append(Segment(places: rest, parent: best.segment))
      segments[daughter].parent = best.segment
    }
  }

  /// Joins ends and beginnings over a few frames in which a cell wasn't found.
  private func close(_ segments: inout [Segment], _ frames: [[Position]]) {
    guard gap > 0 else { return }
    let mothers = Set(segments.compactMap(\.parent))
    var begins: [Int: NeighbourGrid] = [:]
    for (index, segment) in segments.enumerated() where segment.parent == nil {
      guard let first = segment.places.first else { continue }
      let begin = frames[first.frame][first.index]
      begins[first.frame, default: NeighbourGrid(spacing: farthest * Double(gap + 1).squareRoot())]
        .insert(index, at: (begin.x, begin.y))
    }
    var links: [Assignment.Link] = []
    for (index, segment) in segments.enumerated() where !mothers.contains(index) {
      guard let last = segment.places.last else { continue }
      let end = frames[last.frame][last.index]
      for frames_ in stride(from: 2, through: gap + 1, by: 1) {
        for other in begins[last.frame + frames_]?.near((end.x, end.y)) ?? [] {
          guard let first = segments[other].places.first else { continue }
          let begin = frames[first.frame][first.index]
          let way = squared(begin.x - end.x, begin.y - end.y)
          if way <= farthest * farthest * Double(frames_) { links.append(.init(left: index, right: other, cost: way)) }
        }
      }
    }
    var target: [Int: Int] = [:]
    for (left, right) in Assignment.solve(links, alone: 1.2 * farthest * farthest * Double(gap + 1)) {
      target[right] = left
    }
    var daughters: [Int: [Int]] = [:]
    for (index, segment) in segments.enumerated() {
      if let parent = segment.parent { daughters[parent, default: []].append(index) }
    }
    for right in target.keys.sorted(by: { segments[$0].places[0].frame < segments[$1].places[0].frame }) {
      guard var left = target[right] else { continue }
      while let earlier = target[left], segments[left].places.isEmpty { left = earlier }
      segments[left].places += segments[right].places
      segments[right].places = []
      let moved = daughters.removeValue(forKey: right) ?? []
      for index in moved { segments[index].parent = left }
      daughters[left, default: []] += moved
    }
  }

  private func number(_ segments: [Segment], _ frames: [[Position]]) -> Tracks {
    var numbers = frames.map { [Int](repeating: 0, count: $0.count) }
    let order = segments.indices.filter { !segments[$0].places.isEmpty }
      .sorted {
        (segments[$0].places[0].frame, segments[$0].places[0].index) < (
          segments[$1].places[0].frame, segments[$1].places[0].index
        )
      }
    var numberOf: [Int: Int] = [:]
    for (rank, segment) in order.enumerated() {
      numberOf[segment] = rank + 1
      for place in segments[segment].places { numbers[place.frame][place.index] = rank + 1 }
    }
    return Tracks(numbers: numbers, parents: order.map { segments[$0].parent.flatMap { numberOf[$0] } ?? 0 })
  }

  private func squared(_ x: Double, _ y: Double) -> Double { x * x + y * y }
}
