import Testing
import ZooFormat

/// Files that are wrong in one way each: every one is refused with a message of its own.
@Suite struct HostileFileTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let message: String
    let bytes: [UInt8]
  }

  @Test(arguments: graphCases + wireCases) func isRefused(_ file: Case) throws { try expectRefused(file) }
  @Test(arguments: tensorCases + fileCases) func isRefusedToo(_ file: Case) throws { try expectRefused(file) }

  private func expectRefused(_ file: Case) throws {
    let error = #expect(throws: ZooError.self) { _ = try Model(serialized: file.bytes) }
    #expect(error?.kind == .badInput)
    let text = error?.description ?? ""
    #expect(text.contains(file.message), "\(text)")

    let folder = try TemporaryFolder()
    try AtomicFile.write(file.bytes, to: folder.file("bad.zoo"))
    let again = #expect(throws: ZooError.self) {
      _ = try ModelFile.open(folder.file("bad.zoo")).load(checkDigests: true)
    }
    #expect(again?.location.file == folder.file("bad.zoo"))
  }

  private static func structure(
    _ name: String, _ message: String, _ build: (inout WireWriter) -> Void
  ) -> Case {
    Case(testDescription: name, message: message, bytes: RawFile(build).bytes)
  }

  // MARK: Graphs

  static let graphCases: [Case] = [
    structure("no graph", "has no graph") { $0.string(99, "x") },
    structure("cycle", "has a cycle or isn't in order") {
      $0.graph {
        $0.node("a", ["q"], ["p"])
        $0.node("b", ["p"], ["q"])
      }
    },
    structure("self loop", "uses its own output") { $0.graph { $0.node("a", ["p"], ["p"]) } },
    structure("undefined value", "nothing makes it") { $0.graph { $0.node("a", ["nowhere"], ["p"]) } },
    structure("undefined output", "nothing makes it") { $0.graph(outputs: ["nowhere"]) },
    structure("duplicate output", "another value of the graph has that name") {
      $0.graph {
        $0.node("a", ["x"], ["p"])
        $0.node("b", ["x"], ["p"])
      }
    },
    structure("output twice on one node", "another value of the graph has that name") {
      $0.graph { $0.node("a", ["x"], ["p", "p"]) }
    },
    structure("output over an input", "another value of the graph has that name") {
      $0.graph { $0.node("a", ["x"], ["x"]) }
    },
    structure("duplicate input", "another value of the graph has that name") { $0.graph(inputs: ["x", "x"]) },
    structure("two nodes of one name", "two nodes have the same name") {
      $0.graph {
        $0.node("a", ["x"], ["p"])
        $0.node("a", ["x"], ["q"])
      }
    },
    structure("node without a name", "has no name") { $0.graph { $0.node("", ["x"], ["p"]) } },
    structure("node without an operator", "has no operator") { $0.graph { $0.node("a", ["x"], ["p"], op: "") } },
    structure("attribute twice", "has the attribute 'k' twice") {
      $0.graph {
        $0.node("a", ["x"], ["p"]) { node in
          for value in 1...2 {
            node.message(6) { attribute in
              attribute.string(1, "k")
              attribute.presentInteger(2, value)
            }
          }
        }
      }
    },
    structure("attribute without a value", "has no value that this version knows") {
      $0.graph { $0.node("a", ["x"], ["p"]) { $0.message(6) { $0.string(1, "k") } } }
    },
    structure("attribute with two values", "stands twice") {
      $0.graph {
        $0.node("a", ["x"], ["p"]) {
          $0.message(6) { attribute in
            attribute.presentInteger(2, 1)
            attribute.presentFloat(3, 1)
          }
        }
      }
    },
    structure("tensor out of the table", "expected a number less than 0") { $0.graph(initializers: [7]) },
    structure("attribute's tensor out of the table", "expected a number less than 0") {
      $0.graph { $0.node("a", ["x"], ["p"]) { $0.message(6) { $0.presentInteger(5, 4_000_000_000) } } }
    },
    structure("unknown part", "belongs to part 9") {
      $0.graph { $0.node("a", ["x"], ["p"]) { $0.integer(7, 9) } }
    },
    structure("unknown element type", "has the element type 77") {
      $0.graph(inputs: []) { $0.message(3) { $0.integer(2, 77) } }
    },
    structure("negative dimension of an input", "has a dimension of -1") {
      $0.graph(inputs: []) { graph in
        graph.message(3) { info in
          info.string(1, "x")
          info.integer(2, 1)
          info.message(3) { $0.message(1) { $0.presentInteger(1, -1) } }
        }
      }
    },
    structure("update of nothing", "is no initializer of the graph") {
      $0.graph {
        $0.message(6) { update in
          update.string(1, "state")
          update.string(2, "x")
        }
      }
    },
    structure("opset of version 0", "expected at least 1") {
      $0.message(1) { $0.string(1, "zoo") }
      $0.graph()
    },
    structure("opset twice", "stands there twice") { structure in
      for _ in 1...2 { structure.message(1) { $0.integer(2, 1) } }
      structure.graph()
    },
    structure("range of samples upside down", "minimum that is at most the maximum") {
      $0.graph()
      $0.message(3) { card in
        card.integer(5, 1)
        card.float(6, 2)
        card.float(7, 1)
      }
    },
    structure("range of samples not a number", "minimum that is at most the maximum") {
      $0.graph()
      $0.message(3) { card in
        card.integer(5, 1)
        card.float(6, .nan)
      }
    },
    structure("graphs nested 40 deep", "graphs inside each other") {
      $0.raw(nested(40))
    },
  ]

  /// Graphs in attributes of each other's nodes, as field 2 of the structure.
  private static func nested(_ depth: Int) -> [UInt8] {
    // From the inside out, so each header is put before what is there: backwards that is appending.
    var backwards: [UInt8] = []
    func wrap(_ number: Int) {
      var header = WireWriter()
      header.tag(number, .lengthDelimited)
      header.varint(UInt64(backwards.count))
      backwards += header.bytes.reversed()
    }
    for _ in 0..<depth {
      for field in [6, 6, 2] { wrap(field) }
    }
    wrap(2)
    return backwards.reversed()
  }

  // MARK: Wire

  static let wireCases: [Case] = [
    structure("100,000 graphs inside each other", "graphs inside each other") { $0.raw(nested(100_000)) },
    structure("NUL in a name", "contains the character NUL") { $0.graph { $0.node("a\0b", ["x"], ["p"]) } },
    structure("name that is not UTF-8", "is not UTF-8") { $0.message(2) { $0.data(1, [0xc3, 0x28]) } },
    structure("surrogate in UTF-8", "is not UTF-8") { $0.message(2) { $0.data(1, [0xed, 0xa0, 0x80]) } },
    structure("graph twice", "stands twice") {
      $0.graph()
      $0.graph()
    },
    structure("text where a message should be", "is stored in another way") { $0.presentInteger(2, 5) },
    structure("group", "wire type 3") { $0.raw([0x13]) },
    structure("end of a group", "wire type 4") { $0.raw([0x14]) },
    structure("wire type 7", "wire type 7") { $0.raw([0x17]) },
    structure("field number 0", "number 0") { $0.raw([0x00, 0x00]) },
    structure("number of 11 bytes", "more than 64 bits") {
      $0.raw([0x78] + [UInt8](repeating: 0xff, count: 10) + [0x01])
    },
    structure("number cut short", "cut short") { $0.raw([0x78, 0x80]) },
    structure("field longer than its message", "where 1 are left") { $0.raw([0x12, 0x05, 0x00]) },
    structure("length of 2^63", "where") { $0.raw([0x12] + [UInt8](repeating: 0x80, count: 9) + [0x01]) },
    structure("list of numbers cut short", "cut short") { $0.message(2) { $0.data(5, [0x80]) } },
    structure("list where one number should be", "is a list") {
      $0.message(1) { $0.data(2, [1, 2]) }
    },
  ]

  // MARK: Tensors

  private static func tensor(
    _ name: String, _ message: String, dims: [Int] = [2], type: Int = 1, data: [UInt8] = [UInt8](1...8),
    offset: ((UInt64) -> UInt64)? = nil, length: UInt64? = nil, alignment: Int = 64, digest: [UInt8]? = nil
  ) -> Case {
    func file(_ offset: UInt64) -> RawFile {
      var file = RawFile {
        $0.graph(inputs: [], initializers: [0])
        $0.tensor(
          "w", type: type, dims: dims, offset: offset, length: length ?? UInt64(data.count), data: data,
          digest: digest)
      }
      file.alignment = alignment
      file.tensors = [data]
      return file
    }
    let right = UInt64(file(64).firstOffset)
    return Case(testDescription: name, message: message, bytes: file(offset.map { $0(right) } ?? right).bytes)
  }

  static let tensorCases: [Case] = [
    tensor("dimensions whose product overflows", "no memory can hold", dims: [1 << 40, 1 << 40]),
    tensor("dimensions whose product wraps to the right size", "no memory can hold", dims: [1 << 62, 4, 2]),
    tensor("huge dimension beside a zero", "no memory can hold", dims: [0, 1 << 62], data: []),
    tensor("negative dimension", "has a dimension of -2", dims: [-2]),
    tensor("rank 10,000", "rank 10000", dims: [Int](repeating: 1, count: 10_000)),
    tensor("unknown element type", "has the element type 8", type: 8),
    tensor("no element type", "has the element type 0", type: 0),
    tensor("data too short", "4 bytes", length: 4),
    tensor("data too long", "12 bytes", length: 12),
    tensor("length that wraps", "bytes of data", length: .max),
    tensor("field shorter than the tensor", "its field has 7 bytes", data: [UInt8](1...7), length: 8),
    tensor("offset past the end", "the table says", offset: { $0 + 64 }),
    tensor("offset that wraps", "the table says", offset: { _ in .max - 63 }),
    tensor("offset into the structure", "the table says", offset: { _ in 0 }),
    tensor("offset that isn't a multiple of 64", "expected a multiple of 64", offset: { $0 + 8 }),
    tensor("elements that don't start on a boundary", "expected a multiple of 64", alignment: 50),
    tensor("bool that is 2", "neither 0 nor 1", type: 9, data: [0, 2]),
    tensor("wrong digest", "doesn't have the digest", digest: [UInt8](repeating: 0, count: 32)),
    tensor("short digest", "its digest has 3 bytes", digest: [1, 2, 3]),
  ]

  // MARK: Files

  static let fileCases: [Case] = {
    let good = RawFile { $0.graph() }
    func changed(_ name: String, _ message: String, _ change: (inout RawFile) -> Void) -> Case {
      var file = good
      change(&file)
      return Case(testDescription: name, message: message, bytes: file.bytes)
    }
    return [
      Case(testDescription: "empty file", message: "is empty", bytes: []),
      Case(testDescription: "another file", message: "is not a .zoo file", bytes: Array("PK\u{3}\u{4}model".utf8)),
      Case(testDescription: "magic alone", message: "is missing", bytes: [0x0a, 3] + Array("zoo".utf8)),
      Case(testDescription: "bytes after the end", message: "cut short or damaged", bytes: good.bytes + [0xff]),
      Case(
        testDescription: "two overlapping entries", message: "the table says",
        bytes: {
          func file(_ offset: UInt64) -> RawFile {
            var file = RawFile {
              $0.graph(inputs: [], initializers: [0, 1])
              $0.tensor("v", dims: [2], offset: offset, length: 8)
              $0.tensor("w", dims: [2], offset: offset, length: 8)
            }
            file.tensors = [[UInt8](1...8), [UInt8](1...8)]
            return file
          }
          return file(UInt64(file(64).firstOffset)).bytes
        }()),
      changed("needs a newer reader", "Update this program") { $0.minimumReader = 2 },
      changed("no version", "is missing") { $0.version = 0 },
      changed("tensor without an entry", "0 entries") { $0.tensors = [[1]] },
      changed("entry without a tensor", "1 entries") {
        $0.structure.tensor("w", dims: [0], offset: 64, length: 0)
      },
      changed("structure twice", "stands in the file twice") { $0.extra = [0x2a, 0] },
      changed("long padding", "expected less than 128") {
        $0.extra = [0x32, 0x80, 1] + [UInt8](repeating: 0, count: 128)
      },
      changed("magic twice", "stands in the file twice") { $0.extra = [0x0a, 3] + Array("zoo".utf8) },
      Case(
        testDescription: "changed structure", message: "the file is damaged",
        bytes: {
          var bytes = good.bytes
          bytes[bytes.count - 1] ^= 1
          return bytes
        }()),
    ]
  }()
}
