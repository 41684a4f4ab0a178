/// How the choice of a threshold trades one error for the other.
enum CurveSection {
  /// With more classes a page would hold more curves than anybody looks at.
  private static let mostClasses = 24

  static func html(_ predictions: Predictions, subset: String) -> Markup {
    let classes = predictions.classes
    guard classes.count <= mostClasses, !predictions.items.isEmpty else { return "" }
    // Of two classes, one against the other says all.
    let shown = classes.count == 2 ? [1] : Array(classes.indices)
    let curves = shown.map { (name: classes[$0], curves: RankCurves(predictions, class: $0)) }
    let operating = CurveChart(
      title: "ROC curves on the \(subset) items", xTitle: "false positive rate", yTitle: "true positive rate",
      series: curves.compactMap { name, curves in
        let points = curves.receiverOperating.map { (x: $0.falsePositiveRate, y: $0.truePositiveRate) }
        return points.isEmpty ? nil : .init(name: name, points: points)
      }, hasDiagonal: true)
    let precision = CurveChart(
      title: "Precision-recall curves on the \(subset) items", xTitle: "recall", yTitle: "precision",
      series: curves.compactMap { name, curves in
        let points = curves.precisionRecall.map { (x: $0.recall, y: $0.precision) }
        return points.isEmpty ? nil : .init(name: name, points: points)
      })
    guard !operating.series.isEmpty || !precision.series.isEmpty else { return "" }
    return """
      <h2>Thresholds</h2>
      <p class="note">\(classes.count == 2 ? "“\(classes[1])” against “\(classes[0])”" : "Each class against the rest").</p>
      <div class="charts">
      \(Page.figure("ROC", operating))
      \(Page.figure("Precision and recall", precision))
      </div>
      """
  }
}
