import Testing
import ZooRuntime

@Suite struct RecurrentTests {
  @Test(arguments: try RecurrentCase.all())
  func outputsAreThoseOfONNXRuntime(_ sample: RecurrentCase) throws {
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        // With weights that may change, and with weights that are packed before the run.
        for variables in [Set(sample.tensors.keys), ["X", "sequence_lens"]] {
          let results = try execute(sample.graph(variables: variables), sample.tensors)
          for (name, expected) in sample.outputs {
            let difference = largestDifference(results[name], expected)
            #expect(difference < 5e-6, "\(name), \(isa), variables \(variables.sorted())")
          }
        }
      }
    }
  }

  @Test(arguments: ["LSTM", "GRU", "RNN"])
  func outputsDontDependOnTheNumberOfThreads(op: String) throws {
    let sample = try RecurrentSamples.random(
      op, steps: 3, batch: 5, features: 40, hidden: 100, attributes: ["direction": .string("bidirectional")])
    let graph = try sample.graph(variables: Set(sample.tensors.keys))
    let one = try execute(graph, sample.tensors, threads: 1)
    let three = try execute(graph, sample.tensors, threads: 3)
    for (name, expected) in one { #expect(largestDifference(three[name], expected) == 0, "\(name)") }
  }

  @Test(arguments: RecurrentSamples.wrong)
  func wrongNodeIsRefused(_ wrong: RecurrentSamples.Wrong) throws {
    var sample = try RecurrentSamples.random("LSTM", steps: 2, batch: 2, features: 3, hidden: 4)
    sample.attributes.merge(wrong.attributes) { $1 }
    for (name, type) in wrong.types { sample.tensors[name] = try Tensor(zeros: type) }
    for (index, name) in wrong.inputs { sample.inputs[index] = name }
    let error = #expect(throws: ZooError.self) {
      try execute(sample.graph(variables: Set(sample.tensors.keys)), sample.tensors)
    }
    #expect(error?.description.contains(wrong.message) == true, "\(String(describing: error))")
  }

  @Test func lengthThatASequenceDoesntHaveIsRefusedAtRunTime() throws {
    for length in [-1, 3, Int32.max] as [Int32] {
      var sample = try RecurrentSamples.random("LSTM", steps: 2, batch: 2, features: 3, hidden: 4)
      sample.inputs[4] = "sequence_lens"
      sample.tensors["sequence_lens"] = try Tensor(shape: [2], [1, length])
      let error = #expect(throws: ZooError.self) {
        try execute(sample.graph(variables: Set(sample.tensors.keys)), sample.tensors)
      }
      #expect(error?.description.contains("sequence 1 has length \(length)") == true)
    }
  }
}
