import ZooPlugins

/// Shows a training run as it goes on: a bar on a terminal, a plain line now and then elsewhere.
package struct TrainingProgress: Sendable {
  package enum Style: Sendable, Hashable {
    case bar(width: Int)
    /// Lines between which at least `seconds` go by.
    case lines(seconds: Double)
  }

  private let style: Style
  private let metric: String
  private let write: @Sendable (String) -> Void
  private let now: @Sendable () -> Double
  private var epochs = 0
  private var stepsPerEpoch = 0
  private var firstStep: Int?
  private var started = 0.0
  private var shown = -Double.infinity
  private var lastMetric: Double?

  /// - Parameters:
  ///   - metric: the validation metric to show.
  ///   - now: seconds from any fixed moment on.
  package init(
    style: Style, metric: String, now: @escaping @Sendable () -> Double = { Double(monotonicNanoseconds()) / 1e9 },
    write: @escaping @Sendable (String) -> Void
  ) {
    self.style = style
    self.metric = metric
    self.now = now
    self.write = write
  }

  package mutating func take(_ event: TrainingEvent) {
    switch event {
    case .message(let text): line(Escape.terminal(text))
    case .caution(let text): line(Escape.line("! \(text)"))
    case .started(let epochs, let stepsPerEpoch, let batch, let parameters):
      self.epochs = epochs
      self.stepsPerEpoch = stepsPerEpoch
      let steps = Figures.counted(stepsPerEpoch, "step")
      line("\(parameters) parameters, \(Figures.counted(epochs, "epoch")) of \(steps) of \(batch)")
    case .step(let epoch, let step, let loss, let itemsPerSecond):
      stepDone(epoch: epoch, step: step, loss: loss, itemsPerSecond: itemsPerSecond)
    case .epoch(let record): epochDone(record)
    }
  }

  /// Removes an unfinished bar, so that what follows starts on a line of its own.
  package func clear() { if case .bar = style { write("\r\u{1B}[K") } }

  private mutating func stepDone(epoch: Int, step: Int, loss: Double, itemsPerSecond: Double) {
    let time = now()
    let done = (epoch - 1) * stepsPerEpoch + step
    guard let firstStep else {
      firstStep = done
      started = time
      return
    }
    let interval = if case .lines(let seconds) = style { seconds } else { 0.1 }
    guard time - shown >= interval else { return }
    shown = time
    let perStep = (time - started) / Double(max(done - firstStep, 1))
    let left = Figures.clock(perStep * Double(max(epochs * stepsPerEpoch - done, 0)))
    var figures = ["loss \(Figures.fixed(loss, 4))"]
    if let lastMetric { figures.append("\(metric) \(Figures.fixed(lastMetric, 4))") }
    figures += ["\(Figures.significant(itemsPerSecond)) images/s", "\(left) left"]
    let place = "epoch \(epoch)/\(epochs)"
    switch style {
    case .bar(let width):
      let text = " \(figures.joined(separator: "  "))"
      let room = min(max(width - place.count - text.count - 3, 0), 32)
      write("\r\(place) \(Self.bar(Double(step) / Double(max(stepsPerEpoch, 1)), room))\(text)\u{1B}[K")
    case .lines: write("\(place) step \(step)/\(stepsPerEpoch)  \(figures.joined(separator: "  "))\n")
    }
  }

  private mutating func epochDone(_ record: LogRecord) {
    lastMetric = record.validation[metric]
    shown = now()
    var figures = ["epoch \(record.epoch)/\(epochs)", "loss \(Figures.fixed(record.trainLoss, 4))"]
    if let loss = record.validation["loss"] { figures.append("validation loss \(Figures.fixed(loss, 4))") }
    if metric != "loss", let lastMetric { figures.append("\(metric) \(Figures.fixed(lastMetric, 4))") }
    figures.append("\(Figures.significant(record.itemsPerSecond)) images/s")
    if record.dataWaitShare >= 0.01 {
      figures.append("waited for data \(Figures.fixed(record.dataWaitShare * 100, 0)) % of the time")
    }
    line(figures.joined(separator: "  ") + (record.isBest ? "  best" : ""))
  }

  private func line(_ text: String) {
    clear()
    write(text + "\n")
  }

  static func bar(_ share: Double, _ width: Int) -> String {
    let filled = Int(saturating: (min(max(share, 0), 1) * Double(width)).rounded(.down))
    return String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
  }
}
