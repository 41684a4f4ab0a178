import ZooKernels

/// Executes the backward pass through the steps.
struct RecurrentBackward: Sendable {
  let geometry: RecurrentGeometry
  let blocking: RecurrentGeometry.Blocking
  let node: String
  private let operands: RecurrentOperands
  private let layout: Layout

  /// Offsets in scratch memory, in floats.
  private struct Layout: Sendable {
    var recurrence = 0
    var candidate = 0
    var state = 0
    var cell = 0
    var gates = 0
    var candidateGradient = 0
    var resetGradient = 0
    var count = 0

    init(_ geometry: RecurrentGeometry, isa: zoo_isa) {
      let (hidden, batch, inner) = (geometry.hidden, geometry.batch, geometry.innerGates)
      func packedCount(_ gates: Int) -> Int { Int(zoo_gemm_packed_count(isa, Int64(gates * hidden), Int64(hidden))) }
      recurrence = take(packedCount(inner))
      candidate = take(packedCount(geometry.gates - inner))
      state = take(batch * hidden)
      cell = take(batch * hidden)
      gates = take(batch * inner * hidden)
      candidateGradient = take(batch * hidden)
      resetGradient = take(batch * hidden)
    }

    private mutating func take(_ floats: Int) -> Int {
      defer { count += (floats + 15) / 16 * 16 }
      return count
    }
  }

  private var innerGates: Int { geometry.innerGates }
  /// The position of what the forward pass saved; the gradients by its outputs follow.
  private var savedInput: Int { geometry.kind.inputs.upperBound }

  init(_ request: KernelCall, kind: RecurrentKind) throws {
    geometry = try RecurrentGeometry(request.call, kind: kind)
    blocking = RecurrentGeometry.Blocking(geometry, isa: InstructionSet.current)
    operands = RecurrentOperands(request.call)
    node = request.call.node.name
    layout = Layout(geometry, isa: blocking.isa)
  }

  var kernel: Kernel {
    let backward = self
    let node = node
    let read: Set = [
      RecurrentInput.recurrence, RecurrentInput.lengths, RecurrentInput.state, RecurrentInput.cell,
      RecurrentInput.peepholes,
    ]
    return Kernel(
      scratchByteCount: layout.count * 4,
      inputsRead: read.union(savedInput...savedInput + geometry.kind.outputs)
    ) { arguments in
      let lengths = backward.operands.input(arguments, RecurrentInput.lengths, as: Int32.self)
      try backward.geometry.check(lengths, node: node)
      for direction in 0..<backward.geometry.directions { backward.run(direction, arguments) }
    }
  }

  private func run(_ direction: Int, _ arguments: borrowing KernelArguments) {
    typealias Output = RecurrentGradient.Output
    let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
    let (rows, hidden, gates) = (geometry.rows, geometry.hidden, geometry.gates)
    packRecurrence(direction, arguments)

    func input(_ index: Int) -> UnsafePointer<Float>? { operands.input(arguments, index, as: Float.self) }
    func output(_ index: Int, values: Int) -> UnsafeMutablePointer<Float>? {
      operands.output(arguments, index).map { $0 + direction * rows * values * hidden }
    }
    var shared = geometry.shared(direction, blocking: blocking)
    shared.lengths = operands.input(arguments, RecurrentInput.lengths, as: Int32.self)
    var gradient = zoo_recurrent_gradient()
    gradient.saved = arguments.unsafeInput(savedInput) + direction * rows * geometry.kind.savedValues * hidden
    gradient.dy = input(savedInput + 1).map { $0 + geometry.outputOffset(direction) }
    gradient.dstate = scratch + layout.state
    gradient.dgates = scratch + layout.gates
    gradient.dinput = output(Output.input, values: gates)
    gradient.previous = output(Output.previous, values: 1)
    let initial = geometry.stateOffset(direction, 0)
    gradient.initial_state = input(RecurrentInput.state).map { $0 + initial }
    gradient.initial_stride = Int64(geometry.stateStride)
    switch geometry.kind {
    case .lstm:
      shared.peephole = input(RecurrentInput.peepholes).map { $0 + direction * 3 * hidden }
      gradient.initial_cell = input(RecurrentInput.cell).map { $0 + initial }
      gradient.dcell = scratch + layout.cell
      gradient.dpeephole = operands.output(arguments, Output.peepholes).map { $0 + direction * 3 * hidden }
      gradient.dpeephole?.update(repeating: 0, count: 3 * hidden)
      load(input(savedInput + 3), direction, into: scratch + layout.cell)
    case .gru:
      if geometry.resetAfter {
        gradient.drecurrent = output(Output.reset, values: 3)
      } else {
        gradient.reset_previous = output(Output.reset, values: 1)
        gradient.dcandidate = scratch + layout.candidateGradient
        gradient.dreset = scratch + layout.resetGradient
      }
    case .rnn: break
    }
    load(input(savedInput + 2), direction, into: scratch + layout.state)

    for step in stride(from: geometry.steps - 1, through: 0, by: -1) {
      execute(shared, gradient, step, scratch, arguments.threads)
    }
    store(scratch + layout.state, direction, to: operands.output(arguments, Output.state))
    if geometry.kind == .lstm {
      store(scratch + layout.cell, direction, to: operands.output(arguments, Output.cell))
    }
  }

  private func execute(
    _ shared: zoo_recurrent, _ gradient: zoo_recurrent_gradient, _ step: Int, _ scratch: UnsafeMutablePointer<Float>,
    _ threads: ThreadPool
  ) {
    let step = Int64(step)
    withUnsafePointer(to: shared) { shared in
      withUnsafePointer(to: gradient) { gradient in
        forEachTask(threads) { first, last in
          switch geometry.kind {
          case .lstm: zoo_lstm_step_gradient(shared, gradient, step, first, last)
          case .gru: zoo_gru_step_gradient(shared, gradient, step, first, last)
          case .rnn: zoo_rnn_step_gradient(shared, gradient, step, first, last)
          }
        }
        if innerGates < geometry.gates {
          multiply(
            scratch + layout.candidateGradient, scratch + layout.candidate, gates: 1,
            into: scratch + layout.resetGradient,
            accumulate: false, threads)
          forEachTask(threads) { first, last in zoo_gru_reset_step_gradient(shared, gradient, step, first, last) }
        }
      }
    }
    multiply(
      scratch + layout.gates, scratch + layout.recurrence, gates: innerGates, into: scratch + layout.state,
      accumulate: true, threads)
  }

  private func forEachTask(_ threads: ThreadPool, _ body: (_ first: Int64, _ last: Int64) -> Void) {
    threads.forEach(blocking.tasks) { task, _ in
      let blocks = blocking.blocks(ofTask: task)
      body(Int64(blocks.lowerBound), Int64(blocks.upperBound))
    }
  }

  /// [batch, gates · H] · [gates · H, H].
  private func multiply(
    _ gradients: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, gates: Int,
    into result: UnsafeMutablePointer<Float>, accumulate: Bool, _ threads: ThreadPool
  ) {
    let (hidden, width) = (geometry.hidden, gates * geometry.hidden)
    let panel = Int(zoo_gemm_nr(blocking.isa))
    threads.forEach((hidden + panel - 1) / panel) { index, _ in
      zoo_gemm(
        blocking.isa, Int64(geometry.batch), Int64(hidden), Int64(width), gradients, width, false, packed, result,
        hidden, accumulate, nil, Int64(index), Int64(index + 1))
    }
  }

  private func packRecurrence(_ direction: Int, _ arguments: borrowing KernelArguments) {
    let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
    let hidden = geometry.hidden
    let panel = Int(zoo_gemm_nr(blocking.isa))
    let recurrence =
      arguments.unsafeInput(RecurrentInput.recurrence, as: Float.self) + direction * geometry.gates * hidden * hidden
    arguments.threads.forEach((hidden + panel - 1) / panel) { index, _ in
      zoo_gemm_pack(
        blocking.isa, Int64(innerGates * hidden), Int64(hidden), recurrence, hidden, 1, scratch + layout.recurrence,
        Int64(index), Int64(index + 1))
      if innerGates < geometry.gates {
        zoo_gemm_pack(
          blocking.isa, Int64(hidden), Int64(hidden), recurrence + innerGates * hidden * hidden, hidden, 1,
          scratch + layout.candidate, Int64(index), Int64(index + 1))
      }
    }
  }

  /// The gradient by a last state, or zeros.
  private func load(_ source: UnsafePointer<Float>?, _ direction: Int, into state: UnsafeMutablePointer<Float>) {
    state.update(repeating: 0, count: geometry.batch * geometry.hidden)
    guard let source else { return }
    for n in 0..<geometry.batch {
      (state + n * geometry.hidden).update(from: source + geometry.stateOffset(direction, n), count: geometry.hidden)
    }
  }

  private func store(_ state: UnsafePointer<Float>, _ direction: Int, to target: UnsafeMutablePointer<Float>?) {
    guard let target else { return }
    for n in 0..<geometry.batch {
      (target + geometry.stateOffset(direction, n)).update(from: state + n * geometry.hidden, count: geometry.hidden)
    }
  }
}
