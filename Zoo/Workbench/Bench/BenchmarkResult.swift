/// What `zoo bench` measured.
public struct BenchmarkResult: Codable, Sendable {
  /// `train` or `predict`.
  public enum Mode: String, Codable, Sendable, CaseIterable { case train, predict }

  public struct Spread: Codable, Sendable, Hashable {
    public var median: Double
    public var min: Double
    public var max: Double

    /// `nil` without values.
    public init?(_ values: [Double]) {
      let sorted = values.sorted()
      guard let first = sorted.first, let last = sorted.last else { return nil }
      let middle = sorted.count / 2
      median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      min = first
      max = last
    }
  }

  public var name: String
  public var mode: Mode
  public var batch: Int
  public var threads: Int
  public var instructionSet: String
  public var precision: String
  /// Items (images or sequences) a second, over rounds of several steps each.
  public var itemsPerSecond: Spread
  /// Milliseconds for one step (a batch).
  public var millisecondsPerStep: Spread
  /// Multiplications and additions of one step as the operators count them: direct convolution, whatever the kernel.
  public var flopsPerStep: Int
  /// 10⁹ of these a second, at the median.
  public var gigaflopsPerSecond: Double
  /// What the same threads reach when multiplying matrices in their caches.
  public var peakGigaflopsPerSecond: Double
  /// ``gigaflopsPerSecond`` as a share of the peak. More than 1 is possible where a kernel saves multiplications.
  public var shareOfPeak: Double
  /// The arena of one execution in bytes.
  public var arenaByteCount: Int
  /// The most memory that the process has had resident so far, in bytes.
  public var peakMemory: Int
  /// Seconds of compiling: passes, packing of weights, memory plan.
  public var compileSeconds: Double
  /// Only with `--profile`.
  public var profile: [OperatorTime]?

  /// The time of all nodes of one operator in one step.
  public struct OperatorTime: Codable, Sendable, Hashable {
    public var op: String
    public var nodes: Int
    public var milliseconds: Double
    public var share: Double
    /// 0 for operators that compute nothing.
    public var gigaflopsPerSecond: Double
  }
}

extension BenchmarkResult {
  /// For a terminal.
  public var text: String {
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
