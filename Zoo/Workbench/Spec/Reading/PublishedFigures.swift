import ZooData
import ZooPlugins

/// What `published` says: figures of others, each for the models of some levels of a sweep's factors.
struct PublishedFigures {
  private var entries: [(levels: [SpecRun.Level], figures: [String: Double])] = []

  /// - Throws: ``ZooError`` for what isn't a list of objects with levels and figures from 0 to 1.
  init(_ value: SourceValue?) throws(ZooError) {
    guard let value, value.content != .null else { return }
    guard case .array(let elements) = value.content else { throw Self.refuse(value) }
    for element in elements {
      guard case .object(let members) = element.content else { throw Self.refuse(element) }
      var levels: [SpecRun.Level] = []
      var figures: [String: Double] = [:]
      for member in members {
        switch member.value.content {
        case .string(let level): levels.append(SpecRun.Level(factor: member.key, level: level))
        case .number(let number) where Metric(rawValue: member.key) != nil && (0...1).contains(number):
          figures[member.key] = number
        default: throw Self.refuse(member.value)
        }
      }
      entries.append((levels, figures))
    }
  }

  /// The figures of the entries whose levels a run has.
  func figures(for levels: [SpecRun.Level]) -> [String: Double] {
    entries.filter { entry in entry.levels.allSatisfy(levels.contains) }.reduce(into: [:]) { all, entry in
      all.merge(entry.figures) { $1 }
    }
  }

  private static func refuse(_ value: SourceValue) -> ZooError {
    SweepReader.refuse(
      value, "\(value.found) isn't allowed", path: "published",
      expected: "a list of objects with factor → level and metric → number, 0…1")
  }
}
