import Foundation
import ZooWorkbench

/// Ranks that are threads of one process.
final class MemoryTransport: RankTransport {
  let rank: Int
  let count: Int
  var localCount: Int { count }
  private let hub: Hub

  /// What is on its way, and who has failed.
  final class Hub: @unchecked Sendable {
    fileprivate let condition = NSCondition()
    fileprivate var messages: [Way: [[UInt8]]] = [:]
    fileprivate var failure: ZooError?
    /// Bytes that were sent in all.
    fileprivate(set) var sent = 0
  }

  fileprivate struct Way: Hashable {
    let from: Int
    let to: Int
    let channel: RankChannel
  }

  init(rank: Int, count: Int, hub: Hub) { (self.rank, self.count, self.hub) = (rank, count, hub) }

  func transfer(sending: [RankPiece], receiving: [RankPiece], channel: RankChannel) throws(ZooError) {
    hub.condition.lock()
    defer { hub.condition.unlock() }
    for piece in sending {
      hub.messages[Way(from: rank, to: piece.peer, channel: channel), default: []].append(Array(piece.bytes))
      hub.sent += piece.bytes.count
    }
    hub.condition.broadcast()
    for piece in receiving {
      let way = Way(from: piece.peer, to: rank, channel: channel)
      while hub.failure == nil, hub.messages[way]?.isEmpty ?? true { hub.condition.wait() }
      if let failure = hub.failure { throw failure }
      guard let message = hub.messages[way]?.removeFirst(), message.count == piece.bytes.count else {
        throw ZooError(.failed, problem: "rank \(piece.peer) sent another number of bytes than rank \(rank) expects")
      }
      piece.bytes.copyBytes(from: message)
    }
  }

  func failure() -> ZooError? { hub.condition.withLock { hub.failure } }

  func tell(_ error: ZooError) -> Bool {
    hub.condition.withLock {
      hub.failure = hub.failure ?? error
      hub.condition.broadcast()
    }
    return true
  }

  func finish() {}

  /// Does the work of every rank on a thread of its own.
  /// - Throws: The error of the first rank that met with one; the others are told.
  @discardableResult
  static func run<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Ranks) throws -> Result
  ) throws -> [Result] {
    let hub = Hub()
    let results = Results<Result>(count)
    let group = DispatchGroup()
    for rank in 0..<count {
      group.enter()
      Thread.detachNewThread {
        let transport = MemoryTransport(rank: rank, count: count, hub: hub)
        do { results.set(rank, .success(try body(Ranks(transport)))) } catch {
          results.set(rank, .failure(error))
          _ = transport.tell(error as? ZooError ?? ZooError(.failed, problem: "\(error)"))
        }
        group.leave()
      }
    }
    group.wait()
    if let failure = hub.failure { throw failure }
    return try results.all()
  }

  private final class Results<Result: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var results: [Swift.Result<Result, any Error>?]
    init(_ count: Int) { results = Array(repeating: nil, count: count) }
    func set(_ rank: Int, _ result: Swift.Result<Result, any Error>) { lock.withLock { results[rank] = result } }
    func all() throws -> [Result] { try lock.withLock { try results.compactMap { try $0?.get() } } }
  }
}
