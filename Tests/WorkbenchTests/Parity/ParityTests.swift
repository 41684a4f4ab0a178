import Testing
import ZooWorkbench

/// Models hold against PyTorch, which computed the references in float64.
@Suite struct ParityTests {
  @Test(arguments: ParityCase.all) func logitsAreThoseOfPyTorch(fixture: ParityCase) throws {
    let fixture = try fixture.load()
    let input = try #require(fixture.model.graph.inputs.first?.name)
    let outputs = try LoadedModel(fixture.model, threads: 2).run([input: fixture.batch(0).samples])
    let ours: [Float] = try #require(outputs[Registry.Border.head]?.values())
    let theirs: [Float] = try #require(fixture.tensor("logits").values())
    let difference = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
    #expect(ours.count == theirs.count)
    #expect(difference < 1e-4, "largest difference \(difference) of logits such as \(theirs.prefix(4))")
  }

  @Test(arguments: ParityCase.all) func gradientsOfEveryParameterAreThoseOfPyTorch(fixture: ParityCase) throws {
    let fixture = try fixture.load()
    var training = try ParityTraining(fixture)
    _ = try training.step()
    let parameters = fixture.model.graph.parameters().filter(\.isTrainable)
    #expect(parameters.count > 20)
    let references = try parameters.map { try fixture.gradient(of: $0) }
    // A bias that the next normalisation takes away has the gradient 0, of which float32 leaves a trace.
    let trace = 1e-6 * Self.norm(references.flatMap { $0 })
    let tolerance = max(1e-3, 4 * (fixture.description.sensitivity ?? 0))
    for (parameter, theirs) in zip(parameters, references) {
      let ours = try training.gradient(of: parameter)
      try #require(ours.count == theirs.count, "\(parameter.name)")
      let (difference, size) = (Self.norm(zip(ours, theirs).map(-)), Self.norm(theirs))
      #expect(difference <= tolerance * size + trace, "\(parameter.name): off by \(difference) of \(size)")
    }
  }

  @Test(arguments: ParityCase.all) func lossesOfTwentyStepsFollowPyTorch(fixture: ParityCase) throws {
    let fixture = try fixture.load()
    var training = try ParityTraining(fixture)
    let theirs: [Float] = try #require(fixture.tensor("losses").values())
    #expect(theirs.count == 20)
    for (step, reference) in theirs.enumerated() {
      let loss = try training.step()
      #expect(abs(loss - reference) <= 0.01 * reference, "step \(step + 1): \(loss), PyTorch \(reference)")
    }
  }

  private static func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
