import ZooRuntime

/// What is kept of a picture to find those that show the same.
struct PicturePrint: Sendable {
  /// Place of the sample that it is a frame of, in the audited list.
  var item: Int
  var frame: Int
  var subset: Subset
  var summary: [Float]
  var marks: [PictureMarks.Mark]
}

/// Two pictures of different subsets that may show the same; to be confirmed on their pixels.
struct PictureCandidate: Sendable, Hashable {
  /// Places in the list of prints, the smaller first.
  var first: Int
  var second: Int
  /// How the second lies on the first, if marks said so; else all symmetries are to be tried.
  var placing: Placing?

  struct Placing: Sendable, Hashable {
    var symmetry: Symmetry
    var y: Int
    var x: Int
  }
}

enum PictureCandidates {
  /// Pairs that have the same summaries or share marks. O(n log n), as long as few pictures look alike.
  static func find(_ prints: [PicturePrint]) -> [PictureCandidate] {
    bySummary(prints) + byMarks(prints)
  }

  // MARK: Summaries

  private static let tables = 12
  /// Width of a cell, and farthest root mean square, in deviations of a number over all pictures.
  private static let cell: Float = 0.2
  private static let nearest = 16

  /// Hashes a few numbers of each summary to a cell of a grid, in several tables (Datar et al. 2004): what is nearly
  /// the same shares a cell in most of them.
  private static func bySummary(_ prints: [PicturePrint]) -> [PictureCandidate] {
    let usable = prints.indices.filter { index in prints[index].summary.contains { $0 != 0 } }
    guard usable.count > 1 else { return [] }
    let points = standardized(usable.map { prints[$0].summary })
    let width = PictureSummary.count
    let dimensions = usable.count < 3000 ? 2 : usable.count < 60_000 ? 3 : 4
    var found: [UInt64: Float] = [:]
    for table in 0..<tables {
      var random = KeyedRandom(seed: 3, KeyedRandom.key("cells"), UInt64(table))
      var axes = Array(0..<width)
      random.shuffle(&axes)
      let chosen = axes.prefix(dimensions).map { ($0, Float(random.uniform()) * cell) }
      let keyed = usable.indices.map { index -> (key: UInt64, index: Int) in
        var key: UInt64 = 0
        for (axis, offset) in chosen {
          let place = Int(saturating: ((points[index * width + axis] + offset) / cell).rounded(.down))
          key = SplitMix64.mixed(key ^ UInt64(bitPattern: Int64(place)))
        }
        return (key, index)
      }.sorted { ($0.key, $0.index) < ($1.key, $1.index) }
      for (place, one) in keyed.enumerated() {
        // A cell that is full of pictures that look alike isn't searched through.
        for other in keyed[(place + 1)..<min(place + 129, keyed.count)] {
          guard other.key == one.key else { break }
          let (a, b) = (usable[one.index], usable[other.index])
          guard prints[a].subset != prints[b].subset, prints[a].item != prints[b].item else { continue }
          var squares: Float = 0
          for axis in 0..<width {
            let difference = points[one.index * width + axis] - points[other.index * width + axis]
            squares += difference * difference
          }
          guard squares < cell * cell * Float(width) else { continue }
          found[pair(min(a, b), max(a, b))] = squares
        }
      }
    }
    return nearest(found)
  }

  /// Each number with mean 0 and deviation 1 over all pictures.
  private static func standardized(_ summaries: [[Float]]) -> [Float] {
    let width = PictureSummary.count
    var points = summaries.flatMap { $0 }
    for axis in 0..<width {
      var (sum, squares) = (0.0, 0.0)
      for row in summaries.indices {
        let value = Double(points[row * width + axis])
        sum += value
        squares += value * value
      }
      let mean = sum / Double(summaries.count)
      let deviation = max(squares / Double(summaries.count) - mean * mean, 0).squareRoot()
      let scale = deviation > 0 ? 1 / deviation : 0
      for row in summaries.indices {
        points[row * width + axis] = Float((Double(points[row * width + axis]) - mean) * scale)
      }
    }
    return points
  }

  /// Of each picture the candidates that are nearest.
  private static func nearest(_ found: [UInt64: Float]) -> [PictureCandidate] {
    var counts: [UInt32: Int] = [:]
    var kept: [PictureCandidate] = []
    for (key, _) in found.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      let (a, b) = (UInt32(truncatingIfNeeded: key >> 32), UInt32(truncatingIfNeeded: key))
      guard counts[a, default: 0] < nearest || counts[b, default: 0] < nearest else { continue }
      counts[a, default: 0] += 1
      counts[b, default: 0] += 1
      kept.append(PictureCandidate(first: Int(a), second: Int(b), placing: nil))
    }
    return kept
  }

  private static func pair(_ a: Int, _ b: Int) -> UInt64 { UInt64(a) << 32 | UInt64(b) }

  // MARK: Marks

  /// Marks that must agree on how one picture lies on the other: two do so by chance in one of a million pairs that share
  /// two.
  private static let leastVotes = 2

  /// Those that marks say.
  /// - Parameter mostVotes: that are kept at a time.
  static func byMarks(_ prints: [PicturePrint], mostVotes: Int = mostVotes) -> [PictureCandidate] {
    var all: [(mark: PictureMarks.Mark, print: UInt32)] = []
    all.reserveCapacity(prints.reduce(0) { $0 + $1.marks.count })
    for (index, print) in prints.enumerated() {
      for mark in print.marks { all.append((mark, UInt32(index))) }
    }
    all.sort { ($0.mark, $0.print) < ($1.mark, $1.print) }
    // Pictures of noise share many marks: their votes are counted in parts.
    var count = 0
    eachVote(all, prints) { _, _, _ in count += 1 }
    let parts = UInt64(max(1, (count + mostVotes - 1) / mostVotes))
    var candidates: [PictureCandidate] = []
    for part in 0..<parts {
      var votes: [(pair: UInt64, placing: PictureCandidate.Placing)] = []
      votes.reserveCapacity(min(count, mostVotes + mostVotes / 8))
      eachVote(all, prints) { pair, first, second in
        guard parts == 1 || SplitMix64.mixed(pair) % parts == part else { return }
        votes.append((pair, placing(first, second)))
      }
      votes.sort { $0.pair < $1.pair }
      candidates += counted(votes)
    }
    if parts > 1 { candidates.sort { ($0.first, $0.second) < ($1.first, $1.second) } }
    return candidates
  }

  /// Votes that are kept at a time: some 200 MB.
  static let mostVotes = 1 << 22

  /// Calls `body` with each pair of pictures of different subsets that share a mark, and the marks of both.
  private static func eachVote(
    _ all: [(mark: PictureMarks.Mark, print: UInt32)], _ prints: [PicturePrint],
    _ body: (UInt64, PictureMarks.Mark, PictureMarks.Mark) -> Void
  ) {
    for (place, one) in all.enumerated() {
      // What is everywhere tells nothing.
      for other in all[(place + 1)..<min(place + 33, all.count)] {
        guard PictureMarks.hash(other.mark) == PictureMarks.hash(one.mark) else { break }
        let (a, b) = (Int(one.print), Int(other.print))
        guard prints[a].subset != prints[b].subset, prints[a].item != prints[b].item else { continue }
        let isOrdered = a < b
        body(
          pair(min(a, b), max(a, b)), isOrdered ? one.mark : other.mark, isOrdered ? other.mark : one.mark)
      }
    }
  }

  /// The pairs for which enough votes agree on how one picture lies on the other; votes of a pair stand together.
  private static func counted(_ votes: [(pair: UInt64, placing: PictureCandidate.Placing)]) -> [PictureCandidate] {
    var candidates: [PictureCandidate] = []
    var start = 0
    while start < votes.count {
      var end = start
      while end < votes.count, votes[end].pair == votes[start].pair { end += 1 }
      if end - start >= leastVotes {
        var counts: [PictureCandidate.Placing: Int] = [:]
        for vote in votes[start..<end] { counts[vote.placing, default: 0] += 1 }
        if let best = counts.max(by: { ($0.value, $0.key.y, $0.key.x) < ($1.value, $1.key.y, $1.key.x) }),
          best.value >= leastVotes
        {
          let pair = votes[start].pair
          candidates.append(
            PictureCandidate(first: Int(pair >> 32), second: Int(pair & 0xFFFF_FFFF), placing: best.key))
        }
      }
      start = end
    }
    return candidates
  }

  /// How the second picture lies on the first if both marks are the same.
  private static func placing(
    _ first: PictureMarks.Mark, _ second: PictureMarks.Mark
  ) -> PictureCandidate.Placing {
    let (a, b) = (PictureMarks.place(first), PictureMarks.place(second))
    let symmetry = a.orientation.to(b.orientation)
    let (y, x) = symmetry(a.y, a.x)
    return PictureCandidate.Placing(symmetry: symmetry, y: b.y - y, x: b.x - x)
  }
}
