/// Reading and writing ONNX, whose graphs have the same operators as ours.
public enum ONNX {
  /// Reads an ONNX model: opset imports, subgraphs, initializers inside the file or beside it, metadata. Functions of the
  /// model are put in place of the nodes that call them.
  ///
  /// Costs O(bytes), those of a function for each of its calls: elements are copied out of the file. External data is read
  /// from the model's own folder only: a path that is absolute or leads elsewhere, a link of any kind, a device or a pipe is
  /// refused.
  /// - Throws: ``ZooError`` of kind `badInput` if the file isn't a valid model or has values of other types than tensors.
  public static func read(path: String, limits: LoadLimits = .default) throws(ZooError) -> Model {
    do {
      let file = try FileSource(path, memory: .mapped)
      let external = ONNXExternalData(model: path, identity: try file.identity())
      return try file.withBytes { bytes throws(ZooError) in
        try ONNXModelReader(limits: limits, external: external).model(bytes)
      }
    } catch {
      throw error.at(file: path)
    }
  }

  /// Reads an ONNX model from memory; external data is refused. O(bytes).
  /// - Throws: ``ZooError`` as ``read(path:limits:)``, and if elements stand in other files.
  public static func read(_ bytes: [UInt8], limits: LoadLimits = .default) throws(ZooError) -> Model {
    try bytes.withBytes(ONNXModelReader(limits: limits, external: nil).model)
  }

  /// The operators that an ONNX model names, also one that can't be read as a whole because of its types: sorted, each
  /// once, those of another domain as `domain.Name`. O(bytes of structure).
  /// - Throws: ``ZooError`` of kind `badInput` if the file isn't protobuf.
  public static func operators(path: String, limits: LoadLimits = .default) throws(ZooError) -> [String] {
    do {
      return try FileSource(path, memory: .mapped).withBytes { bytes throws(ZooError) in
        try ONNXOperatorScan.operators(bytes, nesting: limits.nesting).sorted()
      }
    } catch {
      throw error.at(file: path)
    }
  }

  /// Reads one tensor, as test data for ONNX models is stored (`TensorProto`). O(bytes).
  /// - Throws: ``ZooError`` of kind `badInput` if the file isn't one, or is a sequence or an optional value.
  public static func readTensor(path: String, limits: LoadLimits = .default) throws(ZooError) -> Tensor {
    do {
      let file = try FileSource(path, memory: .mapped)
      return try file.withBytes { bytes throws(ZooError) in
        try ONNXTensorReader(budget: ONNXBudget(limits), external: nil).read(bytes).tensor
      }
    } catch {
      throw error.at(file: path)
    }
  }

  /// Writes the model as ONNX, whole or not at all. Names, parts, channels and classes are kept, as metadata where ONNX
  /// has no place for them; training state and self-test are not. Equal models give equal bytes. O(bytes):
  /// initializers are written from where they are, unless they are of less than 8 bits.
  /// - Throws: ``ZooError`` of kind `badInput` if the graph isn't valid or needs more than 2 GiB, of kind `failed` if the
  ///   file can't be written.
  public static func write(_ model: Model, to path: String) throws(ZooError) {
    let encoder = try ONNXModelWriter(model)
    let file = try AtomicFile(path)
    try encoder.forEachPiece(file.write)
    try file.commit()
  }
}
