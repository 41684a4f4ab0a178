/// PyTorch's `.pth` files since version 1.6: a ZIP archive with a pickle program and the bytes of each storage.
enum TorchFile {
  static func read(_ bytes: UnsafeRawBufferPointer, limits: LoadLimits) throws -> WeightsFile {
    let archive = try ZIPArchive(bytes, limits: limits)
    guard let program = archive.members.first(where: { $0.key.hasSuffix("/data.pkl") }) else {
      throw ZooError(.badInput, problem: "the archive has no data.pkl", expected: "a PyTorch .pth file")
    }
    let root = program.key.dropLast("data.pkl".count)
    if let order = archive.members[root + "byteorder"], !order.elementsEqual("little".utf8) {
      throw ZooError(.badInput, problem: "the elements are not little-endian, which is not supported")
    }
    guard program.value.count <= limits.structureBytes else {
      throw limits.exceeded("bytes of pickle", found: "\(program.value.count)", limit: "\(limits.structureBytes)")
    }
    // Each value takes some thirty bytes, each container as much again.
    let budget = min(2 * program.value.count, limits.structureMemory / 64)
    var machine = PickleMachine(program.value, budget: budget)
    let top = try machine.run()
    var collector = Collector(machine: machine, budget: budget)
    try collector.collect(collector.weights(in: top), name: "", depth: 0)

    var materializer = TorchMaterializer(
      archive: archive, root: String(root), budget: 4 * bytes.count + (1 << 16), limits: limits)
    var file = WeightsFile(tensors: [:])
    for (name, view) in collector.views {
      guard file.tensors.updateValue(try materializer.tensor(view, name), forKey: name) == nil else {
        throw ZooError(.badInput, tensor: name, problem: "stands in the file twice")
      }
    }
    guard !file.tensors.isEmpty else { throw ZooError(.badInput, problem: "the file holds no tensors") }
    return file
  }

  /// Finds the tensors in what the program built.
  private struct Collector {
    let machine: PickleMachine
    var budget: Int
    var views: [(name: String, view: TorchView)] = []

    /// Of a checkpoint, the dictionary with the model's weights.
    func weights(in top: PickleValue) -> PickleValue {
      guard case .dictionary(let position) = top else { return top }
      for wanted in ["state_dict", "model_state_dict", "model"] {
        for (key, value) in Self.pairs(machine.containers[position]) {
          if case .string(wanted) = key, case .dictionary = value { return value }
        }
      }
      return top
    }

    mutating func collect(_ value: PickleValue, name: String, depth: Int) throws(ZooError) {
      switch value {
      case .tensor(let view): views.append((Self.withoutModule(name), view))
      case .dictionary(let position):
        guard depth < 16 else { throw machine.malformed("nests dictionaries more than 16 deep") }
        for (key, value) in Self.pairs(machine.containers[position]) {
          budget -= 1
          guard budget >= 0 else { throw machine.malformed("builds more values than it has bytes") }
          guard case .string(let part) = key else { continue }
          try collect(value, name: name.isEmpty ? part : "\(name).\(part)", depth: depth + 1)
        }
      default: break
      }
    }

    private static func withoutModule(_ name: String) -> String {
      name.hasPrefix("module.") ? String(name.dropFirst("module.".count)) : name
    }

    private static func pairs(_ values: [PickleValue]) -> [(PickleValue, PickleValue)] {
      stride(from: 0, to: values.count - 1, by: 2).map { (values[$0], values[$0 + 1]) }
    }
  }
}
