import Foundation
import ZooData

/// The learning rate at each optimizer step.
package struct LearningRate: Sendable {
  private let schedule: TrainSpec.Schedule
  private let highest: Double
  private let stepsPerEpoch: Double
  private let total: Double

  package init(_ train: TrainSpec, stepsPerEpoch: Int) {
    schedule = train.schedule
    highest = train.optimizer.learningRate
    self.stepsPerEpoch = Double(max(stepsPerEpoch, 1))
    total = Double(max(train.epochs * stepsPerEpoch, 1))
  }

  /// The rate of step `step`, counted from 0.
  package func at(_ step: Int) -> Double {
    let step = Double(step)
    let warmup = schedule.name == .oneCycle ? 0 : min(schedule.warmupEpochs * stepsPerEpoch, total / 2).rounded()
    if step < warmup { return highest * (step + 1) / warmup }
    // The last step is the end of the schedule, so that the lowest rate is reached.
    let progress = min((step - warmup) / max(total - 1 - warmup, 1), 1)
    switch schedule.name {
    case .constant:
      return highest
    case .cosine:
      return cosine(from: highest, to: highest * schedule.finalFactor, progress)
    case .step:
      return highest * pow(schedule.gamma, ((step / stepsPerEpoch) / schedule.stepEpochs).rounded(.down))
    case .oneCycle:
      // Smith & Topin 2018, "Super-convergence", with cosine flanks and a start at 1/25, as PyTorch's OneCycleLR.
      let peak = schedule.risingShare * total - 1
      if step < peak { return cosine(from: highest / 25, to: highest, step / peak) }
      return cosine(
        from: highest, to: highest * schedule.finalFactor, min((step - peak) / max(total - 1 - peak, 1), 1))
    }
  }

  /// Loshchilov & Hutter 2017, "SGDR".
  private func cosine(from start: Double, to end: Double, _ progress: Double) -> Double {
    end + (start - end) * 0.5 * (1 + cos(.pi * progress))
  }
}
