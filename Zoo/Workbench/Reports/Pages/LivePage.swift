import Foundation
import ZooData
import ZooPlugins

/// `report.html` while a run goes on: how it learns so far. The page of the finished run takes its place.
final class LivePage {
  private let spec: Spec
  private let data: DataFacts
  private let writer: RunWriter
  private var renewed: UInt64?

  init(_ spec: Spec, _ data: DataFacts, _ writer: RunWriter) {
    self.spec = spec
    self.data = data
    self.writer = writer
  }

  /// Seconds between two renewals at least: short epochs aren't to be spent on pages.
  private static let pause = 2.0

  /// Writes the page, unless it was written a moment ago.
  func renew(_ log: [LogRecord]) throws {
    let now = monotonicNanoseconds()
    if let renewed, Double(now - renewed) / 1e9 < Self.pause { return }
    renewed = now
    try writer.write(report: html(log, now: Date().ISO8601Format()))
  }

  /// - Parameter now: the time that the page says it was written at.
  func html(_ log: [LogRecord], now: String) -> String {
    let done = log.last?.epoch ?? 0
    let pace = done > 0 ? (log.last?.seconds ?? 0) / Double(done) : 0
    let left = Figures.duration(pace * Double(spec.train.epochs - done))
    let body: Markup = """
      <h1>\(writer.folder.name)</h1>
      \(data.isSimulated ? Page.simulated : "")
      \(Page.cautions([data.confounding].compactMap(\.self)))
      <div class="live" role="note"><strong>Training: epoch \(done) of \(spec.train.epochs) is done</strong>
      Written \(now); at most \(left) more. The page is renewed after each epoch and loads itself again every \(Self.reload)
      seconds; results take its place at the end. If training was stopped:
      <code>\(writer.folder.resumeCommand)</code></div>
      \(log.isEmpty ? "" : ReportSections.training(log))
      \(table(log))
      <h2>Data</h2>
      \(ReportSections.data(data))
      \(CautionList([("The split", data.splitCautions ?? []), ("The data", data.cautions ?? [])]).html)
      """
    return Page.html(title: "\(writer.folder.name) – training", body, reloadsAfter: Self.reload)
  }

  private static let reload = 20

  private func table(_ log: [LogRecord]) -> Markup {
    var table = HTMLTable(
      caption: "The last epochs.",
      columns: [
        ("epoch", false), ("loss", false), ("validation loss", false), ("balanced accuracy", false), ("items/s", false),
        ("", true),
      ])
    for record in log.suffix(10).reversed() {
      table.rows.append([
        .text("\(record.epoch)"), .text(Figures.fixed(record.trainLoss, 4)),
        .text(Figures.fixed(record.validation["loss"], 4)),
        .text(Figures.fixed(record.validation[Metric.balancedAccuracy.rawValue])),
        .text(Figures.fixed(record.itemsPerSecond, 0)), .left(record.isBest ? "best so far" : ""),
      ])
    }
    return table.rows.isEmpty ? "" : table.html
  }
}
