import Testing
import ZooData
import ZooWorkbench

@Suite struct LearningRateTests {
  private func rates(epochs: Int, stepsPerEpoch: Int, _ change: (inout TrainSpec) -> Void) -> [Double] {
    var train = TrainSpec()
    train.epochs = epochs
    train.optimizer.learningRate = 0.1
    change(&train)
    let rate = LearningRate(train, stepsPerEpoch: stepsPerEpoch)
    return (0..<epochs * stepsPerEpoch).map(rate.at)
  }

  @Test func oneCycleIsThatOfPyTorch() {
    // torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1, total_steps=20, pct_start=0.3, div_factor=25, final_div_factor=1e10)
    let expected = [
      0.004, 0.0131672, 0.0371672, 0.0668328, 0.0908328, 0.1, 0.0987464, 0.0950484, 0.0890916, 0.0811745, 0.0716942,
      0.061126, 0.05, 0.038874, 0.0283058, 0.0188255, 0.0109084, 0.00495156, 0.0012536, 0,
    ]
    let actual = rates(epochs: 4, stepsPerEpoch: 5) { $0.schedule.name = .oneCycle }
    for (a, e) in zip(actual, expected) { #expect(abs(a - e) < 1e-6, "\(a) against \(e)") }
  }

  @Test func cosineWarmsUpLinearlyAndEndsAtItsFactor() {
    let actual = rates(epochs: 5, stepsPerEpoch: 4) {
      $0.schedule.name = .cosine
      $0.schedule.warmupEpochs = 1
      $0.schedule.finalFactor = 0.01
    }
    #expect(zip(actual, [0.025, 0.05, 0.075, 0.1]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(actual[19] - 0.001) < 1e-12)
    #expect(zip(actual[4...], actual[5...]).allSatisfy { $0 > $1 })
  }

  @Test func stepsDropByTheirFactor() {
    let actual = rates(epochs: 6, stepsPerEpoch: 2) {
      $0.schedule.name = .step
      $0.schedule.stepEpochs = 2
      $0.schedule.gamma = 0.5
    }
    let expected = [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025]
    #expect(zip(actual, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func constantIsConstant() {
    #expect(rates(epochs: 2, stepsPerEpoch: 3) { $0.schedule.name = .constant }.allSatisfy { $0 == 0.1 })
  }
}
