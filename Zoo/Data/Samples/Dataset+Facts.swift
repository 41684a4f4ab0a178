import ZooFormat

extension Dataset {
  /// Columns by which doubts are told: those of groups, and what is known of samples beyond them, such as the site of a
  /// sequence that isn't split by site.
  var factColumns: [String] { groupColumns + source.facetColumns }

  /// What stands in one of ``factColumns`` for a sample. O(1).
  func fact(_ sample: Int, _ column: Int) -> String {
    column < groupColumns.count
      ? samples[sample].groups[column] : source.entries[entries[sample]].facets[column - groupColumns.count]
  }

  /// The values of several of ``factColumns`` together; what the sample is a part of without any.
  func factName(_ sample: Int, _ columns: [Int]) -> String {
    columns.isEmpty
      ? samples[sample].unit ?? samples[sample].id : columns.map { fact(sample, $0) }.joined(separator: " / ")
  }
}
