import ZooFormat

/// Whether a sample's prediction has the same bits alone and in any batch.
public enum BatchBits: String, Sendable, CaseIterable {
  /// It has: kernels are chosen by what a sample is.
  case same
  /// Not necessarily: kernels are chosen by the whole batch. Single images whose layers have few pixels are faster.
  case any
}

/// A call whose output types are known and which is being prepared for execution.
public struct KernelCall: Sendable {
  /// The node and what is known about its inputs.
  public let call: OperatorCall
  /// What the type rule gave, one for each output.
  public let outputTypes: [TensorType]
  /// How many workers will execute it, the caller included: scratch memory for each worker is sized by this.
  public let workers: Int
  /// Memory that kernel rules share while a program is compiled.
  let workspace: Workspace
  /// What kernels are chosen by.
  public let batchBits: BatchBits
  /// Images that lie among the channels of others, by the position of the operand: elements from a pixel to the next. Only
  /// operators that ``ChannelPlaces`` knows have any.
  var inputPixels: [Int: Int] = [:]
  var outputPixels: [Int: Int] = [:]
  /// Operands of Concat, and results of Split and Slice, that are where they belong without being copied.
  var operandsInPlace: Set<Int> = []

  /// For one node of a program.
  public init(
    call: OperatorCall, outputTypes: [TensorType], workers: Int, workspace: Workspace = Workspace(),
    batchBits: BatchBits = .same
  ) {
    self.call = call
    self.outputTypes = outputTypes
    self.workers = workers
    self.workspace = workspace
    self.batchBits = batchBits
  }

  /// The node of the call.
  public var node: Node { call.node }
}

/// A prepared execution: shapes, strides and constants are worked out, only the pointers are missing.
///
/// A kernel may be executed by several callers at once, each with memory of its own, so whatever it captures is
/// immutable. Executing allocates nothing, and the result doesn't depend on the number of workers.
public struct Kernel: Sendable {
  /// Memory that `run` may use besides its inputs and outputs. Its content is undefined at the start.
  public var scratchByteCount: Int
  /// Pairs of an output and an input: the output may be stored over the input if nobody else reads the input later.
  public var inPlace: [(output: Int, input: Int)]
  /// The inputs that `run` reads. `nil` for all; a kernel that captured a packed constant doesn't need it any more.
  public var inputsRead: Set<Int>?
  /// Executes it once: the operator's work, and nothing that could be done before. Throws for values that no type rule could
  /// see, such as an index out of range.
  public var run: @Sendable (borrowing KernelArguments) throws -> Void

  /// - Parameters:
  ///   - scratchByteCount: memory that `run` needs besides inputs and outputs.
  ///   - inPlace: outputs that may be stored over an input.
  ///   - inputsRead: the inputs that `run` reads; `nil` for all.
  ///   - run: executes it once, and must allocate nothing.
  public init(
    scratchByteCount: Int = 0, inPlace: [(output: Int, input: Int)] = [], inputsRead: Set<Int>? = nil,
    run: @escaping @Sendable (borrowing KernelArguments) throws -> Void
  ) {
    self.scratchByteCount = scratchByteCount
    self.inPlace = inPlace
    self.inputsRead = inputsRead
    self.run = run
  }
}

extension Kernel {
  /// The same for a call that leaves out its first output, which the kernel writes all the same: to scratch memory.
  func keepingFirstOutput(_ request: KernelCall) -> Kernel {
    guard !request.call.hasOutput(0), let type = request.outputTypes.first else { return self }
    let count = request.outputTypes.count
    var scratch = KernelScratch()
    let table = scratch.reserve(count, of: UnsafeMutableRawPointer?.self)
    let result = scratch.reserve(type.byteCount, of: UInt8.self)
    let own = scratch.byteCount
    let inner = self
    return Kernel(scratchByteCount: own + scratchByteCount, inputsRead: inputsRead) { arguments in
      let outputs = (arguments.unsafeScratch + table).bindMemory(
        to: UnsafeMutableRawPointer?.self, capacity: count)
      outputs.initialize(from: arguments.outputs, count: count)
      outputs[0] = arguments.unsafeScratch + result
      try inner.run(
        KernelArguments(
          inputs: arguments.inputs, outputs: UnsafePointer(outputs), scratch: arguments.unsafeScratch + own,
          threads: arguments.threads))
    }
  }
}

/// The memory of one execution of a kernel. Pointers are aligned to 64 bytes, and lent until ``Kernel/run`` returns: they
/// must not be kept. Nothing watches over that, nor over how many elements are read or written: how many there are, the kernel
/// knows from the types that its call had.
public struct KernelArguments: ~Copyable {
  @usableFromInline let inputs: UnsafePointer<UnsafeMutableRawPointer?>
  @usableFromInline let outputs: UnsafePointer<UnsafeMutableRawPointer?>
  /// The bytes that ``Kernel/scratchByteCount`` asked for, content undefined.
  public let unsafeScratch: UnsafeMutableRawPointer
  /// Who executes the pieces.
  public let threads: ThreadPool

  /// Lends the memory of one execution, which must outlive this value. O(1).
  /// - Parameters:
  ///   - inputs: a pointer for each input of the node, aligned to 64 bytes; `nil` for one that is absent.
  ///   - outputs: a pointer for each output of the node, aligned to 64 bytes; `nil` for one that nobody reads.
  ///   - scratch: as many bytes as the kernel asks for, aligned to 64 bytes.
  ///   - threads: who executes the pieces.
  @inlinable
  public init(
    inputs: UnsafePointer<UnsafeMutableRawPointer?>, outputs: UnsafePointer<UnsafeMutableRawPointer?>,
    scratch: UnsafeMutableRawPointer, threads: ThreadPool
  ) {
    self.inputs = inputs
    self.outputs = outputs
    unsafeScratch = scratch
    self.threads = threads
  }

  /// The elements of input `index`, to be read until ``Kernel/run`` returns. O(1).
  /// - Parameters:
  ///   - index: of an input that the node must have; anything else is undefined.
  ///   - type: what the input's element type is in Swift.
  @inlinable
  public func unsafeInput<T>(_ index: Int, as type: T.Type = T.self) -> UnsafePointer<T> {
    UnsafePointer(inputs[index].unsafelyUnwrapped.assumingMemoryBound(to: T.self))
  }

  /// The elements of input `index`, to be read until ``Kernel/run`` returns, or `nil` if it is absent. O(1).
  /// - Parameters:
  ///   - index: less than the number of the node's inputs.
  ///   - type: what the input's element type is in Swift.
  @inlinable
  public func unsafeOptionalInput<T>(_ index: Int, as type: T.Type = T.self) -> UnsafePointer<T>? {
    inputs[index].map { UnsafePointer($0.assumingMemoryBound(to: T.self)) }
  }

  /// The elements of output `index`, to be written whole before ``Kernel/run`` returns. O(1).
  /// - Parameters:
  ///   - index: of an output that somebody must read; anything else is undefined.
  ///   - type: what the output's element type is in Swift.
  @inlinable
  public func unsafeOutput<T>(_ index: Int = 0, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    outputs[index].unsafelyUnwrapped.assumingMemoryBound(to: T.self)
  }

  /// The elements of output `index`, to be written whole before ``Kernel/run`` returns, or `nil` if nobody reads it. O(1).
  /// - Parameters:
  ///   - index: less than the number of the node's outputs.
  ///   - type: what the output's element type is in Swift.
  @inlinable
  public func unsafeOptionalOutput<T>(_ index: Int, as type: T.Type = T.self) -> UnsafeMutablePointer<T>? {
    outputs[index].map { $0.assumingMemoryBound(to: T.self) }
  }

  /// The bytes of input `index`, which must be present.
  func rawInput(_ index: Int) -> UnsafeRawPointer { UnsafeRawPointer(inputs[index].unsafelyUnwrapped) }

  /// The bytes of output `index`, which somebody must read.
  func rawOutput(_ index: Int) -> UnsafeMutableRawPointer { outputs[index].unsafelyUnwrapped }
}
