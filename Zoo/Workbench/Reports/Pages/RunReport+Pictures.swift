extension RunReport {
  /// Adds pictures of the mistakes, taken from the run's data.
  public mutating func illustrate() throws {
    guard !mistakes.isEmpty else { return }
    let dataset = try Dataset.open(spec.data)
    let places = Dictionary(dataset.samples.enumerated().map { ($1.id, $0) }) { first, _ in first }
    try illustrate { id in try places[id].map { try SamplePicture.png(dataset, $0) } }
  }
}
