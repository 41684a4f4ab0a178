/// What `zoo bench` measured.
package struct BenchmarkResult: Codable, Sendable {
  /// `train` or `predict`.
  package enum Mode: String, Codable, Sendable, CaseIterable { case train, predict }

  package struct Spread: Codable, Sendable, Hashable {
    package var median: Double
    package var min: Double
    package var max: Double

    /// `nil` without values.
    package init?(_ values: [Double]) {
      let sorted = values.sorted()
      guard let first = sorted.first, let last = sorted.last else { return nil }
      let middle = sorted.count / 2
      median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      min = first
      max = last
    }
  }

  package var name: String
  package var mode: Mode
  package var batch: Int
  package var threads: Int
  package var instructionSet: String
  package var precision: String
  /// Items (images or sequences) a second, over rounds of several steps each.
  package var itemsPerSecond: Spread
  /// Milliseconds for one step (a batch).
  package var millisecondsPerStep: Spread
  /// Multiplications and additions of one step as the operators count them: direct convolution, whatever the kernel.
  package var flopsPerStep: Int
  /// 10⁹ of these a second, at the median.
  package var gigaflopsPerSecond: Double
  /// What the same threads reach when multiplying matrices in their caches.
  package var peakGigaflopsPerSecond: Double
  /// ``gigaflopsPerSecond`` as a share of the peak. More than 1 is possible where a kernel saves multiplications.
  package var shareOfPeak: Double
  /// The arena of one execution in bytes.
  package var arenaByteCount: Int
  /// The most memory that the process has had resident so far, in bytes.
  package var peakMemory: Int
  /// Seconds of compiling: passes, packing of weights, memory plan.
  package var compileSeconds: Double
  /// Only with `--profile`.
  package var profile: [OperatorTime]?

  /// The time of all nodes of one operator in one step.
  package struct OperatorTime: Codable, Sendable, Hashable {
    package var op: String
    package var nodes: Int
    package var milliseconds: Double
    package var share: Double
    /// 0 for operators that compute nothing.
    package var gigaflopsPerSecond: Double
  }
}

extension BenchmarkResult {
  /// For a terminal.
  package var text: String {
    func spread(_ value: Spread, _ decimals: Int) -> String {
      "\(Figures.fixed(value.median, decimals))  (\(Figures.fixed(value.min, decimals)) – \(Figures.fixed(value.max, decimals)))"
    }
    var text = """
      \(name): \(mode.rawValue), batch \(batch), \(threads) \(threads == 1 ? "thread" : "threads"), \
      \(precision), \(instructionSet)

      items/s       \(spread(itemsPerSecond, 1))
      ms per step   \(spread(millisecondsPerStep, 2))
      GFLOP/s       \(Figures.fixed(gigaflopsPerSecond, 1)), \(Figures.fixed(shareOfPeak * 100, 0)) % of this machine's \
      \(Figures.fixed(peakGigaflopsPerSecond, 0))
      memory        \(Figures.bytes(peakMemory)) at the peak, \(Figures.bytes(arenaByteCount)) of it arena
      compilation   \(Figures.duration(compileSeconds))

      """
    guard let profile else { return text }
    var table = TextTable([
      ("operator", .left), ("nodes", .right), ("ms", .right), ("share", .right), ("GFLOP/s", .right),
    ])
    for row in profile {
      table.add([
        row.op, "\(row.nodes)", Figures.fixed(row.milliseconds, 2), "\(Figures.fixed(row.share * 100, 1)) %",
        row.gigaflopsPerSecond > 0 ? Figures.fixed(row.gigaflopsPerSecond, 1) : "",
      ])
    }
    text += "\n\(table.text)"
    return text
  }
}
