import ZooData
import ZooWorkbench

/// Training of a fixture's model on its fixed batches, step by step.
struct ParityTraining {
  private let fixture: ParityCase.Loaded
  private let training: TrainingGraph
  private let context: ExecutionContext
  private let input: String
  private var done = 0

  init(_ fixture: ParityCase.Loaded) throws {
    self.fixture = fixture
    var spec = TrainSpec()
    spec.optimizer.learningRate = fixture.description.learningRate
    spec.optimizer.weightDecay = fixture.description.weightDecay
    spec.labelSmoothing = fixture.description.labelSmoothing
    input = fixture.model.graph.inputs.first?.name ?? ""
    let types = [input: try fixture.batch(0).samples.type]
    training = try TrainingGraph(fixture.model, spec, seed: 1, inputTypes: types, classWeights: nil)
    var graph = training.graph
    graph.outputs += training.gradients.values.sorted().map { ValueInfo($0, .float32, nil) }
    context = try ExecutionContext(
      Executable(
        graph, opsets: fixture.model.opsets, inputTypes: types, purpose: .training, threads: ThreadPool(count: 2)))
  }

  /// Does one step on the next batch and returns its loss.
  mutating func step() throws -> Float {
    let batch = try fixture.batch(done % 3)
    done += 1
    let values = [
      input: batch.samples, TrainingGraph.labels: batch.labels,
      TrainingGraph.learningRate: try Tensor(Float(fixture.description.learningRate)),
      TrainingGraph.step: try Tensor(Int64(done)),
    ]
    for (name, value) in values { context.bind(name, to: value.storage.base) }
    try withExtendedLifetime(values) { try context.run() }
    return try context.output(TrainingGraph.loss).values(as: Float.self)?.first ?? .nan
  }

  /// The gradient of the step that was done last.
  func gradient(of parameter: Parameter) throws -> [Float] {
    try training.gradients[parameter.name].map { try context.output($0).values() ?? [] } ?? []
  }
}
