import ZooPlugins

/// What carries bytes between the processes that train one model together, numbered from 0: their ranks.
///
/// Several threads may call it, each with a channel of its own. What one rank sends another in one channel arrives in the order
/// in which it was sent.
package protocol RankTransport: AnyObject, Sendable {
  /// The number of this process.
  var rank: Int { get }
  /// How many processes there are.
  var count: Int { get }
  /// How many of them are on this machine.
  var localCount: Int { get }

  /// Sends and receives all of the pieces, and returns when all are there and the memory of those sent is free again.
  /// - Throws: ``ZooError`` if another rank has failed, or can't be reached any more.
  func transfer(sending: [RankPiece], receiving: [RankPiece], channel: RankChannel) throws(ZooError)

  /// The error that another rank met with, as far as is known by now. Rank 0 hears from all, the others from rank 0.
  func failure() -> ZooError?

  /// Tells the others that this rank goes no further. If it isn't rank 0, waits for it to answer.
  /// - Returns: whether they, or rank 0, got to know.
  func tell(_ error: ZooError) -> Bool

  /// The end of all ranks' work, which all wait for.
  func finish()
}

/// Memory for one message, which stays where it is until it was carried.
package struct RankPiece: @unchecked Sendable {
  package let peer: Int
  package let bytes: UnsafeMutableRawBufferPointer

  package init(peer: Int, bytes: UnsafeMutableRawBufferPointer) {
    self.peer = peer
    self.bytes = bytes
  }
}

/// Messages of one kind.
package enum RankChannel: Int32, Sendable {
  /// What is agreed upon between steps.
  case agreement = 1
  /// Sums over the shards, while a step is computed.
  case sums = 2
}
