import ZooKernels

/// Matrix products of whole batches, with packed right-hand sides.
enum MatrixProductKernel {
  /// Inputs: a, b, and optionally a bias for each column, added before `activation`.
  ///
  /// - Parameters:
  ///   - biasInput: the index of the bias, or `nil`.
  ///   - residualInput: that of what is added to the product besides, of the product's shape, or `nil`.
  static func make(
    _ request: KernelCall, _ geometry: MatrixProductGeometry, biasInput: Int? = nil, residualInput: Int? = nil,
    activation: FusedActivation = FusedActivation()
  ) throws -> Kernel {
    let call = request.call
    for index in 0..<2 {
      guard try call.input(index).elementType == .float32 else { throw call.unsupported(index) }
    }
    guard request.outputTypes[0].elementCount > 0 else { return Kernel { _ in } }
    let plan = MatrixProductPlan(geometry, workers: request.workers)
    let constant = try call.constants[1].map { try plan.packed($0, request.workspace) }
    var read = Set(call.inputs.indices.filter(call.hasInput))
    if constant != nil { read.remove(1) }
    return Kernel(scratchByteCount: constant == nil ? plan.packedCount * 4 : 0, inputsRead: read) { arguments in
      var packed = UnsafePointer(arguments.unsafeScratch.assumingMemoryBound(to: Float.self))
      if let constant {
        packed = UnsafePointer(constant.base.assumingMemoryBound(to: Float.self))
      } else {
        plan.pack(
          arguments.unsafeInput(1), arguments.unsafeScratch.assumingMemoryBound(to: Float.self), arguments.threads)
      }
      plan.multiply(
        arguments.unsafeInput(0), packed, arguments.unsafeOutput(0),
        bias: biasInput.flatMap { arguments.unsafeOptionalInput($0, as: Float.self) },
        residual: residualInput.flatMap { arguments.unsafeOptionalInput($0, as: Float.self) }, activation,
        arguments.threads)
    }
  }
}

/// How a batch of products is cut into tasks.
struct MatrixProductPlan: Sendable {
  private let geometry: MatrixProductGeometry
  private let isa: zoo_isa
  private let panels: Int
  private let matrixCount: Int
  private let rowBlock: Int
  private let panelSlice: Int

  /// Floats of all packed right-hand sides.
  var packedCount: Int { matrixCount * geometry.bCount }

  init(_ geometry: MatrixProductGeometry, workers: Int) {
    self.geometry = geometry
    isa = InstructionSet.current
    let columnsOfPanel = Int(zoo_gemm_nr(isa))
    panels = (geometry.b.columns + columnsOfPanel - 1) / columnsOfPanel
    matrixCount = Int(zoo_gemm_packed_count(isa, Int64(geometry.b.rows), Int64(geometry.b.columns)))
    let wanted = workers == 1 ? 1 : 4 * workers
    let forEach = max(1, (wanted + geometry.terms.count - 1) / max(1, geometry.terms.count))
    let tile = Int(zoo_gemm_mr(isa))
    let tiles = max(1, (geometry.a.rows + tile - 1) / tile)
    // Blocks of at least four tiles, so that a panel that was fetched is used more than once.
    let rowBlocks = max(1, min(forEach, tiles / 4), (tiles * tile + 511) / 512)
    rowBlock = (tiles + rowBlocks - 1) / rowBlocks * tile
    let slices = max(1, min(panels, (forEach + rowBlocks - 1) / rowBlocks))
    panelSlice = max(1, (panels + slices - 1) / slices)
  }

  func packed(_ b: Tensor, _ workspace: Workspace) throws -> TensorStorage {
    let storage = try workspace.keep(byteCount: packedCount * 4)
    pack(
      UnsafePointer(b.storage.base.assumingMemoryBound(to: Float.self)),
      storage.base.assumingMemoryBound(to: Float.self), ThreadPool(count: 1))
    return storage
  }

  func pack(_ b: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>, _ threads: ThreadPool) {
    let view = geometry.b
    // Packing one panel of a few rows is less work than waking a worker for it.
    let step = max(1, min(panels, 16384 / max(1, view.rows * 16)))
    let steps = (panels + step - 1) / step
    threads.forEach(geometry.bCount * steps) { task, _ in
      let matrix = task / steps
      let first = task % steps * step
      zoo_gemm_pack(
        isa, Int64(view.rows), Int64(view.columns), b + matrix * view.rows * view.columns, view.rowStride,
        view.columnStride, packed + matrix * matrixCount, Int64(first), Int64(min(panels, first + step)))
    }
  }

  func multiply(
    _ a: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>,
    bias: UnsafePointer<Float>?, residual: UnsafePointer<Float>? = nil, _ activation: FusedActivation,
    _ threads: ThreadPool
  ) {
    let (left, right) = (geometry.a, geometry.b)
    let rowBlocks = (left.rows + rowBlock - 1) / rowBlock
    let slices = (panels + panelSlice - 1) / panelSlice
    threads.forEach(geometry.terms.count * rowBlocks * slices) { task, _ in
      let slice = task % slices
      let first = task / slices % rowBlocks * rowBlock
      let matrix = task / slices / rowBlocks
      let to = result + (matrix * left.rows + first) * right.columns
      var epilogue = activation.epilogue
      epilogue.bias = bias
      if let residual {
        epilogue.residual = UnsafeRawPointer(residual + (matrix * left.rows + first) * right.columns)
        epilogue.residual_stride = right.columns
      }
      let terms = geometry.terms[matrix]
      // A sum over an empty batch.
      if terms.isEmpty, slice == 0 {
        to.update(repeating: 0, count: min(rowBlock, left.rows - first) * right.columns)
      }
      for (index, term) in terms.enumerated() {
        let from = a + term.a * left.rows * left.columns + first * left.rowStride
        let byColumns = left.rowStride == 1 && left.columnStride != 1
        withUnsafePointer(to: epilogue) { epilogue in
          zoo_gemm(
            isa, Int64(min(rowBlock, left.rows - first)), Int64(right.columns), Int64(left.columns), from,
            byColumns ? left.columnStride : left.rowStride, byColumns, packed + term.b * matrixCount, to,
            right.columns, index > 0, index + 1 == terms.count ? epilogue : nil, Int64(slice * panelSlice),
            Int64(min(panels, (slice + 1) * panelSlice)))
        }
      }
    }
  }
}
