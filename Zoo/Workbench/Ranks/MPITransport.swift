#if MPI
  import Foundation
  import MPITransport
  import Synchronization
  import ZooPlugins

  /// ``RankTransport`` by MPI.
  ///
  /// One thread at a time is inside MPI. Whoever waits looks at its messages again and again, and sleeps in between: the processor
  /// belongs to those who compute.
  final class MPITransport: RankTransport {
    let rank: Int
    let count: Int
    let localCount: Int
    private let state: Mutex<State>

    private struct State: @unchecked Sendable {
      /// The message of a rank that has failed, which any rank may send at any time, to rank 0; or rank 0 to all.
      var notice = zoo_mpi_message()
      let memory: UnsafeMutableRawBufferPointer
      var failure: ZooError?
    }

    private static let noticeTag: Int32 = 9
    /// So short that it is on its way when it is sent, whoever waits for it.
    private static let noticeByteCount = 2048
    /// How long a rank that has failed waits for rank 0 to say so.
    private static let patience = Duration.seconds(8)

    /// Joins the processes that were started together.
    /// - Throws: ``ZooError`` if MPI doesn't work here.
    init() throws(ZooError) {
      var (rank, count, local): (Int32, Int32, Int32) = (0, 1, 1)
      guard zoo_mpi_start(&rank, &count, &local) == 1 else { throw Self.problem("MPI doesn't start") }
      (self.rank, self.count, localCount) = (Int(rank), Int(count), Int(local))
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.noticeByteCount, alignment: 8)
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      var first = State(memory: memory)
      guard
        count == 1
          || zoo_mpi_receive(memory.baseAddress, memory.count, rank == 0 ? -1 : 0, Self.noticeTag, &first.notice) == 1
      else { throw Self.problem("MPI doesn't receive") }
      state = Mutex(first)
    }

    private static func problem(_ what: String) -> ZooError {
      ZooError(.failed, problem: "\(what): \(String(cString: zoo_mpi_problem()))")
    }

    func transfer(
      sending: [RankPiece], receiving: [RankPiece], channel: RankChannel
    ) throws(ZooError) {
      var open: [(message: zoo_mpi_message, isSent: Bool)] = []
      do throws(ZooError) {
        try locked { _ throws(ZooError) in
          // Who receives first needs no memory for what comes early.
          for piece in receiving { try begin(piece, isSent: false, channel, &open) }
          for piece in sending { try begin(piece, isSent: true, channel, &open) }
        }
        while !open.isEmpty {
          let isMoving = try locked { state throws(ZooError) in
            let before = open.count
            for index in open.indices.reversed() {
              var (isDone, peer): (Int32, Int32) = (0, 0)
              guard zoo_mpi_test(&open[index].message, &isDone, &peer) == 1 else {
                throw Self.problem("a rank was lost")
              }
              if isDone != 0 { open.remove(at: index) }
            }
            if !open.isEmpty { try Self.look(&state) }
            return open.count < before
          }
          // The system makes at least fifty microseconds of it.
          if !isMoving { usleep(1) }
        }
      } catch {
        state.withLock { _ in
          for index in open.indices { _ = zoo_mpi_forget(&open[index].message, open[index].isSent ? 1 : 0) }
        }
        throw error
      }
    }

    private func begin(
      _ piece: RankPiece, isSent: Bool, _ channel: RankChannel, _ open: inout [(message: zoo_mpi_message, isSent: Bool)]
    ) throws(ZooError) {
      let largest = Int(ZOO_MPI_LARGEST)
      for start in stride(from: 0, to: piece.bytes.count, by: largest) {
        let part = UnsafeMutableRawBufferPointer(rebasing: piece.bytes[start..<min(piece.bytes.count, start + largest)])
        let (peer, tag) = (Int32(piece.peer), channel.rawValue)
        var message = zoo_mpi_message()
        let isBegun =
          isSent
          ? zoo_mpi_send(part.baseAddress, part.count, peer, tag, &message)
          : zoo_mpi_receive(part.baseAddress, part.count, peer, tag, &message)
        guard isBegun == 1 else { throw Self.problem("rank \(piece.peer) can't be reached") }
        open.append((message, isSent))
      }
    }

    func failure() -> ZooError? {
      state.withLock { state in
        do throws(ZooError) { try Self.look(&state) } catch { return error }
        return nil
      }
    }

    func tell(_ error: ZooError) -> Bool {
      guard count > 1 else { return true }
      var text = Array("\(error.kind.rawValue) \(rank) \(error)".utf8.prefix(Self.noticeByteCount - 1)) + [0]
      var messages: [zoo_mpi_message] = []
      return text.withUnsafeMutableBytes { text in
        for peer in rank == 0 ? Array(1..<count) : [0] {
          var message = zoo_mpi_message()
          let isSent = state.withLock { _ in
            zoo_mpi_send(text.baseAddress, text.count, Int32(peer), Self.noticeTag, &message) == 1
          }
          if isSent { messages.append(message) }
        }
        let start = ContinuousClock.now
        while ContinuousClock.now - start < Self.patience {
          var isTold = true
          state.withLock { _ in
            for index in messages.indices {
              var (isDone, peer): (Int32, Int32) = (0, 0)
              if zoo_mpi_test(&messages[index], &isDone, &peer) == 1, isDone == 0 { isTold = false }
            }
          }
          if rank == 0 ? isTold : failure() != nil { return true }
          usleep(1000)
        }
        return false
      }
    }

    func finish() { state.withLock { _ in _ = zoo_mpi_finish() } }

    private func locked<Result>(_ body: (inout State) throws(ZooError) -> Result) throws(ZooError) -> Result {
      let result = state.withLock { state -> Swift.Result<Result, ZooError> in
        do throws(ZooError) { return .success(try body(&state)) } catch { return .failure(error) }
      }
      return try result.get()
    }

    /// Sees whether a rank has failed.
    private static func look(_ state: inout State) throws(ZooError) {
      if state.failure == nil {
        var (isDone, peer): (Int32, Int32) = (0, 0)
        guard zoo_mpi_test(&state.notice, &isDone, &peer) == 1 else { throw problem("a rank was lost") }
        guard isDone != 0 else { return }
        let words = String(decoding: state.memory.prefix { $0 != 0 }, as: UTF8.self)
          .split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        let kind = words.first.flatMap { Int32($0) }.flatMap(ZooError.Kind.init(rawValue:)) ?? .failed
        state.failure = ZooError(
          kind,
          problem: (words.count > 1 ? "rank \(words[1]): " : "") + (words.count > 2 ? "\(words[2])" : "has failed"))
      }
      if let failure = state.failure { throw failure }
    }
  }
#endif
