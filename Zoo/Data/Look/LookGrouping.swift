import ZooFormat

/// By which column samples are told apart on the page: experiments, or what comes nearest to them.
struct LookGrouping: Sendable {
  let column: String?
  /// In the order of their names.
  let names: [String]
  private let place: Int?
  private let dataset: Dataset

  /// Names of columns that hold experiments, the best first.
  private static let known = ["experiment", "date", "plate", "batch", "replicate", "donor", "movie", "well"]
  private static let mostGroups = 200

  /// - Throws: ``ZooError`` if the data don't have the wanted column.
  init(_ dataset: Dataset, _ by: [String], wanted: String?) throws(ZooError) {
    self.dataset = dataset
    let columns = dataset.factColumns
    if let wanted {
      guard let place = columns.firstIndex(of: wanted) else {
        throw Dataset.missing(wanted, "--by", "column", among: columns)
      }
      self.place = place
    } else {
      let lower = columns.map { $0.lowercased() }
      let candidates = Self.known.compactMap(lower.firstIndex(of:)) + by.compactMap(columns.firstIndex(of:))
      place = candidates.first { place in
        let count = Set(dataset.samples.indices.map { dataset.fact($0, place) }).count
        return count <= Self.mostGroups && (count > 1 || candidates.count == 1)
      }
    }
    column = place.map { columns[$0] }
    let column = place
    names = Set(dataset.samples.indices.map { sample in column.map { dataset.fact(sample, $0) } ?? "all" }).sorted()
  }

  func name(_ sample: Int) -> String { place.map { dataset.fact(sample, $0) } ?? "all" }
}
