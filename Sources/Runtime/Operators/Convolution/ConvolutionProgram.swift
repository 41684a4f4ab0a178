import ZooKernels

/// One direction of a convolution, ready to run: the plan of its kernels and the memory it works in.
struct ConvolutionProgram: Sendable {
  /// What a run reads and writes; images are channels-last.
  struct Memory {
    var source: UnsafeRawPointer
    /// The gradient by y, by weights only.
    var gradient: UnsafeRawPointer?
    /// Not needed by weights (unless gated), nor if they were packed before.
    var weights: UnsafePointer<Float>?
    /// What a gated convolution reads and writes besides: see `zoo_convolution.h`.
    var gate: UnsafePointer<Float>?
    var added: UnsafePointer<Float>?
    var gateGradient: UnsafeMutablePointer<Float>?
    var normalization = zoo_source_normalization()
    var result: UnsafeMutableRawPointer
    var epilogue = zoo_epilogue()
  }

  let plan: zoo_convolution_plan
  private let packed: TensorStorage?
  private let workers: Int
  private let sharedOffset: Int
  private let workerOffset: Int
  let scratchByteCount: Int

  /// - Parameter constantWeights: weights that never change are packed here, once.
  init(
    _ geometry: ConvolutionGeometry, _ direction: zoo_convolution_direction, workers: Int,
    constantWeights: Tensor? = nil, workspace: Workspace = Workspace()
  ) throws {
    var shape = geometry.shape
    let plan = zoo_convolution_make_plan(
      InstructionSet.current, &shape, direction, constantWeights != nil, Int64(workers))
    self.plan = plan
    self.workers = workers
    var scratch = KernelScratch()
    if let constantWeights, plan.packed_count > 0 {
      let storage = try workspace.keep(byteCount: Int(plan.packed_count) * 4)
      let packed = storage.base.assumingMemoryBound(to: Float.self)
      try workspace.withElements(of: constantWeights) { memory in
        let weights = memory.assumingMemoryBound(to: Float.self)
        withUnsafePointer(to: plan) { plan in
          for task in 0..<plan.pointee.pack_tasks { zoo_convolution_pack(plan, weights, packed, task) }
        }
      }
      self.packed = storage
    } else {
      self.packed = nil
      _ = scratch.reserve(floats: Int(plan.packed_count))
    }
    self.sharedOffset = scratch.reserve(floats: Int(plan.shared_count))
    self.workerOffset = scratch.reserve(floats: KernelScratch.rounded(Int(plan.worker_count)) * workers)
    self.scratchByteCount = scratch.byteCount
  }

  var isPacked: Bool { packed != nil }

  func run(_ memory: Memory, scratch: UnsafeMutableRawPointer, threads: ThreadPool) {
    let base = scratch.assumingMemoryBound(to: Float.self)
    let packed = self.packed?.base.assumingMemoryBound(to: Float.self) ?? base
    let stride = KernelScratch.rounded(Int(plan.worker_count))
    withUnsafePointer(to: plan) { plan in
      if self.packed == nil, let weights = memory.weights {
        threads.forEach(Int(plan.pointee.pack_tasks)) { task, _ in
          zoo_convolution_pack(plan, weights, packed, Int64(task))
        }
      }
      let shared = zoo_convolution_memory(
        source: memory.source, gradient: memory.gradient, packed: packed,
        weights: memory.weights, gate: memory.gate, added: memory.added, gate_gradient: memory.gateGradient,
        normalization: memory.normalization, result: memory.result, shared: base + sharedOffset,
        epilogue: memory.epilogue)
      withUnsafePointer(to: shared) { shared in
        for phase in 0..<plan.pointee.phases {
          threads.forEach(Int(zoo_convolution_tasks(plan, phase))) { task, worker in
            zoo_convolution_run(plan, shared, phase, Int64(task), base + workerOffset + worker * stride)
          }
        }
      }
    }
  }
}
