import Synchronization
import ZooPlugins

/// Adds up what the shards of a batch give, over all ranks and in an order that depends on the number of shards alone
/// (``ShardTree``).
///
/// The values lie one after the other in the order in which the backward pass makes them, cut into buckets. When a bucket is
/// complete on this rank, it is exchanged by a thread of its own while the pass goes on: each rank gets a segment of it from all
/// others, adds it up, and gives the sum to all. A rank sends and receives 2 · (ranks − 1) / ranks of the values a step, if it
/// has a single sum of the tree to send.
final class ShardSums: @unchecked Sendable {
  typealias Value = ShardedGraphs.Value

  /// Some values of one kind, next to each other.
  struct Bucket: Sendable {
    var range: Range<Int>
    var values: Range<Int>
    let isMeanOfItems: Bool
  }

  /// In the order of their memory.
  let values: [Value]
  /// Where each value begins, in floats.
  let offsets: [Int]
  let buckets: [Bucket]
  /// Of all values, in floats.
  let size: Int

  private let ranks: Ranks
  private let tree: ShardTree
  private let threads: ThreadPool
  /// The shards of this rank.
  let run: Range<Int>
  /// How many sums of two are complete after each of this rank's shards.
  private let sums: [Int]
  /// Sums within this rank, of which the first ``pieces`` are left at last; the first one becomes the sum over all.
  private let stack: [TensorStorage]
  /// The sums of the tree that each rank sends, in order, and how many sums of two are complete after each.
  private let pieces: [(rank: Int, sums: Int)]
  private let received: TensorStorage?
  private let worker = OrderedWork()
  private let state = Mutex(State())

  private struct State {
    var failure: ZooError?
    var weights: [Float] = []
    var isStopped = false
  }

  /// Bytes of a bucket at least, if there are so many: few messages, and much of the first ones' way beside the backward pass.
  static let bucketByteCount = 4 << 20
  /// Values and segments begin at lines of the processor's cache.
  private static let line = 16

  /// - Parameter values: in the order in which they are made.
  init(_ values: [Value], shards: Int, ranks: Ranks, threads: ThreadPool, bucketByteCount: Int = bucketByteCount) throws
  {
    self.ranks = ranks
    self.threads = threads
    tree = ShardTree(shards)
    run = tree.run(of: ranks.rank, among: ranks.count)
    // Those of a kind stay together: a bucket is divided by one number.
    let values = values.filter { !$0.isMeanOfItems } + values.filter(\.isMeanOfItems)
    self.values = values
    var (offset, offsets, buckets): (Int, [Int], [Bucket]) = (0, [], [])
    for (index, value) in values.enumerated() {
      let end = offset + (value.count + Self.line - 1) / Self.line * Self.line
      if let last = buckets.last, last.isMeanOfItems == value.isMeanOfItems, last.range.count * 4 < bucketByteCount {
        buckets[buckets.count - 1].range = last.range.lowerBound..<end
        buckets[buckets.count - 1].values = last.values.lowerBound..<index + 1
      } else {
        buckets.append(Bucket(range: offset..<end, values: index..<index + 1, isMeanOfItems: value.isMeanOfItems))
      }
      offsets.append(offset)
      offset = end
    }
    (self.offsets, self.buckets, size) = (offsets, buckets, offset)
    let own = tree.pieces(of: run)
    sums = own.flatMap { [tree] piece in piece.map { tree.sums(endingWith: $0..<$0 + 1, within: piece) } }
    var (depth, deepest) = (0, 1)
    for sum in sums {
      deepest = max(deepest, depth + (sum == 0 ? 1 : 0))
      depth += 1 - sum
    }
    stack = try (0..<deepest).map { _ in try TensorStorage(byteCount: offset * 4) }
    pieces = (0..<ranks.count).flatMap { [tree] rank in
      tree.pieces(of: tree.run(of: rank, among: ranks.count)).map {
        (rank, tree.sums(endingWith: $0, within: 0..<shards))
      }
    }
    let others = pieces.count { $0.rank != ranks.rank }
    let largest = buckets.map(\.range.count).max() ?? 0
    received = others == 0 ? nil : try TensorStorage(byteCount: others * Self.segment(largest, among: ranks.count) * 4)
  }

  /// Bytes for `size` values, at most, on a rank that has all the shards or shares them with one other rank.
  static func byteCount(size: Int, shards: Int) -> Int {
    var depth = 1
    while 1 << (depth - 1) < shards { depth += 1 }
    return (depth + 1) * size * 4
  }

  /// The sums over all shards of a value, divided; valid after ``finish()``.
  func memory(of index: Int) -> UnsafeMutablePointer<Float> { floats(stack[0]) + offsets[index] }

  private func floats(_ storage: TensorStorage) -> UnsafeMutablePointer<Float> {
    storage.base.assumingMemoryBound(to: Float.self)
  }

  // MARK: A step

  /// Begins a step.
  /// - Parameters:
  ///   - weights: what the items of each of this rank's shards weigh together.
  ///   - stops: whether this rank was asked to end.
  func begin(weights: [Float], stops: Bool) {
    state.withLock {
      $0.weights = weights
      $0.isStopped = stops
    }
    guard ranks.count > 1 else { return }
    enqueue { [self] () throws(ZooError) in
      let own = weights.flatMap { weight in withUnsafeBytes(of: weight.bitPattern.littleEndian) { Array($0) } }
      let all = try ranks.exchange([stops ? 1 : 0] + own, channel: .sums)
      var found: [Float] = []
      for bytes in all {
        for start in stride(from: 1, to: bytes.count, by: 4) {
          let bits = bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
          found.append(Float(bitPattern: bits))
        }
      }
      state.withLock {
        $0.weights = found
        $0.isStopped = all.contains { $0.first == 1 }
      }
    }
  }

  /// Adds bucket `number` of this rank's shard `place` (from 0).
  /// - Parameter source: where the shard's values are.
  func add(_ number: Int, of place: Int, weight: Float, source: (Int) -> UnsafePointer<Float>?) {
    let bucket = buckets[number]
    let depth = depth(before: place)
    let isNew = sums[place] == 0
    let target = floats(stack[isNew ? depth : depth - 1])
    for index in bucket.values {
      guard let from = source(index) else { continue }
      let to = target + offsets[index]
      let factor = bucket.isMeanOfItems ? weight : 1
      threads.forEachChunk(of: values[index].count) { range in
        // A shard without an item that counts has a mean of 0 / 0.
        if factor == 0 {
          if isNew { for i in range { to[i] = 0 } }
        } else if isNew {
          for i in range { to[i] = factor * from[i] }
        } else {
          for i in range { to[i] += factor * from[i] }
        }
      }
    }
    for further in stride(from: 1, to: sums[place], by: 1) {
      add(floats(stack[depth - further]), to: floats(stack[depth - further - 1]), bucket.range)
    }
    guard place == run.count - 1 else { return }
    if ranks.count > 1 {
      enqueue { [self] () throws(ZooError) in try exchange(bucket) }
    } else {
      divide(floats(stack[0]), bucket.range, by: divisor(of: bucket))
    }
  }

  /// Waits until all buckets are added up.
  /// - Returns: whether a rank was asked to end.
  /// - Throws: ``ZooError`` if a rank has failed.
  func finish() throws(ZooError) -> Bool {
    worker.wait()
    let (failure, isStopped) = state.withLock { ($0.failure, $0.isStopped) }
    if let failure { throw failure }
    return isStopped
  }

  private func depth(before place: Int) -> Int { sums[..<place].reduce(0) { $0 + 1 - $1 } }

  private func add(_ from: UnsafeMutablePointer<Float>, to: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
    let (from, to) = (from + range.lowerBound, to + range.lowerBound)
    threads.forEachChunk(of: range.count) { range in for i in range { to[i] += from[i] } }
  }

  private func divide(_ values: UnsafeMutablePointer<Float>, _ range: Range<Int>, by divisor: Float) {
    for i in range { values[i] /= divisor }
  }

  /// The number of shards, or what all items weigh together.
  private func divisor(of bucket: Bucket) -> Float {
    guard bucket.isMeanOfItems else { return Float(tree.count) }
    var sums: [Float] = []
    let weights = state.withLock { $0.weights }
    for (shard, weight) in weights.enumerated() {
      sums.append(weight)
      for _ in 0..<tree.sums(endingWith: shard..<shard + 1, within: 0..<tree.count) {
        let last = sums.removeLast()
        sums[sums.count - 1] += last
      }
    }
    return sums.first ?? 1
  }

  // MARK: The exchange, on a thread of its own

  private func enqueue(_ work: @escaping @Sendable () throws(ZooError) -> Void) {
    worker.add { [self] in
      guard state.withLock({ $0.failure == nil }) else { return }
      do throws(ZooError) { try work() } catch { state.withLock { $0.failure = error } }
    }
  }

  private static func segment(_ count: Int, among ranks: Int) -> Int {
    ((count + ranks - 1) / ranks + line - 1) / line * line
  }

  /// The part of a bucket that a rank adds up.
  private func segment(_ bucket: Bucket, of rank: Int) -> Range<Int> {
    let size = Self.segment(bucket.range.count, among: ranks.count)
    let (start, end) = (bucket.range.lowerBound, bucket.range.upperBound)
    return min(end, start + rank * size)..<min(end, start + (rank + 1) * size)
  }

  private func exchange(_ bucket: Bucket) throws(ZooError) {
    guard let transport = ranks.transport, let received else { return }
    let own = segment(bucket, of: ranks.rank)
    let others = (0..<ranks.count).filter { $0 != ranks.rank }
    func piece(_ peer: Int, _ start: UnsafeMutablePointer<Float>, _ count: Int) -> RankPiece {
      RankPiece(peer: peer, bytes: UnsafeMutableRawBufferPointer(start: start, count: count * 4))
    }
    let ownPieces = pieces.count { $0.rank == ranks.rank }
    var sending: [RankPiece] = []
    for peer in others {
      let range = segment(bucket, of: peer)
      guard !range.isEmpty else { continue }
      for number in 0..<ownPieces {
        sending.append(piece(peer, floats(stack[number]) + range.lowerBound, range.count))
      }
    }
    // Where the piece's segment is, for every piece of every rank.
    var places: [UnsafeMutablePointer<Float>] = []
    var receiving: [RankPiece] = []
    var (foreign, mine) = (0, 0)
    for entry in pieces {
      if entry.rank == ranks.rank {
        places.append(floats(stack[mine]) + own.lowerBound)
        mine += 1
      } else {
        let place = floats(received) + foreign * Self.segment(bucket.range.count, among: ranks.count)
        places.append(place)
        if !own.isEmpty { receiving.append(piece(entry.rank, place, own.count)) }
        foreign += 1
      }
    }
    try transport.transfer(sending: sending, receiving: receiving, channel: .sums)
    var open: [UnsafeMutablePointer<Float>] = []
    for (entry, place) in zip(pieces, places) {
      open.append(place)
      for _ in 0..<entry.sums {
        let last = open.removeLast()
        let sum = open[open.count - 1]
        for i in 0..<own.count { sum[i] += last[i] }
      }
    }
    let result = floats(stack[0])
    if let sum = open.first, sum != result + own.lowerBound {
      (result + own.lowerBound).update(from: sum, count: own.count)
    }
    divide(result, own, by: divisor(of: bucket))
    let whole = others.filter { !segment(bucket, of: $0).isEmpty }
    try transport.transfer(
      sending: own.isEmpty ? [] : others.map { piece($0, result + own.lowerBound, own.count) },
      receiving: whole.map { peer in
        let range = segment(bucket, of: peer)
        return piece(peer, result + range.lowerBound, range.count)
      }, channel: .sums)
  }
}
