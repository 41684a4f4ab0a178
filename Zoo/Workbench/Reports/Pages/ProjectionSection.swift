/// The features before the head in the plane of their principal components, coloured by class and by whatever the data's
/// table tells apart.
enum ProjectionSection {
  /// Columns with more values are no conditions, but names.
  private static let mostValues = ScatterChart.mostKinds

  static func html(_ projection: Projection, classes: [String]) -> Markup {
    let embedding = projection.embedding
    var charts: [Markup] = [
      chart(projection, "class", embedding.items.map { $0.label ?? $0.predicted }, order: classes)
    ]
    var seen: Set<[String]> = []
    for (place, column) in embedding.groupColumns.enumerated() {
      let values = embedding.items.map { $0.groups[place] }
      guard (2...mostValues).contains(Set(values).count), seen.insert(values).inserted else { continue }
      charts.append(chart(projection, column, values))
    }
    let shares = projection.shares.map { Figures.fixed($0 * 100, 0) + " %" }.joined(separator: " and ")
    return """
      <h2>Features</h2>
      <p class="note">What the head decides on, for \(Figures.counted(embedding.items.count, "item")): the two directions in
      which the features differ most, with \(shares) of their variance. Experiments that lie apart are told apart by the
      model, too.</p>
      <div class="charts">\(charts)</div>

      """
  }

  private static func chart(_ projection: Projection, _ title: String, _ values: [String], order: [String] = [])
    -> Markup
  {
    let found = Set(values)
    let kinds = order.filter(found.contains) + found.subtracting(order).sorted()
    let places = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })
    let names = projection.embedding.items.map(\.id)
    let points = zip(zip(projection.points, values), names).map { point, name in
      ScatterChart.Point(x: point.0.x, y: point.0.y, kind: places[point.1] ?? 0, name: name)
    }
    return Page.figure(
      "By \(title)",
      ScatterChart(
        title: "Features by \(title)", xTitle: "first component", yTitle: "second component", kindTitle: title,
        kinds: kinds.map { $0.isEmpty ? "–" : $0 }, points: points))
  }
}
