import Testing
import ZooFormat

/// What ONNX files may hold besides dense initializers and nodes in order.
@Suite struct ONNXFormTests {
  private static func message(_ build: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = WireWriter()
    build(&writer)
    return writer.bytes
  }

  /// A sparse initializer `w` [3, 4] with these values and indices.
  private func sparse(_ values: [Float], _ indices: [Int64], shape: [Int], dims: [Int] = [3, 4]) throws -> [UInt8] {
    func tensor(_ name: String, _ dims: [Int], _ type: Int, _ bytes: [UInt8]) -> [UInt8] {
      Self.message { file in
        for size in dims { file.integer(1, size) }
        file.integer(2, type)
        file.data(8, Array(name.utf8))
        file.data(9, bytes)
      }
    }
    func raw<T>(_ values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
    let initializer = Self.message { file in
      file.data(1, tensor("w", [values.count], 1, raw(values)))
      file.data(2, tensor("", shape, 7, raw(indices)))
      for size in dims { file.integer(3, size) }
    }
    return Self.message { file in
      file.integer(1, 8)
      file.data(8, Self.message { $0.integer(2, 17) })
      file.data(7, Self.message { $0.data(15, initializer) })
    }
  }

  @Test func sparseInitializersAreReadInFull() throws {
    let expected: [Float] = [0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 6]
    for (indices, shape) in [([2, 11], [2]), ([0, 2, 2, 3], [2, 2]), ([11, 2], [2])] as [([Int64], [Int])] {
      let values: [Float] = indices[0] == 11 ? [6, 5] : [5, 6]
      let model = try ONNX.read(sparse(values, indices, shape: shape))
      #expect(model.graph.initializers["w"]?.values(as: Float.self) == expected)
      #expect(model.graph.initializers["w"]?.shape == [3, 4])
    }
  }

  @Test(
    arguments: [
      ([12, 1], [2], [3, 4], "outside"), ([-1, 1], [2], [3, 4], "outside"), ([2, 2], [2], [3, 4], "twice"),
      ([0, 4, 1, 1], [2, 2], [3, 4], "outside"), ([0, 1], [1, 2], [3, 4], "has indices of"),
      ([0, 1, 2], [3], [3, 4], "has indices of"),
      ([0, 1], [2], [1 << 14, 1 << 15], "bytes of sparse tensors"),
    ] as [([Int64], [Int], [Int], String)])
  func wrongSparseInitializersAreRefused(_ indices: [Int64], _ shape: [Int], _ dims: [Int], _ message: String) throws {
    let error = #expect(throws: ZooError.self) { try ONNX.read(sparse([5, 6], indices, shape: shape, dims: dims)) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  private func model(_ nodes: [(op: String, inputs: [String], output: String)]) -> [UInt8] {
    Self.message { file in
      file.integer(1, 8)
      file.data(8, Self.message { $0.integer(2, 17) })
      file.data(
        7,
        Self.message { graph in
          for node in nodes {
            graph.data(
              1,
              Self.message { message in
                for input in node.inputs { message.data(1, Array(input.utf8)) }
                message.data(2, Array(node.output.utf8))
                message.data(4, Array(node.op.utf8))
              })
          }
          graph.data(
            11,
            Self.message { info in
              info.data(1, Array("x".utf8))
              info.data(2, Self.message { type in type.data(1, Self.message { $0.integer(1, 1) }) })
            })
        })
    }
  }

  @Test func nodesOutOfOrderAreSorted() throws {
    let read = try ONNX.read(
      model([("Add", ["a", "b"], "c"), ("Exp", ["a"], "b"), ("Relu", ["x"], "a"), ("Neg", ["x"], "d")]))
    #expect(read.graph.nodes.map(\.op) == ["Relu", "Exp", "Add", "Neg"])
    let ordered = try ONNX.read(model([("Neg", ["x"], "d"), ("Relu", ["x"], "a")]))
    #expect(ordered.graph.nodes.map(\.op) == ["Neg", "Relu"], "what is in order stays")
  }

  @Test func cyclesAreRefused() throws {
    for nodes in [[("Add", ["x", "y"], "y")], [("Exp", ["b"], "a"), ("Relu", ["a"], "b")]] {
      let error = #expect(throws: ZooError.self) { try ONNX.read(model(nodes)) }
      #expect(error?.problem.contains("its own output") == true, "\(String(describing: error))")
    }
    // A chain of any length is no danger to the stack.
    let chain = (0..<50_000).reversed().map { ("Relu", [$0 == 0 ? "x" : "v\($0 - 1)"], "v\($0)") }
    #expect(try ONNX.read(model(chain)).graph.nodes.first?.inputs == ["x"])
  }
}
