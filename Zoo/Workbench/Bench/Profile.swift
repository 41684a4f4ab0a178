/// The time of each node over a few steps.
struct Profile {
  private let program: Program
  private var nanoseconds: [String: [UInt64]] = [:]
  /// The nodes of the last step, one after the other.
  private(set) var trace: [TraceEvent] = []

  init(_ program: Program) { self.program = program }

  mutating func addStep(_ context: ExecutionContext) throws {
    var events: [TraceEvent] = []
    var start = 0.0
    let program = program
    try context.profile { node, time in
      nanoseconds[node.name, default: []].append(time)
      let duration = Double(time) / 1e3
      let types = (node.inputs + node.outputs).compactMap { program.types[$0] }
      events.append(
        TraceEvent(
          name: node.name, category: node.op, start: start, duration: duration, flops: Self.flops(node, program),
          byteCount: types.reduce(0) { $0 + $1.byteCount }, input: node.inputs.first.flatMap { program.types[$0] }))
      start += duration
    }
    trace = events
  }

  /// The medians of the nodes added up by operator, the slowest first.
  var byOperator: [BenchmarkResult.OperatorTime] {
    var rows: [String: (nodes: Int, seconds: Double, flops: Double)] = [:]
    for node in program.nodes {
      guard let times = nanoseconds[node.name], let spread = BenchmarkResult.Spread(times.map { Double($0) }) else {
        continue
      }
      let name = node.domain.isEmpty ? node.op : "\(node.domain).\(node.op)"
      rows[name, default: (0, 0, 0)].nodes += 1
      rows[name, default: (0, 0, 0)].seconds += spread.median / 1e9
      rows[name, default: (0, 0, 0)].flops += Double(Self.flops(node, program))
    }
    let total = rows.values.reduce(0) { $0 + $1.seconds }
    return rows.map { name, row in
      BenchmarkResult.OperatorTime(
        op: name, nodes: row.nodes, milliseconds: row.seconds * 1e3, share: total > 0 ? row.seconds / total : 0,
        gigaflopsPerSecond: row.seconds > 0 ? row.flops / row.seconds / 1e9 : 0)
    }.sorted { ($1.milliseconds, $0.op) < ($0.milliseconds, $1.op) }
  }

  /// What the operator says that a node costs; 0 where it isn't known.
  static func flops(_ node: Node, _ program: Program) -> Int {
    guard let definition = program.builder.operators[domain: node.domain, name: node.op],
      let call = try? program.builder.call(node)
    else { return 0 }
    let outputs = node.outputs.compactMap { program.types[$0] }
    return outputs.isEmpty ? 0 : definition.cost(call, outputs)
  }
}

/// One node's execution, as `chrome://tracing` and Perfetto show it.
package struct TraceEvent: Sendable, Hashable {
  package var name: String
  package var category: String
  /// Microseconds.
  package var start: Double
  package var duration: Double
  /// Floating-point operations by the definition, and bytes of inputs and outputs.
  package var flops: Int
  package var byteCount: Int
  /// The type of the first input.
  package var input: TensorType?

  /// Events in the Trace Event Format.
  package static func chromeTrace(_ events: [TraceEvent]) -> JSONValue {
    .object([
      "displayTimeUnit": .string("ms"),
      "traceEvents": .array(
        events.map { event in
          .object([
            "name": .string(event.name), "cat": .string(event.category), "ph": .string("X"),
            "ts": .number(event.start), "dur": .number(event.duration), "pid": .number(1), "tid": .number(1),
            "args": .object([
              "operator": .string(event.category), "flops": .number(Double(event.flops)),
              "bytes": .number(Double(event.byteCount)), "input": .string(event.input?.description ?? ""),
            ]),
          ])
        }),
    ])
  }
}
