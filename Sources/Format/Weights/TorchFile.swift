/// PyTorch's `.pth` files since version 1.6: a ZIP archive with a pickle program and the bytes of each storage.
enum TorchFile {
  static func read(_ bytes: UnsafeRawBufferPointer, limits: LoadLimits) throws(ZooError) -> WeightsFile {
    let archive = try ZIPArchive(bytes, limits: limits)
    let programs = archive.members.keys.filter { $0.split(separator: "/").last?.lowercased() == "data.pkl" }.sorted()
    guard programs.count < 2 else {
      throw ZooError(
        .badInput, problem: "the archive has \(programs.count) programs: \(programs.prefix(3).joined(separator: ", "))",
        expected: "one data.pkl, or nobody knows which is meant", remedy: "Save the weights again with torch.save")
    }
    guard let name = programs.first, let bytesOfProgram = archive.members[name], name.hasSuffix("/data.pkl") else {
      throw ZooError(.badInput, problem: "the archive has no data.pkl", expected: "a PyTorch .pth file")
    }
    guard !archive.members.keys.contains(where: { $0.hasSuffix("/constants.pkl") }) else {
      throw ZooError(
        .badInput, problem: "is a TorchScript program", expected: "weights alone",
        remedy: "Load it with torch.jit.load and save its state_dict(), or export it as ONNX")
    }
    let program = (key: name, value: bytesOfProgram)
    let root = program.key.dropLast("data.pkl".count)
    if let order = archive.members[root + "byteorder"], !order.elementsEqual("little".utf8) {
      throw ZooError(.badInput, problem: "the elements are not little-endian, which is not supported")
    }
    guard program.value.count <= limits.structureBytes else {
      throw limits.exceeded("bytes of pickle", found: "\(program.value.count)", limit: "\(limits.structureBytes)")
    }
    let budget = limits.structureMemory / PickleMachine.bytesOfValue
    var machine = PickleMachine(program.value, budget: budget)
    let top = try machine.run()
    var collector = Collector(machine: machine, budget: min(2 * program.value.count, budget))
    let (state, path, others) = collector.weights(in: top)
    try collector.collect(state, name: "", depth: 0)

    var materializer = TorchMaterializer(
      archive: archive, root: String(root), budget: 4 * bytes.count + (1 << 16), limits: limits)
    var file = WeightsFile(tensors: [:])
    if !path.isEmpty { file.notes.append("the weights are those under '\(path.joined(separator: "."))'") }
    if !others.isEmpty { file.notes.append("weights under \(others.joined(separator: ", ")) were left") }
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

    /// What training scripts call the weights of a model in their checkpoints, the likelier ones first. Running averages
    /// of weights come last: they are taken where there is nothing else.
    private static let names = [
      "state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params", "state_dict_ema",
      "model_ema", "ema_state_dict", "ema", "params_ema",
    ]

    /// Of a checkpoint, the dictionary with the model's weights, how it is called there, and what else has a name of the
    /// kind and was passed over.
    func weights(in top: PickleValue) -> (value: PickleValue, path: [String], others: [String]) {
      var (value, path, others) = (top, [String](), [String]())
      // A dictionary that holds tensors is one of weights; others are looked into.
      while path.count < 8, case .dictionary(let position) = value {
        let pairs = Self.pairs(machine.containers[position])
        let holdsTensors = pairs.contains { if case .tensor = $0.1 { true } else { false } }
        let found = holdsTensors ? [] : Self.names.filter { name in pairs.contains { isWeights($0, name) } }
        guard let name = found.first, let next = pairs.first(where: { isWeights($0, name) })?.1 else { break }
        others += found.dropFirst().map { (path + [$0]).joined(separator: ".") }
        path.append(name)
        value = next
      }
      return (value, path, others)
    }

    private func isWeights(_ pair: (PickleValue, PickleValue), _ name: String) -> Bool {
      guard case .string(name) = pair.0, case .dictionary(let position) = pair.1 else { return false }
      return !machine.containers[position].isEmpty
    }

    mutating func collect(_ value: PickleValue, name: String, depth: Int) throws(ZooError) {
      switch value {
      case .tensor(let view): views.append((name, view))
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

    private static func pairs(_ values: [PickleValue]) -> [(PickleValue, PickleValue)] {
      stride(from: 0, to: values.count - 1, by: 2).map { (values[$0], values[$0 + 1]) }
    }
  }
}
