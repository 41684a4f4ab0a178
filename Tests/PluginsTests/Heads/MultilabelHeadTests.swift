import Foundation
import Testing

@testable import ZooPlugins
@testable import ZooRuntime

@Suite("Classes that are sets of labels")
struct MultilabelHeadTests {
  @Test func labelsAreWhatStandsBetweenSeparators() {
    let sets = LabelSets(["negative", "CE", "CE + PI", "PI", "PI+PI"])
    #expect(sets.labels == ["CE", "PI"])
    #expect(sets.classes == [[], [0], [0, 1], [1], [1]])
    #expect(LabelSets(["a|b", "neither"], separator: "|", none: "neither").classes == [[0, 1], []])
  }

  /// The logits of a head over features of noise.
  private func run(_ classes: [String], settings: [String: JSONValue] = [:]) throws -> (
    logits: [[Float]], scores: [[Double]]
  ) {
    let (samples, features) = (5, 6)
    var builder = PartBuilder(
      GraphBuilder(), random: RandomSource(seed: 2), classes: classes.count, classNames: classes)
    let input = try builder.graph.input("input", TensorType(.float32, [samples, features]))
    let head = try Registry.standard.plugin(.head, "multilabel")
    let output = try builder.scope("head") { try head.build(&$0, input: input, settings: settings) }
    var graph = Graph(name: "head", nodes: builder.graph.nodes)
    graph.inputs = [ValueInfo("input", .float32, [.fixed(samples), .fixed(features)])]
    graph.outputs = [ValueInfo(output.name, .float32, [.fixed(samples), .fixed(classes.count)])]
    graph.initializers = builder.graph.initializers
    var stream = SplitMix64(seed: 9, stream: 0)
    let values = (0..<samples * features).map { _ in Float(stream.next() >> 40) / Float(1 << 22) - 2 }
    let outputs = try LoadedModel(Model(graph: graph)).run(["input": Tensor(shape: [samples, features], values)])
    let logits = try #require(outputs[output.name]?.values(as: Float.self))
    let weight = try #require(graph.initializers["head.fc.weight"]?.values(as: Float.self))
    let bias = try #require(graph.initializers["head.fc.bias"]?.values(as: Float.self))
    let scores = (0..<samples).map { sample in
      bias.indices.map { label in
        (0..<features).reduce(Double(bias[label])) {
          $0 + Double(values[sample * features + $1]) * Double(weight[label * features + $1])
        }
      }
    }
    return (
      (0..<samples).map { Array(logits[$0 * classes.count..<($0 + 1) * classes.count]) }, scores
    )
  }

  /// With a class for every set, the probability of a class is the product of its labels' sigmoids, so cross entropy is the
  /// sum of the labels' binary cross entropies.
  @Test func theLabelsAreIndependentWhereEverySetIsAClass() throws {
    let classes = ["negative", "CE", "PI", "CE+PI"]
    let (logits, scores) = try run(classes)
    for (logits, scores) in zip(logits, scores) {
      let exponents = logits.map { exp(Double($0)) }
      let sum = exponents.reduce(0, +)
      let sigmoids = scores.map { 1 / (1 + exp(-$0)) }
      let expected = [
        (1 - sigmoids[0]) * (1 - sigmoids[1]), sigmoids[0] * (1 - sigmoids[1]), (1 - sigmoids[0]) * sigmoids[1],
        sigmoids[0] * sigmoids[1],
      ]
      for (probability, expected) in zip(exponents.map { $0 / sum }, expected) {
        #expect(abs(probability - expected) < 1e-6)
      }
    }
  }

  @Test func classesThatAreNoSetsOfTheirOwnAreRefused() throws {
    let twice = #expect(throws: ZooError.self) { try run(["a+b", "b+a"]) }
    #expect(twice?.description.contains("'b+a' has the labels of another") == true, "\(twice?.description ?? "")")
    let none = #expect(throws: ZooError.self) { try run(["negative"]) }
    #expect(none?.description.contains("no class has a label") == true, "\(none?.description ?? "")")
  }
}
