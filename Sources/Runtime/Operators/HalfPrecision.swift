import ZooFormat
import ZooKernels

/// Gives any operator that works on float32 the types float16 and bfloat16 too: inputs are widened before its kernel
/// runs and results rounded afterwards.
///
/// An operator that takes the half types by itself is left to do so.
enum HalfPrecision {
  static func supporting(_ definition: Operator) -> Operator {
    Operator(
      definition.name, domain: definition.domain, inputs: definition.inputs, outputs: definition.outputs,
      types: { call in
        do { return try definition.types(call) } catch let error as ZooError {
          guard let half = halfType(call) else { throw error }
          return try narrowed(definition.types(widened(call)), half)
        }
      },
      gradient: definition.gradient, cost: definition.cost, isView: definition.isView,
      kernel: { request in
        guard let half = halfType(request.call) else { return try definition.kernel(request) }
        if (try? definition.types(request.call)) != nil, let own = try? definition.kernel(request) { return own }
        return try kernel(definition, request, half)
      })
  }

  private static func halfType(_ call: OperatorCall) -> ElementType? {
    call.inputs.lazy.compactMap { $0?.elementType }.first(where: isHalf)
  }

  private static func isHalf(_ type: ElementType) -> Bool { type == .float16 || type == .bfloat16 }

  /// The call as if its half inputs were float32.
  private static func widened(_ call: OperatorCall) throws -> OperatorCall {
    OperatorCall(
      node: call.node, opset: call.opset, inputs: call.inputs.map { $0.map(widened) },
      constants: try call.constants.map { tensor in
        guard let tensor, isHalf(tensor.elementType) else { return tensor }
        return try Tensor(widened(tensor.type)) { (bytes: UnsafeMutableRawBufferPointer) in
          guard let base = bytes.baseAddress else { return }
          _ = zoo_cast(
            tensor.elementType.rawValue, ElementType.float32.rawValue, tensor.storage.base, base, tensor.elementCount)
        }
      })
  }

  private static func widened(_ type: TensorType) -> TensorType {
    isHalf(type.elementType) ? TensorType(.float32, type.shape) : type
  }

  private static func narrowed(_ types: [TensorType], _ half: ElementType) -> [TensorType] {
    types.map { $0.elementType == .float32 ? TensorType(half, $0.shape) : $0 }
  }

  private static func kernel(_ definition: Operator, _ request: KernelCall, _ half: ElementType) throws -> Kernel {
    let inner = try definition.kernel(
      KernelCall(
        call: widened(request.call), outputTypes: request.outputTypes.map(widened), workers: request.workers,
        workspace: request.workspace, batchBits: request.batchBits))
    let inputs = request.call.inputs
    let outputs = request.outputTypes
    // Room for what is converted, before the kernel's own scratch memory.
    var bytes = 0
    func place(_ type: TensorType?) -> Int? {
      guard let type, isHalf(type.elementType) else { return nil }
      defer { bytes += (type.elementCount * 4 + 63) / 64 * 64 }
      return bytes
    }
    let inputPlaces = inputs.map(place)
    let outputPlaces = outputs.map(place)
    // The kernel's own pointers stand before its scratch memory.
    let table = bytes
    let converted =
      bytes + ((inputs.count + outputs.count) * MemoryLayout<UnsafeMutableRawPointer?>.stride + 63) / 64 * 64
    let read = inner.inputsRead
    return Kernel(scratchByteCount: converted + inner.scratchByteCount, inputsRead: read) { arguments in
      let base = (arguments.unsafeScratch + table).bindMemory(
        to: UnsafeMutableRawPointer?.self, capacity: inputs.count + outputs.count)
      for (index, type) in inputs.enumerated() {
        guard let source = arguments.unsafeOptionalInput(index, as: UInt8.self) else {
          base[index] = nil
          continue
        }
        base[index] = UnsafeMutableRawPointer(mutating: source)
        guard let place = inputPlaces[index], let type, read?.contains(index) ?? true else { continue }
        base[index] = arguments.unsafeScratch + place
        convert(
          type.elementType, .float32, source, arguments.unsafeScratch + place, count: type.elementCount,
          arguments.threads)
      }
      for index in outputs.indices {
        let target = arguments.unsafeOptionalOutput(index, as: UInt8.self).map { UnsafeMutableRawPointer($0) }
        let place = outputPlaces[index]
        base[inputs.count + index] = target == nil ? nil : place.map { arguments.unsafeScratch + $0 } ?? target
      }
      try inner.run(
        KernelArguments(
          inputs: UnsafePointer(base), outputs: UnsafePointer(base + inputs.count),
          scratch: arguments.unsafeScratch + converted, threads: arguments.threads))
      for (index, type) in outputs.enumerated() {
        guard let place = outputPlaces[index], let target = arguments.unsafeOptionalOutput(index, as: UInt8.self) else {
          continue
        }
        convert(
          .float32, type.elementType, arguments.unsafeScratch + place, target, count: type.elementCount,
          arguments.threads)
      }
    }
  }

  private static func convert(
    _ from: ElementType, _ to: ElementType, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int,
    _ threads: ThreadPool
  ) {
    threads.forEachChunk(of: count) { range in
      _ = zoo_cast(
        from.rawValue, to.rawValue, source + range.lowerBound * from.byteCount,
        target + range.lowerBound * to.byteCount, range.count)
    }
  }
}
