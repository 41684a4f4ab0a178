import ZooKernels

/// Executes a recurrent node: the input's product of all steps at once, then step after step.
struct RecurrentForward: Sendable {
  let geometry: RecurrentGeometry
  let blocking: RecurrentGeometry.Blocking
  let weights: RecurrentWeights
  let node: String
  /// Each direction's packed weights if they are known before the run.
  let packed: [TensorStorage]?
  /// The position of the output that the backward pass reads, or `nil`.
  let savedOutput: Int?
  private let operands: RecurrentOperands
  private let layout: Layout

  /// Offsets in scratch memory, in floats.
  private struct Layout: Sendable {
    var packed = 0
    var packing = 0
    var input = 0
    var product = 0
    var states = (0, 0)
    var cell = 0
    var count = 0
  }

  init(_ request: KernelCall, kind: RecurrentKind, savedOutput: Int?) throws {
    let call = request.call
    geometry = try RecurrentGeometry(call, kind: kind)
    let geometry = geometry
    let blocking = RecurrentGeometry.Blocking(geometry, isa: InstructionSet.current)
    let weights = RecurrentWeights(geometry, blocking)
    self.blocking = blocking
    self.weights = weights
    self.savedOutput = savedOutput
    node = call.node.name
    operands = RecurrentOperands(call)
    packed = try Self.packConstants(call, weights, request.workspace)

    var layout = Layout()
    func take(_ count: Int) -> Int {
      defer { layout.count += (count + 15) / 16 * 16 }
      return layout.count
    }
    let stateCount = geometry.batch * blocking.padded
    if packed == nil {
      layout.packed = take(weights.count)
      layout.packing = take(weights.scratchCount)
    }
    layout.input = take(geometry.rows * geometry.gates * blocking.padded)
    layout.product = take(geometry.gates * stateCount)
    layout.states = (take(stateCount), take(stateCount))
    layout.cell = take(stateCount)
    self.layout = layout
  }

  var kernel: Kernel {
    let forward = self
    var inputsRead: Set<Int>?
    if packed != nil {
      inputsRead = [
        RecurrentInput.x, RecurrentInput.lengths, RecurrentInput.state, RecurrentInput.cell, RecurrentInput.peepholes,
      ]
    }
    return Kernel(scratchByteCount: layout.count * 4, inputsRead: inputsRead) { try forward.run($0) }
  }

  /// Packs W, R and B once if all of them are constants.
  private static func packConstants(
    _ call: OperatorCall, _ weights: RecurrentWeights, _ workspace: Workspace
  ) throws -> [TensorStorage]? {
    func constant(_ index: Int) -> Tensor? { index < call.constants.count ? call.constants[index] : nil }
    guard let w = constant(RecurrentInput.weights), let r = constant(RecurrentInput.recurrence) else { return nil }
    let b = constant(RecurrentInput.bias)
    guard b != nil || !call.hasInput(RecurrentInput.bias) else { return nil }
    let geometry = weights.geometry
    let scratch = try TensorStorage(byteCount: weights.scratchCount * 4)
    return try (0..<geometry.directions).map { direction in
      let packed = try workspace.keep(byteCount: weights.count * 4)
      func slice(_ tensor: Tensor) -> UnsafePointer<Float> {
        UnsafePointer(tensor.storage.base.assumingMemoryBound(to: Float.self))
          + direction * (tensor.elementCount / geometry.directions)
      }
      weights.pack(
        slice(w), slice(r), b.map(slice), into: packed.base.assumingMemoryBound(to: Float.self),
        scratch: scratch.base.assumingMemoryBound(to: Float.self), threads: ThreadPool(count: 1))
      return packed
    }
  }

  private func run(_ arguments: borrowing KernelArguments) throws {
    let lengths = operands.input(arguments, RecurrentInput.lengths, as: Int32.self)
    try geometry.check(lengths, node: node)
    for direction in 0..<geometry.directions { run(direction, lengths, arguments) }
  }

  private func run(
    _ direction: Int, _ lengths: UnsafePointer<Int32>?, _ arguments: borrowing KernelArguments
  ) {
    let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
    let weights = packedWeights(direction, arguments)
    multiplyInput(direction, weights, arguments)

    var shared = geometry.shared(direction, blocking: blocking)
    shared.lengths = lengths
    shared.input = UnsafePointer(scratch + layout.input)
    shared.product = scratch + layout.product
    shared.recurrence = weights + self.weights.recurrence
    shared.recurrence_candidate = weights + self.weights.candidate
    shared.candidate_bias = weights + self.weights.candidateBias
    shared.cell = scratch + layout.cell
    let output: UnsafeMutablePointer<Float>? = operands.output(arguments, 0)
    shared.y = output.map { $0 + geometry.outputOffset(direction) }
    if let savedOutput {
      let saved: UnsafeMutablePointer<Float>? = operands.output(arguments, savedOutput)
      shared.saved = saved.map {
        $0 + direction * geometry.rowsType(values: geometry.kind.savedValues).elementCount / geometry.directions
      }
    }
    if geometry.kind == .lstm {
      let peepholes = operands.input(arguments, RecurrentInput.peepholes, as: Float.self)
      shared.peephole = peepholes.map { $0 + direction * 3 * geometry.hidden }
    }

    var (state, next) = (scratch + layout.states.0, scratch + layout.states.1)
    load(operands.input(arguments, RecurrentInput.state, as: Float.self), direction, into: state)
    // The padding of both is read as part of full vectors.
    load(nil, direction, into: next)
    let cell = geometry.kind == .lstm ? operands.input(arguments, RecurrentInput.cell, as: Float.self) : nil
    load(cell, direction, into: scratch + layout.cell)
    for step in 0..<geometry.steps {
      shared.state = UnsafePointer(state)
      shared.next = next
      execute(shared, step, arguments.threads)
      swap(&state, &next)
    }
    store(state, direction, to: operands.output(arguments, 1))
    if geometry.kind == .lstm { store(scratch + layout.cell, direction, to: operands.output(arguments, 2)) }
  }

  private func execute(_ shared: zoo_recurrent, _ step: Int, _ threads: ThreadPool) {
    let step = Int64(step)
    withUnsafePointer(to: shared) { shared in
      nonisolated(unsafe) let shared = shared
      forEachTask(threads) { first, last in
        switch geometry.kind {
        case .lstm: zoo_lstm_step(shared, step, first, last)
        case .gru: zoo_gru_step(shared, step, first, last)
        case .rnn: zoo_rnn_step(shared, step, first, last)
        }
      }
      if geometry.kind == .gru, !geometry.resetAfter {
        forEachTask(threads) { first, last in zoo_gru_candidate_step(shared, step, first, last) }
      }
    }
  }

  private func forEachTask(_ threads: ThreadPool, _ body: (_ first: Int64, _ last: Int64) -> Void) {
    threads.forEach(blocking.tasks) { task, _ in
      let blocks = blocking.blocks(ofTask: task)
      body(Int64(blocks.lowerBound), Int64(blocks.upperBound))
    }
  }

  private func packedWeights(
    _ direction: Int, _ arguments: borrowing KernelArguments
  ) -> UnsafePointer<Float> {
    if let packed { return UnsafePointer(packed[direction].base.assumingMemoryBound(to: Float.self)) }
    let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
    let rows = geometry.gates * geometry.hidden
    let bias = operands.input(arguments, RecurrentInput.bias, as: Float.self)
    weights.pack(
      arguments.unsafeInput(RecurrentInput.weights) + direction * rows * geometry.features,
      arguments.unsafeInput(RecurrentInput.recurrence) + direction * rows * geometry.hidden,
      bias.map { $0 + direction * 2 * rows }, into: scratch + layout.packed, scratch: scratch + layout.packing,
      threads: arguments.threads)
    return UnsafePointer(scratch + layout.packed)
  }

  /// The product of all rows of X with W, with the biases added.
  private func multiplyInput(
    _ direction: Int, _ packed: UnsafePointer<Float>, _ arguments: borrowing KernelArguments
  ) {
    let x = arguments.unsafeInput(RecurrentInput.x, as: Float.self)
    let product = arguments.unsafeScratch.assumingMemoryBound(to: Float.self) + layout.input
    let columns = geometry.gates * blocking.padded
    let panels = columns / Int(zoo_gemm_nr(blocking.isa))
    // Tiles of the result: some rows, which stay in the nearest cache, by some panels.
    let (tileRows, tilePanels) = (8 * Int(zoo_gemm_mr(blocking.isa)), 4)
    let down = (geometry.rows + tileRows - 1) / tileRows
    let across = (panels + tilePanels - 1) / tilePanels
    arguments.threads.forEach(down * across) { tile, _ in
      let (i, j) = tile.quotientAndRemainder(dividingBy: across)
      var epilogue = zoo_epilogue()
      epilogue.bias = packed + weights.bias
      zoo_gemm(
        blocking.isa, Int64(min(tileRows, geometry.rows - i * tileRows)), Int64(columns), Int64(geometry.features),
        x + i * tileRows * geometry.features, geometry.features, false, packed + weights.input,
        product + i * tileRows * columns, columns, false, &epilogue, Int64(j * tilePanels),
        Int64(min(panels, (j + 1) * tilePanels)))
    }
  }

  /// An initial state, or zeros, with padding.
  private func load(_ source: UnsafePointer<Float>?, _ direction: Int, into state: UnsafeMutablePointer<Float>) {
    state.update(repeating: 0, count: geometry.batch * blocking.padded)
    guard let source else { return }
    for n in 0..<geometry.batch {
      (state + n * blocking.padded).update(from: source + geometry.stateOffset(direction, n), count: geometry.hidden)
    }
  }

  private func store(_ state: UnsafePointer<Float>, _ direction: Int, to target: UnsafeMutablePointer<Float>?) {
    guard let target else { return }
    for n in 0..<geometry.batch {
      (target + geometry.stateOffset(direction, n)).update(from: state + n * blocking.padded, count: geometry.hidden)
    }
  }
}
