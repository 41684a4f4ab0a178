import Foundation
import Testing
import ZooFormat

/// ONNX files that are wrong in one way each.
@Suite struct HostileONNXTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let message: String
    let bytes: [UInt8]

    init(_ name: String, _ message: String, _ build: (inout WireWriter) -> Void) {
      var writer = WireWriter()
      build(&writer)
      (testDescription, self.message, bytes) = (name, message, writer.bytes)
    }
  }

  @Test(arguments: cases) func isRefused(_ file: Case) {
    let error = #expect(throws: ZooError.self) { _ = try ONNX.read(file.bytes) }
    #expect(error?.kind == .badInput)
    #expect(error?.description.contains(file.message) == true, "\(String(describing: error))")
  }

  private static func graph(_ writer: inout WireWriter, _ build: (inout WireWriter) -> Void) {
    writer.message(7) { graph in
      value(&graph, 11, "x")
      build(&graph)
    }
  }

  private static func value(_ graph: inout WireWriter, _ number: Int, _ name: String) {
    graph.message(number) { info in
      info.string(1, name)
      info.message(2) { $0.message(1) { $0.integer(1, 1) } }
    }
  }

  private static func node(
    _ writer: inout WireWriter, _ number: Int, _ op: String, _ inputs: [String], _ outputs: [String],
    domain: String = "", _ build: (inout WireWriter) -> Void = { _ in }
  ) {
    writer.message(number) { node in
      node.strings(1, inputs)
      node.strings(2, outputs)
      node.string(4, op)
      node.string(7, domain)
      build(&node)
    }
  }

  private static func tensor(_ name: String, _ message: String, _ build: (inout WireWriter) -> Void) -> Case {
    Case(name, message) { graph(&$0) { $0.message(5, build) } }
  }

  /// A function with one node for each of `calls`.
  private static func function(_ writer: inout WireWriter, _ name: String, calls: [String]) {
    writer.message(25) { function in
      function.string(1, name)
      function.string(4, "a")
      function.string(5, "b")
      function.string(10, "f")
      var last = "a"
      for (index, call) in calls.enumerated() {
        let output = index == calls.count - 1 ? "b" : "t\(index)"
        node(&function, 7, call, [last], [output], domain: call == "Relu" ? "" : "f")
        last = output
      }
    }
  }

  static let cases: [Case] = [
    Case("empty file", "is empty") { _ in },
    Case("no graph", "it has no graph") { $0.integer(1, 9) },
    Case("text", "damaged or no protobuf") { $0.raw(Array("hello, world, this is no model".utf8)) },
    Case("two graphs", "two graphs") {
      graph(&$0) { _ in }
      graph(&$0) { _ in }
    },
    Case("cycle", "has a cycle") {
      graph(&$0) {
        node(&$0, 1, "Relu", ["q"], ["p"])
        node(&$0, 1, "Relu", ["p"], ["q"])
      }
    },
    Case("self-loop", "uses its own output") { graph(&$0) { node(&$0, 1, "Relu", ["p"], ["p"]) } },
    Case("undefined value", "nothing makes it") { graph(&$0) { node(&$0, 1, "Relu", ["q"], ["p"]) } },
    Case("duplicate output", "another value of the graph") {
      graph(&$0) {
        node(&$0, 1, "Relu", ["x"], ["p"])
        node(&$0, 1, "Relu", ["x"], ["p"])
      }
    },
    Case("NUL in a name", "NUL") { graph(&$0) { node(&$0, 1, "Relu", ["x"], ["p\0q"]) } },
    Case("name that is not UTF-8", "not UTF-8") { graph(&$0) { $0.message(1) { $0.data(1, [0xff]) } } },
    Case("input that is a sequence", "is a sequence") {
      graph(&$0) { graph in
        graph.message(11) { info in
          info.string(1, "s")
          info.message(2) { $0.message(4) { _ in } }
        }
      }
    },
    tensor("negative dimension", "dimension of -1") {
      $0.presentInteger(1, -1)
      $0.integer(2, 1)
    },
    tensor("dimensions whose product overflows", "no memory can hold") {
      for _ in 0..<3 { $0.presentInteger(1, 1 << 40) }
      $0.integer(2, 1)
    },
    tensor("rank 10,000", "more than 64 dimensions") {
      $0.packedIntegers(1, [Int](repeating: 1, count: 10_000))
      $0.integer(2, 1)
    },
    tensor("bytes that are too few", "has 4 bytes of data") {
      $0.presentInteger(1, 2)
      $0.integer(2, 1)
      $0.data(9, [0, 0, 0, 0])
    },
    tensor("numbers that are too many", "has 3 elements of data") {
      $0.presentInteger(1, 2)
      $0.integer(2, 1)
      $0.packedFloats(4, [1, 2, 3])
    },
    tensor("no data", "has 0 elements of data") {
      $0.presentInteger(1, 1 << 30)
      $0.integer(2, 1)
    },
    tensor("strings", "elements of string") { $0.integer(2, 8) },
    tensor("bool that is 2", "neither 0 nor 1") {
      $0.presentInteger(1, 1)
      $0.integer(2, 9)
      $0.data(9, [2])
    },
    tensor("external data of a model without a folder", "in another file") {
      $0.integer(2, 1)
      $0.integer(14, 1)
    },
    Case("function that calls itself", "calls itself") {
      function(&$0, "A", calls: ["B"])
      function(&$0, "B", calls: ["A"])
      graph(&$0) { node(&$0, 1, "A", ["x"], ["p"], domain: "f") }
    },
    Case("functions that double 24 times", "more than") { model in
      for level in 0..<24 {
        function(&model, "F\(level)", calls: Array(repeating: level == 0 ? "Relu" : "F\(level - 1)", count: 2))
      }
      graph(&model) { node(&$0, 1, "F23", ["x"], ["p"], domain: "f") }
    },
    Case("10,000 functions inside each other", "functions inside each other") { model in
      for level in 0..<10_000 { function(&model, "F\(level)", calls: [level == 0 ? "Relu" : "F\(level - 1)"]) }
      graph(&model) { node(&$0, 1, "F9999", ["x"], ["p"], domain: "f") }
    },
    Case("graphs nested 100,000 deep", "graphs inside each other") { model in
      var backwards: [UInt8] = []
      func wrap(_ number: Int) {
        var header = WireWriter()
        header.tag(number, .lengthDelimited)
        header.varint(UInt64(backwards.count))
        backwards += header.bytes.reversed()
      }
      for _ in 0..<100_000 {
        for field in [6, 5, 1] { wrap(field) }
        // The type of the attribute would follow the graph; without it the kind is implied.
      }
      wrap(7)
      model.raw(backwards.reversed())
    },
    Case("attribute twice", "has the attribute 'k' twice") {
      graph(&$0) {
        node(&$0, 1, "Relu", ["x"], ["p"]) { node in
          for _ in 0..<2 {
            node.message(5) { attribute in
              attribute.string(1, "k")
              attribute.presentInteger(3, 1)
            }
          }
        }
      }
    },
    Case("reference to an attribute outside of a function", "outside of any") {
      graph(&$0) {
        node(&$0, 1, "Relu", ["x"], ["p"]) { node in
          node.message(5) { attribute in
            attribute.string(1, "k")
            attribute.string(21, "other")
          }
        }
      }
    },
  ]

  // MARK: External data

  private static func external(_ entries: [(String, String)]) -> [UInt8] {
    var model = WireWriter()
    graph(&model) {
      $0.message(5) { tensor in
        tensor.presentInteger(1, 2)
        tensor.integer(2, 2)
        tensor.string(8, "w")
        for (key, value) in entries {
          tensor.message(13) { entry in
            entry.string(1, key)
            entry.string(2, value)
          }
        }
        tensor.integer(14, 1)
      }
    }
    return model.bytes
  }

  @Test func externalDataStaysInTheModelsFolder() throws {
    let folder = try TemporaryFolder()
    let manager = FileManager.default
    let inner = folder.file("inner")
    try manager.createDirectory(atPath: inner, withIntermediateDirectories: false)
    try AtomicFile.write([1, 2, 3, 4], to: folder.file("secret"))
    try AtomicFile.write([1, 2, 3, 4], to: "\(inner)/data")
    try manager.linkItem(atPath: "\(inner)/data", toPath: "\(inner)/hard")
    try AtomicFile.write([1, 2, 3, 4], to: "\(inner)/good")
    try manager.createSymbolicLink(atPath: "\(inner)/link", withDestinationPath: "\(inner)/good")
    try manager.createSymbolicLink(atPath: "\(inner)/up", withDestinationPath: folder.path)
    #expect(mkfifo("\(inner)/pipe", 0o600) == 0)
    // Only root may make a device; one by its path in /dev is refused before that.
    let hasDevice = mknod("\(inner)/device", S_IFCHR | 0o600, 1 << 8 | 5) == 0
    let cases: [(location: String, message: String)] = [
      (hasDevice ? "device" : "pipe", "not a regular file"),
      (folder.file("secret"), "leads out"), ("../secret", "leads out"), ("a/../../secret", "leads out"),
      ("..\\secret", "leads out"), ("", "no location"), (".", "leads out"), ("/dev/zero", "leads out"),
      ("link", "symbolic link"), ("up/secret", "symbolic link"), ("hard", "hard link"), ("data", "hard link"),
      ("pipe", "not a regular file"), ("missing", "can't be opened"), ("model.onnx", "the model itself"),
    ]
    for (location, message) in cases {
      try AtomicFile.write(Self.external([("location", location)]), to: "\(inner)/model.onnx")
      let error = #expect(throws: ZooError.self, "\(location)") { _ = try ONNX.read(path: "\(inner)/model.onnx") }
      #expect(error?.problem.contains(message) == true, "\(location): \(String(describing: error))")
    }
    for (entries, message) in [
      ([("offset", "3")], "which has 4"), ([("offset", "-1")], "an offset of at least 0"),
      ([("offset", "9223372036854775807")], "which has 4"), ([("offset", "x")], "an offset of at least 0"),
      ([("length", "4")], "the length 2"), ([("length", "99999999999999999999")], "the length 2"),
    ] {
      try AtomicFile.write(Self.external([("location", "good")] + entries), to: "\(inner)/model.onnx")
      let error = #expect(throws: ZooError.self) { _ = try ONNX.read(path: "\(inner)/model.onnx") }
      #expect(error?.description.contains(message) == true, "\(entries): \(String(describing: error))")
    }
    try AtomicFile.write(Self.external([("location", "./good"), ("offset", "1")]), to: "\(inner)/model.onnx")
    let model = try ONNX.read(path: "\(inner)/model.onnx")
    #expect(model.graph.initializers["w"]?.values(as: UInt8.self) == [2, 3])
  }

  @Test func externalTensorsDontOverlap() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1, 2, 3], to: folder.file("data"))
    func write(_ offsets: [Int]) throws {
      var model = WireWriter()
      Self.graph(&model) { graph in
        for (index, offset) in offsets.enumerated() {
          graph.message(5) { tensor in
            tensor.presentInteger(1, 2)
            tensor.integer(2, 2)
            tensor.string(8, "w\(index)")
            for (key, value) in [("location", "data"), ("offset", String(offset))] {
              tensor.message(13) { entry in
                entry.string(1, key)
                entry.string(2, value)
              }
            }
            tensor.integer(14, 1)
          }
        }
      }
      try AtomicFile.write(model.bytes, to: folder.file("model.onnx"))
    }
    try write([0, 1])
    let error = #expect(throws: ZooError.self) { _ = try ONNX.read(path: folder.file("model.onnx")) }
    #expect(error?.problem.contains("tensors overlap in 'data'") == true, "\(String(describing: error))")
    // Two names for the same elements are one region.
    try write([1, 1])
    #expect(try ONNX.read(path: folder.file("model.onnx")).graph.initializers.count == 2)
  }

  // MARK: Damage

  @Test(arguments: ["types.onnx", "nodes.onnx", "functions.onnx"])
  func damageGivesAnErrorOrAModel(_ name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: "\(ONNXReaderTests.fixtures)/\(name)")))
    func model(_ damaged: [UInt8]) throws -> Model? {
      do {
        return try ONNX.read(damaged)
      } catch {
        #expect(error.kind == .badInput && !error.problem.isEmpty, "\(error)")
        return nil
      }
    }
    var refused = 0
    for count in 0..<bytes.count where try model(Array(bytes[..<count])) == nil { refused += 1 }
    #expect(refused > bytes.count / 2, "\(refused) of \(bytes.count) cut files are refused")
    refused = 0
    var random = SplitMix(state: 11)
    for _ in 0..<10_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: damaged.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[position] = UInt8.random(in: .min ... .max, using: &random)
        case 1: damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: damaged.remove(at: position)
        default: damaged.insert(UInt8.random(in: .min ... .max, using: &random), at: position)
        }
      }
      guard let model = try model(damaged) else {
        refused += 1
        continue
      }
      _ = try model.serialized()
    }
    #expect(refused > 1000 && refused < 10_000, "\(refused) of 10000 damaged files are refused")
  }
}
