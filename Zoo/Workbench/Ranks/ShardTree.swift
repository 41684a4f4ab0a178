/// The order in which the shards of a batch are added up: a binary tree over their numbers, whose left half has the largest
/// power of two of them.
///
/// The tree depends on the number of shards alone. Each rank has a run of shards next to each other; it adds up what the tree
/// adds up within the run, and the rest is added to that by others: whoever adds, the sums are the same, to the last bit.
struct ShardTree: Sendable {
  let count: Int
  /// The ranges of shards that are added up to one sum somewhere on the way, single shards included.
  private let nodes: Set<Range<Int>>

  init(_ count: Int) {
    self.count = count
    var nodes: Set<Range<Int>> = []
    var open = count > 0 ? [0..<count] : []
    while let node = open.popLast() {
      nodes.insert(node)
      guard let (left, right) = Self.halves(node) else { continue }
      open += [left, right]
    }
    self.nodes = nodes
  }

  /// The shards of each of `ranks`: as many as others have, or one more or less.
  func run(of rank: Int, among ranks: Int) -> Range<Int> { rank * count / ranks..<(rank + 1) * count / ranks }

  /// The largest sums of the tree that a run of shards holds, in order.
  func pieces(of run: Range<Int>) -> [Range<Int>] {
    func pieces(_ node: Range<Int>) -> [Range<Int>] {
      if node.clamped(to: run) == node { return [node] }
      guard node.overlaps(run), let (left, right) = Self.halves(node) else { return [] }
      return pieces(left) + pieces(right)
    }
    return count > 0 && !run.isEmpty ? pieces(0..<count) : []
  }

  /// How many sums of two are complete when `piece` is, and all before it: sums within `bounds`.
  func sums(endingWith piece: Range<Int>, within bounds: Range<Int>) -> Int {
    nodes.count { $0.upperBound == piece.upperBound && $0.count > piece.count && $0.clamped(to: bounds) == $0 }
  }

  private static func halves(_ node: Range<Int>) -> (Range<Int>, Range<Int>)? {
    guard node.count > 1 else { return nil }
    var left = 1
    while left * 2 < node.count { left *= 2 }
    return (node.lowerBound..<node.lowerBound + left, node.lowerBound + left..<node.upperBound)
  }
}
