import ZooKernels

extension EntryCheck {
  /// The gates of recurrent steps, forward and backward.
  static let recurrent: [String: EntryCheck] = [
    "lstm_gates": forward(gates: 4, saved: lstmSaved, zoo_lstm_gates),
    "rnn_gates": forward(gates: 1, saved: rnnSaved, zoo_rnn_gates),
    "gru_gates": forward(gates: 3, saved: gruSaved, zoo_gru_gates),
    "gru_candidate_gates": forward(gates: 3, saved: gruSaved, zoo_gru_candidate_gates),
    "lstm_gradient": backward(gates: 4, saved: lstmSaved, zoo_lstm_gradient),
    "rnn_gradient": backward(gates: 1, saved: rnnSaved, zoo_rnn_gradient),
    "gru_gradient": backward(gates: 3, saved: gruSaved, zoo_gru_gradient),
    "gru_reset_gradient": backward(gates: 3, saved: gruSaved, zoo_gru_reset_gradient),
  ]

  private static let lstmSaved = Int(ZOO_LSTM_SAVED)
  private static let gruSaved = Int(ZOO_GRU_SAVED)
  private static let rnnSaved = Int(ZOO_RNN_SAVED)

  private typealias Step = @Sendable (zoo_isa, UnsafePointer<zoo_recurrent>?, Int64, Int64, Int64) -> Void
  private typealias GradientStep =
    @Sendable (
      zoo_isa, UnsafePointer<zoo_recurrent>?, UnsafePointer<zoo_recurrent_gradient>?, Int64, Int64, Int64
    ) -> Void

  private static let batch = 3
  private static let steps = 4

  /// Memory that lives as long as a call, filled with numbers.
  private final class Arena {
    private var parts: [UnsafeMutableBufferPointer<Float>] = []
    private var hidden: Set<Int> = []
    private var seed = 40

    /// - Parameter isPadded: whether there are numbers behind the last unit, of which kernels may make anything.
    func numbers(
      _ count: Int, _ range: ClosedRange<Float> = -1...1, isPadded: Bool = false
    ) -> UnsafeMutablePointer<Float> {
      seed += 1
      if isPadded { hidden.insert(parts.count) }
      let part = UnsafeMutablePointer<Float>.allocate(capacity: count)
      part.initialize(from: EntryNumbers(seed).values(count, range), count: count)
      parts.append(UnsafeMutableBufferPointer(start: part, count: count))
      return part
    }

    /// What stands in all memory in the end, whether it was written or not; without padding.
    var all: [Float] { parts.enumerated().flatMap { hidden.contains($0) ? [] : Array($1) } }

    deinit { for part in parts { part.deallocate() } }
  }

  /// Networks of several sizes, with each activation, one sequence shorter than the others.
  private static func networks(
    _ isa: zoo_isa, gates: Int, saved: Int,
    _ body: (inout zoo_recurrent, _ arena: Arena, _ hidden: Int, _ blocks: Int) -> Void
  ) -> [Float] {
    [5, 16, 21, 48].flatMap { hidden in
      [false, true].flatMap { flag -> [Float] in
        let arena = Arena()
        let padded = (hidden + 15) / 16 * 16
        var r = zoo_recurrent()
        r.isa = isa
        (r.steps, r.batch, r.hidden, r.padded) = (Int64(steps), Int64(batch), Int64(hidden), Int64(padded))
        r.reverse = flag
        (r.time_stride, r.batch_stride) = (Int64(batch), 1)
        (r.y_time_stride, r.y_batch_stride) = (Int64(batch * hidden), Int64(hidden))
        r.clip = 3
        (r.coupled, r.reset_after) = (flag, flag)
        r.input = UnsafePointer(arena.numbers(steps * batch * gates * padded, -4...4))
        r.product = arena.numbers(2 * batch * gates * padded, -2...2, isPadded: padded > hidden)
        r.state = UnsafePointer(arena.numbers(batch * padded))
        r.next = arena.numbers(batch * padded, isPadded: padded > hidden)
        r.cell = arena.numbers(batch * padded, isPadded: padded > hidden)
        r.y = arena.numbers(steps * batch * hidden)
        r.saved = arena.numbers(steps * batch * saved * hidden)
        if flag {
          r.peephole = UnsafePointer(arena.numbers(3 * hidden))
          r.candidate_bias = UnsafePointer(arena.numbers(hidden))
        }
        body(&r, arena, hidden, padded / 16)
        return arena.all
      }
    }
  }

  private static func forward(gates: Int, saved: Int, _ step: @escaping Step) -> EntryCheck {
    EntryCheck { isa in
      (ZOO_RECURRENT_SIGMOID.rawValue...ZOO_RECURRENT_SOFTPLUS.rawValue).flatMap { function in
        networks(isa, gates: gates, saved: saved) { r, _, _, blocks in
          r.f = zoo_recurrent_activation(function: ZOO_RECURRENT_SIGMOID, alpha: 0, beta: 0)
          r.g = zoo_recurrent_activation(function: zoo_recurrent_function(function), alpha: 0.6, beta: 0.4)
          r.h = zoo_recurrent_activation(function: ZOO_RECURRENT_TANH, alpha: 0, beta: 0)
          if gates == 1 { r.f = r.g }
          let lengths: [Int32] = [4, 1, 3]
          lengths.withUnsafeBufferPointer {
            r.lengths = $0.baseAddress
            step(isa, &r, 2, 0, Int64(blocks))
          }
        }
      }
    }
  }

  private static func backward(gates: Int, saved: Int, _ step: @escaping GradientStep) -> EntryCheck {
    EntryCheck { isa in
      networks(isa, gates: gates, saved: saved) { r, arena, hidden, blocks in
        r.f = zoo_recurrent_activation(function: ZOO_RECURRENT_SIGMOID, alpha: 0, beta: 0)
        r.g = zoo_recurrent_activation(function: ZOO_RECURRENT_TANH, alpha: 0, beta: 0)
        r.h = r.g
        if gates == 1 { r.f = r.g }
        var g = zoo_recurrent_gradient()
        g.saved = UnsafePointer(arena.numbers(steps * batch * saved * hidden, 0.1...0.9))
        g.initial_state = UnsafePointer(arena.numbers(batch * hidden))
        g.initial_cell = UnsafePointer(arena.numbers(batch * hidden))
        g.initial_stride = Int64(hidden)
        g.dy = UnsafePointer(arena.numbers(steps * batch * hidden))
        g.dstate = arena.numbers(batch * hidden)
        g.dcell = arena.numbers(batch * hidden)
        g.dgates = arena.numbers(batch * gates * hidden)
        g.dcandidate = arena.numbers(batch * hidden)
        g.dreset = arena.numbers(batch * hidden)
        g.dinput = arena.numbers(steps * batch * gates * hidden)
        g.drecurrent = arena.numbers(steps * batch * gates * hidden)
        g.previous = arena.numbers(steps * batch * hidden)
        g.reset_previous = arena.numbers(steps * batch * hidden)
        g.dpeephole = arena.numbers(3 * hidden)
        let lengths: [Int32] = [4, 1, 3]
        lengths.withUnsafeBufferPointer {
          r.lengths = $0.baseAddress
          step(isa, &r, &g, 2, 0, Int64(blocks))
          step(isa, &r, &g, 0, 0, Int64(blocks))
        }
      }
    }
  }
}
