import Testing
import ZooFormat

@Suite struct RoundTripTests {
  @Test func everyFieldSurvivesAFile() throws {
    let folder = try TemporaryFolder()
    let model = try Samples.everything()
    try model.write(to: folder.file("model.zoo"))
    try expectEqual(Model.read(from: folder.file("model.zoo")), model)
    #expect(folder.content == ["model.zoo"])
  }

  @Test func everyFieldSurvivesAPipe() throws {
    let model = try Samples.everything()
    try expectEqual(Model(serialized: model.serialized()), model)
  }

  @Test func fileAndPipeHaveTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let model = try Samples.everything()
    try model.write(to: folder.file("model.zoo"))
    let again = try Model.read(from: folder.file("model.zoo"))
    #expect(try again.serialized() == model.serialized())
  }

  @Test func tensorsStartOnBoundariesOfTheFile() throws {
    let folder = try TemporaryFolder()
    try Samples.everything().write(to: folder.file("model.zoo"))
    let file = try ModelFile.open(folder.file("model.zoo"))
    #expect(file.entries.count == 8)
    #expect(file.entries.allSatisfy { $0.offset % 64 == 0 })
    for tensor in try file.load().graph.initializers.values where tensor.elementCount > 0 {
      #expect(UInt(bitPattern: tensor.storage.base) % 64 == 0)
    }
  }

  private func expectEqual(_ found: Model, _ expected: Model) throws {
    #expect(found.opsets == expected.opsets)
    expectEqual(found.graph, expected.graph)
    var (a, b) = (found.card, expected.card)
    #expect(a.imageSize == b.imageSize)
    (a.imageSize, b.imageSize) = ((0, 0), (0, 0))
    #expect(
      String(describing: a.metrics.sorted { $0.key < $1.key })
        == String(describing: b.metrics.sorted { $0.key < $1.key }))
    #expect(a.notes == b.notes)
    #expect([a.name, a.summary, a.spec, a.dataFingerprint] == [b.name, b.summary, b.spec, b.dataFingerprint])
    #expect(a.channels == b.channels && a.classes == b.classes)
    #expect(a.sampleType == b.sampleType && a.sampleRange == b.sampleRange && a.frames == b.frames)
    #expect(a.isRangeFound == b.isRangeFound && a.channelValues == b.channelValues)
    #expect(a.decision == b.decision)
    expectEqual(found.selfTest?.inputs, expected.selfTest?.inputs)
    expectEqual(found.selfTest?.outputs, expected.selfTest?.outputs)
    #expect(found.selfTest?.absoluteTolerance == expected.selfTest?.absoluteTolerance)
    #expect(found.selfTest?.relativeTolerance == expected.selfTest?.relativeTolerance)
    expectEqual(found.training?.tensors, expected.training?.tensors)
    #expect(found.training?.counters == expected.training?.counters)
    #expect(found.training?.figures == expected.training?.figures)
    #expect(found.training?.facts == expected.training?.facts)
    #expect(found.unknownFields.isEmpty)
  }

  private func expectEqual(_ found: Graph, _ expected: Graph) {
    #expect(found.name == expected.name)
    #expect(found.inputs == expected.inputs && found.outputs == expected.outputs)
    #expect(found.updates == expected.updates && found.valueInfos == expected.valueInfos)
    expectEqual(found.initializers, expected.initializers)
    #expect(found.nodes.count == expected.nodes.count)
    for (a, b) in zip(found.nodes, expected.nodes) {
      #expect([a.name, a.op, a.domain] == [b.name, b.op, b.domain])
      #expect(a.inputs == b.inputs && a.outputs == b.outputs && a.part == b.part)
      #expect(a.attributes.keys.sorted() == b.attributes.keys.sorted())
      for (name, value) in a.attributes {
        guard let other = b.attributes[name] else { continue }
        expectEqual(value, other, name)
      }
    }
  }

  private func expectEqual(_ found: Attribute, _ expected: Attribute, _ name: String) {
    switch (found, expected) {
    case (.int(let a), .int(let b)): #expect(a == b)
    case (.float(let a), .float(let b)): #expect(a == b)
    case (.string(let a), .string(let b)): #expect(a == b)
    case (.ints(let a), .ints(let b)): #expect(a == b)
    case (.floats(let a), .floats(let b)): #expect(a == b)
    case (.strings(let a), .strings(let b)): #expect(a == b)
    case (.tensor(let a), .tensor(let b)): expectEqual([name: a], [name: b])
    case (.graph(let a), .graph(let b)): expectEqual(a, b)
    default: Issue.record("\(name) is \(found), not \(expected)")
    }
  }

  private func expectEqual(_ found: [String: Tensor]?, _ expected: [String: Tensor]?) {
    #expect(found?.keys.sorted() == expected?.keys.sorted())
    for (name, tensor) in found ?? [:] {
      #expect(tensor.type == expected?[name]?.type)
      #expect(tensor.withUnsafeBytes { Array($0) } == expected?[name]?.withUnsafeBytes { Array($0) }, "\(name)")
    }
  }

  @Test func whatTrainingSawComesBackFromAFile() throws {
    var model = try Samples.everything()
    model.card.isRangeFound = true
    model.card.channelValues = [
      ChannelValues(lowest: -1, highest: 4095, low: 0, high: 1800.5, mean: 900, deviation: 210.25, dimmest: 700),
      ChannelValues(lowest: 0, highest: 0, low: 0, high: 0, mean: 0, deviation: 0, dimmest: 0),
    ]
    let again = try Model(serialized: model.serialized()).card
    #expect(again.isRangeFound && again.channelValues == model.card.channelValues)
  }

  @Test func theDecisionComesBackFromAFileAndWhatCannotBeIsRefused() throws {
    var model = try Samples.everything()
    let decision = Decision(
      temperature: 1.5, positiveClass: "dead", threshold: 0.25, rule: "Youden", leastConfidence: 0.625,
      maximumError: 0.05, items: 200)
    model.card.decision = decision
    #expect(try Model(serialized: model.serialized()).card.decision == decision)
    for wrong in [
      Decision(temperature: 0), Decision(temperature: .nan), Decision(threshold: 1.5), Decision(leastConfidence: -1),
      Decision(positiveClass: "other"), Decision(maximumError: 2), Decision(items: -1),
    ] {
      model.card.decision = wrong
      #expect(throws: ZooError.self, "\(wrong)") { _ = try Model(serialized: model.serialized()) }
    }
  }

  @Test func figuresOfChannelsThatCannotBeAreRefused() throws {
    var model = try Samples.everything()
    model.card.channelValues = [
      ChannelValues(lowest: 2, highest: 1, low: 0, high: 0, mean: 0, deviation: 0, dimmest: 0),
      ChannelValues(lowest: 0, highest: 0, low: 0, high: 0, mean: 0, deviation: 0, dimmest: 0),
    ]
    #expect(throws: ZooError.self) { _ = try Model(serialized: model.serialized()) }
    model.card.channelValues.removeFirst()
    #expect(throws: ZooError.self) { _ = try Model(serialized: model.serialized()) }
  }
}
