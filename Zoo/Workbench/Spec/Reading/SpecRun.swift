import ZooData
import ZooPlugins

/// One run of a spec.
public struct SpecRun: Sendable, Hashable {
  /// One value that a sweep gave to a key.
  package struct Change: Sendable, Hashable {
    package var path: String
    package var value: JSONValue
  }

  /// What a factor of a sweep is in this run, e.g. `backbone` is `ResNet-18`.
  package struct Level: Codable, Sendable, Hashable {
    package var factor: String
    package var level: String

    package init(factor: String, level: String) {
      self.factor = factor
      self.level = level
    }

    /// A value of a key: the key's last name and the value in words.
    init(path: String, value: JSONValue) {
      factor = path.split(separator: ".").last.map(String.init) ?? path
      level = Self.text(value)
    }

    private static func text(_ value: JSONValue) -> String {
      switch value {
      case .string(let text): text
      case .array(let elements): elements.map(text).joined(separator: "+")
      case .object(let members):
        if case .string(let name)? = members["name"] { name } else { value.canonicalText(indented: false) }
      default: value.canonicalText(indented: false)
      }
    }
  }

  /// What a sweep that is a list calls the run.
  public var name: String?
  /// What tells this run from the others of the sweep, without seeds and folds; empty without a sweep.
  package var levels: [Level]
  /// The keys that the sweep, the seeds and the folds changed.
  package var variation: [Change]
  /// What the run is made by.
  public var spec: Spec
  /// The seed, if `seeds` chose it.
  package var seed: UInt64?
  /// The fold or the group that is the test set, if `folds` chose it.
  package var fold: String?
  /// Figures that others published for such a model, by ``Metric``'s raw value.
  package var published: [String: Double] = [:]
  /// What was written, and where, for what is found wrong later. Runs of a sweep share what they have in common.
  private let document: SpecDocument

  init(name: String? = nil, levels: [Level] = [], variation: [Change], spec: Spec, document: SpecDocument) {
    self.name = name
    self.levels = levels
    self.variation = variation
    self.spec = spec
    self.document = document
  }

  /// `error` with the place in the spec that its path names, unless it has a place already.
  package func located(_ error: ZooError) -> ZooError {
    guard error.location.file == nil, var path = error.location.path else { return error }
    let positions = document.positions
    while true {
      if let position = positions[path] {
        var located = error
        located.location.file = position.file
        located.location.line = position.line
        located.location.column = position.column
        return located
      }
      guard let dot = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return error }
      path = String(path[..<dot])
    }
  }

  /// What the sweep changed, as words of a command line.
  public var overrides: [String] { variation.map { "\($0.path)=\($0.value.canonicalText(indented: false))" } }

  /// The run's model without seed and fold, e.g. `backbone=resnet18`; empty without a sweep.
  package var model: String {
    Self.fileName(name ?? levels.map { "\($0.factor)=\($0.level)" }.joined(separator: ","))
  }

  /// E.g. `backbone=resnet18,seed=2,fold=1`; empty without a sweep, seeds and folds. It can be a file's name.
  public var label: String {
    [model, seed.map { "seed=\($0)" } ?? "", fold.map { Self.fileName("fold=\($0)") } ?? ""].filter { !$0.isEmpty }
      .joined(separator: ",")
  }

  /// Letters that don't fit into a file's name are replaced.
  private static func fileName(_ text: String) -> String {
    text.map { $0.isLetter || $0.isNumber || "=,._-+".contains($0) ? String($0) : "-" }.joined()
  }

  func seeded(_ seed: UInt64) -> SpecRun {
    var run = self
    run.seed = seed
    run.spec.seed = seed
    run.variation.append(Change(path: "seed", value: .number(Double(seed))))
    return run
  }

  /// The run once for each fold.
  func folded(_ folds: SweepReader.Folds, groups: [String]) -> [SpecRun] {
    switch folds {
    case .none: [self]
    case .parts(let count):
      (1...count).map { number in
        var run = self
        run.fold = "\(number)"
        run.spec.data.split.folds = count
        run.spec.data.split.fold = number
        run.variation += [
          Change(path: "data.split.folds", value: .number(Double(count))),
          Change(path: "data.split.fold", value: .number(Double(number))),
        ]
        return run
      }
    case .leaveOneGroupOut:
      groups.map { group in
        var run = self
        run.fold = group
        run.spec.data.split.holdOut = [group]
        run.variation.append(Change(path: "data.split.holdOut", value: .array([.string(group)])))
        return run
      }
    }
  }
}

/// The groups of the data that specs name. The data are opened for it, once for all runs that read the same.
struct DataGroups {
  private var known: [DataSpec: [String]] = [:]

  /// - Throws: ``ZooError`` about the data, or if the spec makes no groups.
  mutating func of(_ run: SpecRun, at place: SourceValue) throws -> [String] {
    guard !run.spec.data.split.by.isEmpty else {
      throw SweepReader.refuse(
        place, "there are no groups to leave out", path: "folds",
        expected: "data.split.by with the columns that make them")
    }
    if let groups = known[run.spec.data] { return groups }
    do throws(ZooError) {
      let groups = try Dataset.open(run.spec.data).groupNames(run.spec.data.split)
      known[run.spec.data] = groups
      return groups
    } catch {
      throw run.located(error)
    }
  }
}
