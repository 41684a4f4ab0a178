import Foundation
import ZooData
import ZooPlugins

/// The memory that executing a graph may take, and who says so.
public struct MemoryBudget: Sendable {
  /// Bytes.
  public let byteCount: Int
  /// What an error calls the limit, e.g. `--memory`.
  public let origin: String

  /// - Parameter origin: what an error calls the limit, e.g. “the program's limit”.
  public init(_ byteCount: Int, origin: String) {
    self.byteCount = byteCount
    self.origin = origin
  }

  /// What the machine has available now, less a tenth for everything else.
  public static func machine() -> MemoryBudget {
    guard let (available, origin) = MachineMemory.available else {
      return MemoryBudget(LoadLimits.default.arenaBytes, origin: "the limit")
    }
    return MemoryBudget(available / 10 * 9, origin: origin)
  }

  /// The share of each of `count` that use the budget at a time.
  package func divided(by count: Int) -> MemoryBudget {
    guard count > 1 else { return self }
    return MemoryBudget(byteCount / count, origin: "\(origin), of which each of \(count) runs at a time has its share")
  }

  /// A size as people write it: `2GB`, `500 MB`, `1.5G`, `4GiB`, or a number of bytes.
  package init?(_ text: String, origin: String) {
    let units: [(String, Double)] = [
      ("gib", 1_073_741_824), ("mib", 1_048_576), ("kib", 1024), ("gb", 1e9), ("mb", 1e6), ("kb", 1e3), ("g", 1e9),
      ("m", 1e6), ("k", 1e3), ("b", 1),
    ]
    let word = text.lowercased().filter { !$0.isWhitespace }
    let unit = units.first { word.hasSuffix($0.0) }
    guard let number = Double(unit.map { word.dropLast($0.0.count) } ?? word[...]), number >= 1,
      let bytes = Int(exactly: (number * (unit?.1 ?? 1)).rounded())
    else { return nil }
    self.init(bytes, origin: origin)
  }

  /// Refuses a batch that needs more than the budget, with the largest that doesn't.
  /// - Parameters:
  ///   - byteCount: what one execution with `batch` items takes.
  ///   - path: the key of the spec that sets the batch, if one does.
  ///   - measure: the bytes that another batch would take; called some log₂(batch) times.
  package func check(
    batch: Int, byteCount: Int, path: String? = nil, measure: (Int) throws -> Int
  ) throws {
    guard byteCount > self.byteCount else { return }
    var (fits, fails) = (0, batch)
    while fails - fits > 1 {
      let middle = fits + (fails - fits) / 2
      if try measure(middle) <= self.byteCount { fits = middle } else { fails = middle }
    }
    throw ZooError(
      .badInput, path: path, problem: "a batch of \(batch) takes \(Figures.bytes(byteCount)) of memory",
      expected: "at most \(Figures.bytes(self.byteCount)), \(origin)",
      remedy: fits > 0 ? "Use a batch of at most \(fits)" : "Use smaller images or a smaller model")
  }

  /// Refuses training that needs more than the budget even without a cache, with the largest batch that doesn't.
  /// - Parameter needed: what training with `train.batch` samples takes.
  func check(
    training model: Model, _ spec: Spec, dataset: Dataset, split: Split, inputTypes: [String: TensorType],
    needed: TrainingMemory, threads: Int
  ) throws {
    let results = needed.results
    if results.samples + results.made > byteCount {
      throw ZooError(
        .badInput, path: "data",
        problem: "\(results.items) items, and what is said of \(results.evaluated) of them and \(results.classes) "
          + "classes, take \(Figures.bytes(results.samples + results.made)) of memory, whatever the batch",
        expected: "at most \(Figures.bytes(byteCount)), \(origin)", remedy: "Use fewer items or fewer classes")
    }
    try check(batch: spec.train.batch, byteCount: needed.withoutCache, path: "train.batch") { batch in
      var smaller = spec
      smaller.train.batch = batch
      return try TrainingMemory(
        model, smaller, dataset: dataset, split: split,
        inputTypes: inputTypes.batch(batch, insteadOf: spec.train.batch), threads: threads
      ).withoutCache
    }
  }
}
