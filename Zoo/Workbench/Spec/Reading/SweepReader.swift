import ZooData
import ZooPlugins

/// Turns `sweep`, `seeds` and `folds` into the list of runs that they ask for.
enum SweepReader {
  struct Change {
    var path: String
    var value: SourceValue
  }

  /// One set of changes of a sweep.
  struct Variation {
    /// What a list of objects calls it.
    var name: String?
    /// What tells it from the others.
    var levels: [SpecRun.Level] = []
    var changes: [Change] = []
  }

  /// Which samples are the test set of the runs of a cross-validation.
  enum Folds: Equatable {
    case none
    case parts(Int)
    case leaveOneGroupOut
  }

  static let mostRuns = 10_000
  static let leaveOneGroupOut = "leave_one_group_out"
  private static let expectation =
    "an object with key path → list of values or factor → level → key path → value, or a list of objects with key path → value"

  /// One variation without changes if there is no sweep.
  static func variations(_ sweep: SourceValue?) throws(ZooError) -> [Variation] {
    guard let sweep, sweep.content != .null else { return [Variation()] }
    switch sweep.content {
    case .object(let members): return try product(members)
    case .array(let elements):
      guard !elements.isEmpty else { throw refuse(sweep, "the list is empty") }
      guard elements.count <= mostRuns else { throw refuse(sweep, "asks for more than \(mostRuns) runs") }
      var variations: [Variation] = []
      for element in elements {
        guard case .object(var members) = element.content else {
          throw refuse(element, "\(element.found) isn't allowed")
        }
        var variation = Variation()
        if let place = members.firstIndex(where: { $0.key == "name" }),
          case .string(let name) = members[place].value.content
        {
          variation.name = name
          variation.levels = [SpecRun.Level(factor: "model", level: name)]
          members.remove(at: place)
        } else {
          variation.levels = members.map { SpecRun.Level(path: $0.key, value: $0.value.json) }
        }
        variation.changes = members.map { Change(path: $0.key, value: $0.value) }
        variations.append(variation)
      }
      return variations
    default: throw refuse(sweep, "\(sweep.found) isn't allowed")
    }
  }

  /// The cartesian product; the last key changes fastest. `null` takes out a key, as in all objects with names of one's choice.
  private static func product(_ members: [SourceValue.Member]) throws(ZooError) -> [Variation] {
    var variations = [Variation()]
    for member in members where member.value.content != .null {
      let choices = try choices(member)
      guard variations.count * choices.count <= mostRuns else {
        throw refuse(member.value, "asks for more than \(mostRuns) runs")
      }
      variations = variations.flatMap { variation in
        choices.map { Variation(levels: variation.levels + $0.levels, changes: variation.changes + $0.changes) }
      }
    }
    return variations
  }

  /// The values of a key, or the levels of a factor, each of which changes any keys.
  private static func choices(_ member: SourceValue.Member) throws(ZooError) -> [Variation] {
    switch member.value.content {
    case .array(let values) where !values.isEmpty:
      return values.map {
        Variation(
          levels: [SpecRun.Level(path: member.key, value: $0.json)], changes: [Change(path: member.key, value: $0)])
      }
    case .object(let levels) where levels.contains { $0.value.content != .null }:
      var choices: [Variation] = []
      for level in levels where level.value.content != .null {
        guard case .object(let changes) = level.value.content else {
          throw refuse(
            level.value, "\(level.value.found) isn't allowed", path: "sweep.\(member.key).\(level.key)",
            expected: "an object with key path → value")
        }
        choices.append(
          Variation(
            levels: [SpecRun.Level(factor: member.key, level: level.key)],
            changes: changes.map { Change(path: $0.key, value: $0.value) }))
      }
      return choices
    default:
      throw refuse(
        member.value, "\(member.value.found) isn't allowed", path: "sweep.\(member.key)",
        expected: "a list of values, or an object with level → key path → value")
    }
  }

  /// The seeds to train with; `nil` leaves the spec's own.
  static func seeds(_ value: SourceValue?) throws(ZooError) -> [UInt64]? {
    guard let value, value.content != .null else { return nil }
    func seed(_ value: SourceValue) -> UInt64? {
      guard case .number(let number) = value.content, let seed = Int(exactly: number),
        (0...SpecKind.largestInteger).contains(seed)
      else { return nil }
      return UInt64(seed)
    }
    let expected = "how many seeds, 1…\(mostRuns), or a list of different whole numbers"
    if case .array(let elements) = value.content {
      let seeds = elements.compactMap(seed)
      if !seeds.isEmpty, seeds.count == elements.count, Set(seeds).count == seeds.count, seeds.count <= mostRuns {
        return seeds
      }
    } else if let count = seed(value), count >= 1, count <= mostRuns {
      return Array(1...count)
    }
    throw refuse(value, "\(value.found) isn't allowed", path: "seeds", expected: expected)
  }

  static func folds(_ value: SourceValue?) throws(ZooError) -> Folds {
    guard let value, value.content != .null else { return .none }
    switch value.content {
    case .string(leaveOneGroupOut): return .leaveOneGroupOut
    case .number(let number):
      if let count = Int(exactly: number), (2...Split.mostFolds).contains(count) { return .parts(count) }
    default: break
    }
    throw refuse(
      value, "\(value.found) isn't allowed", path: "folds",
      expected: "how many folds, 2…\(Split.mostFolds), or \(leaveOneGroupOut)")
  }

  static func refuse(
    _ value: SourceValue, _ problem: String, path: String = "sweep", expected: String = expectation
  ) -> ZooError {
    ZooError(
      .badInput, file: value.position.file, line: value.position.line, column: value.position.column, path: path,
      problem: problem, expected: expected)
  }
}
