import ZooFormat

/// A `.zoo` file put together by hand, with a right digest of the structure, so that tests can make wrong ones.
struct RawFile {
  var version = 1
  var minimumReader = 1
  var structure = WireWriter()
  /// The elements of the tensors; the table is part of `structure`.
  var tensors: [[UInt8]] = []
  /// Where the elements start, as ``bytes`` lays them out.
  var alignment = 64
  var extra: [UInt8] = []

  init(_ build: (inout WireWriter) -> Void = { _ in }) { build(&structure) }

  var bytes: [UInt8] {
    var file = head
    for tensor in tensors {
      var header = WireWriter()
      header.tag(7, .lengthDelimited)
      header.varint(UInt64(tensor.count))
      let misaligned = (file.bytes.count + 2 + header.bytes.count) % alignment
      file.data(6, [UInt8](repeating: 0, count: (alignment - misaligned) % alignment))
      file.data(7, tensor)
    }
    return file.bytes
  }

  /// Where the elements of the first tensor start.
  var firstOffset: Int { (head.bytes.count + 4 + alignment - 1) / alignment * alignment }

  private var head: WireWriter {
    var file = WireWriter()
    file.string(1, "zoo")
    file.integer(2, version)
    file.integer(3, minimumReader)
    file.data(4, SHA256.digest(structure.bytes))
    file.data(5, structure.bytes)
    file.raw(extra)
    return file
  }
}

extension WireWriter {
  /// A graph with inputs and outputs of type float32 and unknown rank.
  mutating func graph(
    inputs: [String] = ["x"], outputs: [String] = [], initializers: [Int] = [],
    _ build: (inout WireWriter) -> Void = { _ in }
  ) {
    message(2) { $0.graphBody(inputs: inputs, outputs: outputs, initializers: initializers, build) }
  }

  mutating func graphBody(
    inputs: [String] = [], outputs: [String] = [], initializers: [Int] = [],
    _ build: (inout WireWriter) -> Void = { _ in }
  ) {
    for (number, names) in [(3, inputs), (4, outputs)] {
      for name in names {
        message(number) { info in
          info.string(1, name)
          info.integer(2, 1)
        }
      }
    }
    packedIntegers(5, initializers)
    build(&self)
  }

  mutating func node(
    _ name: String, _ inputs: [String], _ outputs: [String], op: String = "Relu",
    _ build: (inout WireWriter) -> Void = { _ in }
  ) {
    message(2) { node in
      node.string(1, name)
      node.string(2, op)
      node.strings(4, inputs)
      node.strings(5, outputs)
      build(&node)
    }
  }

  /// An entry of the tensor table.
  mutating func tensor(
    _ name: String, type: Int = 1, dims: [Int], offset: UInt64, length: UInt64, data: [UInt8] = [],
    digest: [UInt8]? = nil
  ) {
    message(6) { tensor in
      tensor.string(1, name)
      tensor.integer(2, type)
      tensor.packedIntegers(3, dims)
      tensor.fixed64(4, offset)
      tensor.fixed64(5, length)
      tensor.data(6, digest ?? SHA256.digest(data))
    }
  }
}
