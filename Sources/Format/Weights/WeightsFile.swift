/// Named tensors without a graph: what PyTorch and its kin call a state dict.
public struct WeightsFile: Sendable {
  /// By name, e.g. `layer1.0.conv1.weight`.
  public var tensors: [String: Tensor]
  /// Free texts beside the tensors.
  public var metadata: [String: String]
  /// Which of several things in the file was taken, in words.
  package var notes: [String] = []

  /// Tensors by the names of a state dictionary. O(1).
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a safetensors file or a PyTorch `.pth` file, whichever it is by its first bytes. O(bytes): elements are copied.
  ///
  /// Nothing in the file is executed: a `.pth` file's pickle program may build dictionaries, lists and tensors, and is
  /// refused if it names anything else. Of a checkpoint that holds more than weights, the dictionary under `state_dict`,
  /// `model_state_dict`, `model`, `net` and their kind is taken, running averages (`model_ema`) only if there is no
  /// other. Names of dictionaries inside others are joined by dots.
  /// - Throws: ``ZooError`` of kind `badInput` if the file is neither or isn't valid.
  public static func read(path: String, limits: LoadLimits = .default) throws(ZooError) -> WeightsFile {
    do {
      let file = try FileSource(path, memory: .mapped)
      return try file.withBytes { bytes throws(ZooError) in try WeightsFile(bytes, limits: limits) }
    } catch {
      throw error.at(file: path)
    }
  }

  /// The same from memory.
  package init(_ bytes: UnsafeRawBufferPointer, limits: LoadLimits = .default) throws(ZooError) {
    let start = Array(bytes.prefix(9))
    if start.starts(with: [0x50, 0x4b, 3, 4]) {
      self = try TorchFile.read(bytes, limits: limits)
    } else if start.count == 9, start[8] == UInt8(ascii: "{") {
      self = try Safetensors.read(bytes, limits: limits)
    } else {
      // A pickle on its own starts with its protocol's number.
      let isOldTorch = start.first == 0x80
      throw ZooError(
        .badInput,
        problem: isOldTorch ? "is of PyTorch's format before version 1.6" : "holds no weights that we can read",
        expected: "a safetensors file or a PyTorch .pth file",
        remedy: isOldTorch ? "Load it with PyTorch and save it again" : nil)
    }
  }

  /// Writes a safetensors file, whole or not at all. Equal weights give equal bytes. O(bytes): elements are written from
  /// where they are.
  /// - Throws: ``ZooError`` of kind `failed` if the file can't be written, of kind `badInput` naming a tensor of a type that is
  /// not written, such as numbers of 8 bits with fractions.
  public func write(safetensors path: String) throws(ZooError) {
    let file = try AtomicFile(path)
    try Safetensors.forEachPiece(self, file.write)
    try file.commit()
  }
}
