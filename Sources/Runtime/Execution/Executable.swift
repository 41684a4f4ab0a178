import Synchronization
import ZooFormat

/// A program compiled for fixed input shapes: kernels prepared, memory planned. Immutable, so any number of callers may
/// execute it at once, each in an ``ExecutionContext`` of its own.
package final class Executable: Sendable {
  /// What is executed, after all passes.
  package let program: Program
  /// Where every value lives.
  package let plan: MemoryPlan
  /// Who executes it.
  package let threads: ThreadPool
  let kernels: [Kernel?]
  /// Bytes of the constants that were packed for the kernels, which are kept besides those of the program.
  package let packedByteCount: Int
  /// Bytes that compiling took for a moment at most, besides what is kept.
  package let momentByteCount: Int

  /// Compiles `graph`. Takes milliseconds for a hundred nodes; weights of convolutions are packed here.
  /// - Parameters:
  ///   - inputTypes: the types of inputs whose declared types aren't wholly fixed.
  ///   - states: initializers that may change between runs, besides those that the graph updates itself.
  ///   - batchBits: whether samples have the same bits in any batch.
  /// - Throws: `ZooError` naming what is wrong; ``ValueNeeded`` if shapes depend on values of the run.
  package convenience init(
    _ graph: Graph, opsets: [String: Int] = ["": Model.currentOpset, "zoo": 1],
    inputTypes: [String: TensorType] = [:], purpose: Pass.Purpose, threads: ThreadPool,
    operators: OperatorTable = .current, states: Set<String> = [], limits: LoadLimits = .default,
    precision: Pass.Precision = .float32, batchBits: BatchBits = .same
  ) throws {
    let budget = CompileBudget(limits)
    var program = try Program(
      graph, opsets: opsets, inputTypes: inputTypes, operators: operators, states: states, limits: limits)
    for pass in Pass.passes(for: purpose, precision: precision) {
      try budget.checkTime()
      program = try pass.apply(program)
    }
    try self.init(program, threads: threads, budget: budget, batchBits: batchBits)
  }

  /// Prepares a program that went through the passes.
  /// - Throws: `ZooError` naming a node that can't be executed, or if it exceeds what `limits` allow in time or memory.
  package convenience init(_ program: Program, threads: ThreadPool, limits: LoadLimits = .default) throws {
    try self.init(program, threads: threads, budget: CompileBudget(limits), batchBits: .same)
  }

  private init(_ program: Program, threads: ThreadPool, budget: CompileBudget, batchBits: BatchBits) throws {
    self.program = program
    self.threads = threads
    // Weights are packed here, which takes longer than all else: the workers share the nodes.
    let results = Mutex([Result<Kernel?, any Error>?](repeating: nil, count: program.nodes.count))
    let workspace = Workspace(pieceByteCount: Self.pieceByteCount)
    defer { workspace.forgetSpare() }
    // The workers know nothing of what a task has chosen.
    let forced = InstructionSet.forced
    let places = try ChannelPlaces(program)
    threads.forEach(program.nodes.count) { index, _ in
      let result = Result {
        try InstructionSet.$forced.withValue(forced) {
          try Self.kernel(
            of: program.nodes[index], program.builder, places, threads.count, workspace, budget, batchBits)
        }
      }
      results.withLock { $0[index] = result }
    }
    kernels = try results.withLock { try Self.kernels($0) }
    packedByteCount = workspace.keptByteCount
    // Each worker may be packing the largest.
    momentByteCount = workspace.momentByteCount * threads.count
    plan = try MemoryPlan(program, kernels: kernels, places: places, budget: budget)
    try budget.check(arenaOf: plan)
  }

  /// Bytes of the program's constants and states. Elements that were only to be packed are never written, so they aren't
  /// counted. O(nodes).
  package var constantByteCount: Int {
    var read: Set<String> = []
    for (node, kernel) in zip(program.nodes, kernels) {
      for (position, input) in node.inputs.enumerated() where kernel?.inputsRead?.contains(position) != false {
        read.insert(input)
      }
    }
    return program.builder.initializers.reduce(0) { sum, entry in
      let isWritten = !entry.value.storage.isDeferred || read.contains(entry.key)
      return sum + (isWritten ? entry.value.type.byteCount : 0)
    }
  }

  /// Packed constants are cut from pieces of sixteen huge pages.
  private static let pieceByteCount = 32 << 20

  /// - Throws: The first error, or one that names every node whose element types have no kernel.
  private static func kernels(_ results: [Result<Kernel?, any Error>?]) throws -> [Kernel?] {
    var unsupported: [ZooError] = []
    let kernels = try results.map { result -> Kernel? in
      do {
        return try result?.get()
      } catch let error as ZooError where error.isUnsupported {
        unsupported.append(error)
        return nil
      }
    }
    if let error = ZooError.all(unsupported: unsupported) { throw error }
    return kernels
  }

  /// - Returns: `nil` for a view.
  private static func kernel(
    of node: Node, _ builder: GraphBuilder, _ places: ChannelPlaces, _ workers: Int, _ workspace: Workspace,
    _ budget: CompileBudget, _ batchBits: BatchBits
  ) throws -> Kernel? {
    guard let definition = builder.operators[domain: node.domain, name: node.op] else {
      throw ZooError(.badInput, node: node.name, problem: "operator '\(node.op)' is unknown")
    }
    if definition.isView { return nil }
    try budget.checkTime(at: node.name)
    let types = try builder.infer(node)
    var request = KernelCall(
      call: try builder.call(node), outputTypes: Array(types.prefix(node.outputs.count)), workers: workers,
      workspace: workspace, batchBits: batchBits)
    places.enter(node, into: &request)
    do {
      return try definition.kernel(request)
    } catch let error as ZooError {
      throw error.at(node: node.name)
    }
  }
}

/// The memory of one execution after another: one arena, and the states that the program changes.
///
/// May be handed from one thread to another, but is not for two threads at once.
package final class ExecutionContext {
  /// What this is the memory of.
  package let executable: Executable
  private let arena: TensorStorage
  private var states: [String: TensorStorage]
  /// Each step's pointers to inputs and outputs, one after the other.
  private let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let pointerCount: Int
  private let steps: [Step]
  /// Positions in `pointers` that stand for each input of the graph.
  private var inputPositions: [String: [Int]] = [:]
  private let copies: [(from: UnsafeMutableRawPointer, to: UnsafeMutableRawPointer, byteCount: Int)]
  /// States whose new values are inputs of the graph.
  private let inputCopies: [(from: String, to: UnsafeMutableRawPointer, byteCount: Int)]

  private struct Step {
    let node: Int
    let inputs: Int
    let outputs: Int
    let scratch: Int
  }

  /// Takes the arena. O(nodes).
  /// - Parameter initialStates: values of states that replace the graph's initializers, e.g. from a checkpoint.
  package convenience init(_ executable: Executable, initialStates: [String: Tensor] = [:]) throws {
    try self.init(executable, initialStates: initialStates, sharing: nil)
  }

  /// Takes the arena, and for the states that `other` has too the very memory of `other`: what one of the two changes is
  /// changed in both. They may not run at the same time. O(nodes).
  /// - Throws: `ZooError` if a state of the same name has another type there.
  package convenience init(_ executable: Executable, sharingStatesOf other: ExecutionContext) throws {
    try self.init(executable, initialStates: [:], sharing: other)
  }

  private init(_ executable: Executable, initialStates: [String: Tensor], sharing other: ExecutionContext?) throws {
    self.executable = executable
    let program = executable.program
    let plan = executable.plan
    try MemoryAccount.current.check(plan.arenaByteCount, for: plan.subject)
    let arena = try TensorStorage(uninitialized: max(plan.arenaByteCount, 64))
    var states: [String: TensorStorage] = [:]
    for (name, value) in program.builder.initializers where program.builder.constants[name] == nil {
      let initial = initialStates[name] ?? value
      guard initial.type == value.type else {
        throw ZooError(.badInput, tensor: name, problem: "the state is \(initial.type)", expected: "\(value.type)")
      }
      if let other, let shared = other.states[name] {
        guard other.executable.program.types[name] == value.type else {
          throw ZooError(
            .badInput, tensor: name, problem: "the shared state has another type", expected: "\(value.type)")
        }
        states[name] = shared
        continue
      }
      let storage = try TensorStorage(byteCount: value.type.byteCount)
      initial.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress { storage.base.copyMemory(from: base, byteCount: bytes.count) }
      }
      states[name] = storage
    }

    func address(_ value: String) -> UnsafeMutableRawPointer? {
      switch plan.places[value] {
      case .arena(let offset): arena.base + offset
      case .initializer(let name): states[name]?.base ?? program.builder.initializers[name]?.storage.base
      case .input, nil: nil
      }
    }
    var table: [UnsafeMutableRawPointer?] = []
    var steps: [Step] = []
    for (index, node) in program.nodes.enumerated() {
      guard let kernel = executable.kernels[index] else { continue }
      let inputs = table.count
      for (position, input) in node.inputs.enumerated() {
        if case .input(let name)? = plan.places[input] { inputPositions[name, default: []].append(table.count) }
        // What was packed from deferred elements is not to be written for its own sake.
        let isUnread =
          kernel.inputsRead?.contains(position) == false && program.builder.constants[input]?.storage.isDeferred == true
        table.append(input.isEmpty || isUnread ? nil : address(input))
      }
      let outputs = table.count
      table += node.outputs.map { $0.isEmpty ? nil : address($0) }
      steps.append(Step(node: index, inputs: inputs, outputs: outputs, scratch: plan.scratch[index]))
    }
    pointerCount = table.count + 1
    pointers = .allocate(capacity: pointerCount)
    pointers.initialize(repeating: nil, count: pointerCount)
    for (index, pointer) in table.enumerated() { pointers[index] = pointer }
    copies = program.updates.compactMap { update in
      guard let from = address(update.value), let to = states[update.state]?.base, from != to else { return nil }
      return (from, to, program.types[update.state]?.byteCount ?? 0)
    }
    inputCopies = program.updates.compactMap { update in
      guard case .input(let name)? = plan.places[update.value], let to = states[update.state]?.base else { return nil }
      return (name, to, program.types[update.state]?.byteCount ?? 0)
    }
    self.arena = arena
    self.states = states
    self.steps = steps
  }

  deinit { pointers.deallocate() }

  /// Lets input `name` be read from `memory`, which must hold the input's bytes whenever ``run()`` is called.
  package func bind(_ name: String, to memory: UnsafeRawPointer) {
    for position in inputPositions[name] ?? [] { pointers[position] = UnsafeMutableRawPointer(mutating: memory) }
    bound[name] = memory
  }

  private var bound: [String: UnsafeRawPointer] = [:]

  /// Executes the program once. Allocates nothing.
  /// - Throws: `ZooError` if an input isn't bound or an operator refuses a value, such as an index out of range.
  package func run() throws {
    try checkInputs()
    for step in steps { try execute(step) }
    updateStates()
  }

  /// Executes the program once, and calls `body` whenever a node was executed, with its index in the program: what this
  /// node and those before it made of the outputs stays as it is until the next run.
  package func run(afterEachNode body: (Int) throws -> Void) throws {
    try checkInputs()
    for step in steps {
      try execute(step)
      try body(step.node)
    }
    updateStates()
  }

  private func checkInputs() throws(ZooError) {
    if let missing = executable.program.inputs.first(where: { bound[$0] == nil }) {
      throw ZooError(.usage, tensor: missing, problem: "the input has no value", remedy: "Give it one")
    }
  }

  private func updateStates() {
    for copy in copies { copy.to.copyMemory(from: copy.from, byteCount: copy.byteCount) }
    for copy in inputCopies {
      if let from = bound[copy.from] { copy.to.copyMemory(from: from, byteCount: copy.byteCount) }
    }
  }

  /// Where output `name` lies after a run, and until the next; `nil` if the graph has no such output.
  package func unsafeMemory(ofOutput name: String) -> UnsafeRawPointer? {
    switch executable.plan.places[name] {
    case .arena(let offset): UnsafeRawPointer(arena.base + offset)
    case .input(let input): bound[input]
    case .initializer(let initializer):
      UnsafeRawPointer(states[initializer]?.base ?? executable.program.builder.initializers[initializer]?.storage.base)
    case nil: nil
    }
  }

  /// Lends the memory of every state, in the order of their names.
  package func withUnsafeStates(
    _ body: (String, UnsafeMutableRawBufferPointer) throws(ZooError) -> Void
  ) throws(ZooError) {
    for (name, storage) in states.sorted(by: { $0.key < $1.key }) {
      try body(name, UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount))
    }
  }

  /// Executes the program once and reports each node's time in nanoseconds.
  package func profile(_ report: (Node, UInt64) -> Void) throws {
    for step in steps {
      let start = monotonicNanoseconds()
      try execute(step)
      report(executable.program.nodes[step.node], monotonicNanoseconds() - start)
    }
    updateStates()
  }

  @inline(__always)
  private func execute(_ step: Step) throws {
    guard let kernel = executable.kernels[step.node] else { return }
    try kernel.run(
      KernelArguments(
        inputs: UnsafePointer(pointers + step.inputs), outputs: UnsafePointer(pointers + step.outputs),
        scratch: arena.base + step.scratch, threads: executable.threads))
  }

  /// A copy of output `name` as the last run left it. O(elements).
  package func output(_ name: String) throws(ZooError) -> Tensor {
    let type = try executable.program.builder.type(of: name)
    guard let source = unsafeMemory(ofOutput: name) else {
      throw ZooError(.usage, tensor: name, problem: "the graph has no such output")
    }
    return try Tensor(type) { (bytes: UnsafeMutableRawBufferPointer) in
      bytes.baseAddress?.copyMemory(from: source, byteCount: type.byteCount)
    }
  }

  /// A copy of every state, by name. O(elements).
  package func currentStates() throws(ZooError) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, storage) in states {
      let type = try executable.program.builder.type(of: name)
      result[name] = try Tensor(type) { (bytes: UnsafeMutableRawBufferPointer) in
        bytes.baseAddress?.copyMemory(from: storage.base, byteCount: type.byteCount)
      }
    }
    return result
  }
}
