import Foundation
import ZooPlugins

/// The processes that train one model together, as one of them sees them. Alone, there is nothing to agree upon.
package struct Ranks: Sendable {
  package let transport: (any RankTransport)?

  /// This process is the only one.
  package static let alone = Ranks(nil)

  package init(_ transport: (any RankTransport)?) { self.transport = transport }

  /// The number of this process, from 0.
  package var rank: Int { transport?.rank ?? 0 }
  /// How many there are.
  package var count: Int { transport?.count ?? 1 }
  /// How many of them share this machine.
  package var localCount: Int { transport?.localCount ?? 1 }
  /// Whether this one writes files and speaks to people.
  package var isFirst: Bool { rank == 0 }

  /// The threads of each rank if all that share this machine are to share its processors.
  /// - Parameter available: processors that this process may use; launchers may have bound it to some of them.
  package func threads(of available: Int) -> Int {
    guard count > 1 else { return available }
    return min(available, max(1, ProcessInfo.processInfo.activeProcessorCount / localCount))
  }

  /// The error that another rank met with, as far as it is known by now.
  package func failure() -> ZooError? { transport?.failure() }

  /// Tells the other ranks of an error, and ends the work of all.
  /// - Returns: whether rank 0 knows of it, which speaks for all.
  package func tell(_ error: ZooError) -> Bool { transport?.tell(error) ?? true }

  /// The end of the work of all ranks, which wait for each other.
  package func finish() { transport?.finish() }

  /// What every rank has to say, by rank. All ranks call it at the same point of their work. Waits for the slowest.
  /// - Throws: ``ZooError`` if a rank has failed.
  package func exchange(_ own: [UInt8], channel: RankChannel = .agreement) throws(ZooError) -> [[UInt8]] {
    guard let transport else { return [own] }
    let others = (0..<count).filter { $0 != rank }
    var sizes = [UInt64](repeating: 0, count: count)
    sizes[rank] = UInt64(own.count)
    var size = sizes[rank]
    try Self.transfer(transport, channel) { all in
      withUnsafeMutableBytes(of: &size) { size in
        sizes.withUnsafeMutableBytes { sizes in
          all(
            others.map { RankPiece(peer: $0, bytes: size) },
            others.map { RankPiece(peer: $0, bytes: .init(rebasing: sizes[$0 * 8..<$0 * 8 + 8])) })
        }
      }
    }
    // One piece of memory for all, so that nothing moves while it is written.
    var starts = [0]
    for size in sizes { starts.append(starts[starts.count - 1] + Int(clamping: size)) }
    var joined = [UInt8](repeating: 0, count: starts[count])
    joined.replaceSubrange(starts[rank]..<starts[rank + 1], with: own)
    try Self.transfer(transport, channel) { all in
      joined.withUnsafeMutableBytes { joined in
        func piece(_ rank: Int) -> UnsafeMutableRawBufferPointer {
          .init(rebasing: joined[starts[rank]..<starts[rank + 1]])
        }
        all(
          own.isEmpty ? [] : others.map { RankPiece(peer: $0, bytes: piece(rank)) },
          others.filter { sizes[$0] > 0 }.map { RankPiece(peer: $0, bytes: piece($0)) })
      }
    }
    return (0..<count).map { Array(joined[starts[$0]..<starts[$0 + 1]]) }
  }

  /// Overwrites the memory on all other ranks by that of the first.
  package func share(_ bytes: UnsafeMutableRawBufferPointer) throws(ZooError) {
    guard let transport, !bytes.isEmpty else { return }
    let pieces = isFirst ? (1..<count).map { RankPiece(peer: $0, bytes: bytes) } : [RankPiece(peer: 0, bytes: bytes)]
    try transport.transfer(
      sending: isFirst ? pieces : [], receiving: isFirst ? [] : pieces, channel: .agreement)
  }

  /// Carries an error out of scopes that lend memory.
  private static func transfer(
    _ transport: any RankTransport, _ channel: RankChannel,
    _ lend: (([RankPiece], [RankPiece]) -> Void) -> Void
  ) throws(ZooError) {
    var failure: ZooError?
    lend { sending, receiving in
      do throws(ZooError) {
        try transport.transfer(sending: sending, receiving: receiving, channel: channel)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Refuses to go on unless the fact is the same on all ranks.
  /// - Parameter what: what is compared, in words that go before “of rank 2”.
  package func agree(on fact: String, _ what: String) throws(ZooError) {
    let facts = try exchange(Array(fact.utf8)).map { String(decoding: $0, as: UTF8.self) }
    guard let other = facts.indices.first(where: { facts[$0] != facts[0] }) else { return }
    throw ZooError(
      .usage, problem: "\(what) of rank \(other) is \(facts[other]), that of rank 0 \(facts[0])",
      expected: "the same on all machines, so that all compute the same",
      remedy: "Give all machines the same tool, instruction set (ZOO_ISA) and files")
  }

  /// The part of `items` that falls to each rank: as many as the others have, or one more or less.
  package func part(of items: Int, rank: Int) -> Range<Int> { rank * items / count..<(rank + 1) * items / count }
}
