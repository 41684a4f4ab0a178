import ZooKernels

/// A recurrent node's attributes and sizes, checked.
struct RecurrentGeometry: Sendable {
  let kind: RecurrentKind
  let steps: Int
  let batch: Int
  let features: Int
  let hidden: Int
  let directions: Int
  /// Whether the only direction is backwards.
  let onlyReverse: Bool
  /// X and Y have the batch first instead of time.
  let batchFirst: Bool
  let activations: [[zoo_recurrent_activation]]
  let clip: Float
  let coupled: Bool
  let resetAfter: Bool

  var rows: Int { steps * batch }
  var gates: Int { kind.gates }
  /// Gates that are computed from the state itself: all, but for a GRU whose candidate waits for the reset gate.
  var innerGates: Int { kind == .gru && !resetAfter ? 2 : gates }

  /// - Throws: `ZooError` about the first attribute or input that is wrong.
  init(_ call: OperatorCall, kind: RecurrentKind) throws {
    self.kind = kind
    switch try call.string("direction", default: "forward") {
    case "forward": (directions, onlyReverse) = (1, false)
    case "reverse": (directions, onlyReverse) = (1, true)
    case "bidirectional": (directions, onlyReverse) = (2, false)
    case let other:
      throw call.error("direction is '\(other)'", expected: "'forward', 'reverse' or 'bidirectional'")
    }
    let layout = try call.int("layout", default: 0)
    guard layout == 0 || layout == 1 else { throw call.error("layout is \(layout)", expected: "0 or 1") }
    batchFirst = layout == 1

    let x = try call.input(RecurrentInput.x)
    guard x.elementType == .float32 else { throw call.unsupported(RecurrentInput.x) }
    guard x.rank == 3 else { throw call.error("X is \(x)", expected: "rank 3") }
    (steps, batch, features) = batchFirst ? (x.shape[1], x.shape[0], x.shape[2]) : (x.shape[0], x.shape[1], x.shape[2])
    let recurrence = try call.input(RecurrentInput.recurrence)
    guard recurrence.rank == 3, recurrence.shape[2] > 0 else {
      throw call.error("R is \(recurrence)", expected: "[directions, gates · hidden, hidden]")
    }
    hidden = recurrence.shape[2]
    let stated = try call.int("hidden_size", default: hidden)
    guard stated == hidden else {
      throw call.error("hidden_size is \(stated) but R is \(recurrence)", expected: "R with \(stated) columns")
    }

    let (d, gateRows) = (directions, kind.gates * hidden)
    let states = batchFirst ? [batch, d, hidden] : [d, batch, hidden]
    let wanted: [(Int, String, TensorType)] = [
      (RecurrentInput.weights, "W", TensorType(.float32, [d, gateRows, features])),
      (RecurrentInput.recurrence, "R", TensorType(.float32, [d, gateRows, hidden])),
      (RecurrentInput.bias, "B", TensorType(.float32, [d, 2 * gateRows])),
      (RecurrentInput.lengths, "sequence_lens", TensorType(.int32, [batch])),
      (RecurrentInput.state, "initial_h", TensorType(.float32, states)),
      (RecurrentInput.cell, "initial_c", TensorType(.float32, states)),
      (RecurrentInput.peepholes, "P", TensorType(.float32, [d, 3 * hidden])),
    ]
    for (index, name, type) in wanted where index < kind.inputs.upperBound {
      if let actual = call.optionalInput(index), actual != type {
        throw call.error("\(name) is \(actual)", expected: "\(type)")
      }
    }
    _ = try call.input(RecurrentInput.weights)
    activations = try RecurrentActivations.read(call, kind: kind, directions: directions)
    let clip = try call.float("clip", default: .infinity)
    guard clip > 0 else { throw call.error("clip is \(clip)", expected: "more than 0") }
    self.clip = clip
    coupled = try kind == .lstm && call.int("input_forget", default: 0) != 0
    resetAfter = try kind == .gru && call.int("linear_before_reset", default: 0) != 0
  }

  var outputType: TensorType {
    TensorType(.float32, batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden])
  }
  var stateType: TensorType {
    TensorType(.float32, batchFirst ? [batch, directions, hidden] : [directions, batch, hidden])
  }
  /// A value for each row of X in each direction.
  func rowsType(values: Int) -> TensorType { TensorType(.float32, [directions, rows, values * hidden]) }

  /// Why a gradient can't be computed, or `nil`.
  var obstacleToGradient: String? {
    if clip < .infinity { return "clip has no gradient here" }
    if coupled { return "input_forget has no gradient here" }
    let isSmooth = activations.joined().allSatisfy(RecurrentActivations.isDifferentiable)
    return isSmooth ? nil : "an activation other than Sigmoid, Tanh and Relu has no gradient here"
  }

  /// Multiplications and additions of the matrix products with X and with the state. (Inputs of these sizes fit in
  /// memory, so wrapping is of no concern.)
  var cost: Int { stateProductCost &+ 2 &* gates &* hidden &* features &* rows &* directions }
  var stateProductCost: Int { 2 &* gates &* hidden &* hidden &* rows &* directions }

  func isReverse(_ direction: Int) -> Bool { onlyReverse || direction == 1 }
}

extension RecurrentGeometry {
  /// Units are padded to whole tasks: the fewest blocks whose gates fill whole panels of the matrix product.
  struct Blocking: Sendable {
    let isa: zoo_isa
    let blocksPerTask: Int
    let tasks: Int

    init(_ geometry: RecurrentGeometry, isa: zoo_isa) {
      let units = Int(ZOO_RECURRENT_UNITS)
      let panel = max(1, Int(zoo_gemm_nr(isa)))
      // All products whose columns are cut into the same tasks; a GRU that resets before has two of them.
      let widths = geometry.kind == .gru && !geometry.resetAfter ? [3, 2, 1] : [geometry.gates]
      var blocks = 1
      while !widths.allSatisfy({ blocks * units * $0 % panel == 0 }) { blocks += 1 }
      self.isa = isa
      blocksPerTask = blocks
      tasks = (geometry.hidden + units * blocks - 1) / (units * blocks)
    }

    var units: Int { Int(ZOO_RECURRENT_UNITS) }
    var blocks: Int { tasks * blocksPerTask }
    var padded: Int { blocks * units }
    func blocks(ofTask task: Int) -> Range<Int> { task * blocksPerTask..<(task + 1) * blocksPerTask }
  }

  /// What the steps of `direction` share, without pointers.
  func shared(_ direction: Int, blocking: Blocking) -> zoo_recurrent {
    var shared = zoo_recurrent()
    shared.isa = blocking.isa
    shared.steps = Int64(steps)
    shared.batch = Int64(batch)
    shared.hidden = Int64(hidden)
    shared.padded = Int64(blocking.padded)
    shared.reverse = isReverse(direction)
    shared.time_stride = Int64(batchFirst ? 1 : batch)
    shared.batch_stride = Int64(batchFirst ? steps : 1)
    shared.y_time_stride = Int64(batchFirst ? directions * hidden : directions * batch * hidden)
    shared.y_batch_stride = Int64(batchFirst ? steps * directions * hidden : hidden)
    let own = activations[direction]
    shared.f = own[0]
    shared.g = own.count > 1 ? own[1] : own[0]
    shared.h = own.count > 2 ? own[2] : own[0]
    shared.clip = clip
    shared.coupled = coupled
    shared.reset_after = resetAfter
    return shared
  }

  /// Where `direction` starts in Y, in floats.
  func outputOffset(_ direction: Int) -> Int { direction * (batchFirst ? hidden : batch * hidden) }

  /// Where the state of sequence `n` in `direction` lies in initial_h, Y_h and their kind, in floats.
  func stateOffset(_ direction: Int, _ n: Int) -> Int {
    (batchFirst ? n * directions + direction : direction * batch + n) * hidden
  }

  /// From one sequence's state to the next, in floats.
  var stateStride: Int { (batchFirst ? directions : 1) * hidden }

  /// Refuses lengths that the sequences don't have.
  func check(_ lengths: UnsafePointer<Int32>?, node: String) throws {
    guard let lengths else { return }
    for n in 0..<batch where lengths[n] < 0 || Int(lengths[n]) > steps {
      throw ZooError(
        .badInput, node: node, problem: "\(kind.op): sequence \(n) has length \(lengths[n])", expected: "0…\(steps)")
    }
  }
}
