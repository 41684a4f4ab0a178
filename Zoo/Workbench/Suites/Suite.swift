import ZooPlugins

/// The runs of one spec with a sweep, seeds or folds, that belong into one table.
package struct Suite: Codable, Sendable, Hashable {
  /// A factor of the sweep and its levels in the order in which they were written.
  package struct Factor: Codable, Sendable, Hashable {
    package var name: String
    package var levels: [String]
  }

  /// One run.
  package struct Member: Codable, Sendable, Hashable {
    /// The run's folder within the suite's.
    package var folder: String
    /// What the run is called without seed and fold; members of one model differ in these alone.
    package var model: String
    package var levels: [SpecRun.Level]
    package var seed: UInt64
    package var fold: String?
    /// Figures that others published for such a model, by ``Metric``'s raw value.
    package var published: [String: Double]
    /// SHA-256 of the resolved spec, in hexadecimal.
    package var spec: String
  }

  package var name: String
  package var factors: [Factor]
  package var members: [Member]

  /// - Parameter runs: of one spec, as ``SpecReader/read(_:overrides:)`` gives them.
  /// - Throws: ``ZooError`` if two runs would get the same folder.
  package init(_ runs: [SpecRun]) throws(ZooError) {
    name = runs.first?.spec.name ?? ""
    factors = []
    members = []
    var folders: [String: Int] = [:]
    var places: [String: Int] = [:]
    for (index, run) in runs.enumerated() {
      for level in run.levels {
        let place = places[level.factor] ?? factors.count
        if place == factors.count {
          places[level.factor] = place
          factors.append(Factor(name: level.factor, levels: []))
        }
        if !factors[place].levels.contains(level.level) { factors[place].levels.append(level.level) }
      }
      if let other = folders.updateValue(index, forKey: run.label) {
        throw ZooError(
          .badInput, path: "sweep", problem: "runs \(other + 1) and \(index + 1) would both go to '\(run.label)'",
          expected: "values that differ in more than punctuation",
          remedy: "Give them names: a sweep may be a list of objects with `name`")
      }
      members.append(
        Member(
          folder: run.label, model: run.model, levels: run.levels, seed: run.spec.seed, fold: run.fold,
          published: run.published, spec: Self.digest(run.spec)))
    }
  }

  /// SHA-256 of the spec's canonical text.
  static func digest(_ spec: Spec) -> String {
    SHA256.digest([UInt8](spec.canonicalText.utf8)).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }

  /// Members of part `shard` of `count`, both counted from 1: every `count`th, so that parts take about equally long.
  package func indices(shard: Int, of count: Int) -> [Int] {
    members.indices.filter { $0 % count == shard - 1 }
  }
}
