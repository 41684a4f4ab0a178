import Testing
import ZooFormat

/// Every limit refuses what exceeds it, and says which limit it was.
@Suite struct LoadLimitsTests {
  @Test(arguments: [
    ("bytes of structure", { @Sendable (limits: inout LoadLimits) in limits.structureBytes = 100 }),
    ("bytes of memory for the structure", { @Sendable limits in limits.structureMemory = 3000 }),
    ("nodes", { @Sendable limits in limits.nodes = 3 }),
    ("graphs inside each other", { @Sendable limits in limits.nesting = 0 }),
    ("tensors", { @Sendable limits in limits.tensors = 7 }),
    ("elements", { @Sendable limits in limits.elements = 40 }),
  ])
  func isEnforced(_ name: String, _ set: @Sendable (inout LoadLimits) -> Void) throws {
    var limits = LoadLimits.default
    set(&limits)
    let bytes = try Samples.everything().serialized()
    let error = #expect(throws: ZooError.self) { _ = try Model(serialized: bytes, limits: limits) }
    #expect(error?.problem.hasSuffix(name) == true, "\(String(describing: error))")
  }

  /// protobuf-c takes 84 bytes and more for a message of 2: the budget ends it before memory does.
  @Test func emptyMessagesDontMultiply() throws {
    let file = RawFile { structure in
      structure.graph { graph in
        for _ in 0..<1_000_000 { graph.message(3) { _ in } }
      }
    }
    var limits = LoadLimits.default
    limits.structureMemory = 16 << 20
    let error = #expect(throws: ZooError.self) { _ = try Model(serialized: file.bytes, limits: limits) }
    #expect(error?.problem.contains("memory for the structure") == true)
  }
}

/// Small files that ask for much work: each is done with, or refused, at once.
@Suite struct WorkTests {
  @Test func aLongNameOfManyAttributesCostsItsLengthOnce() throws {
    let name = String(repeating: "n", count: 1 << 20)
    let file = RawFile { structure in
      structure.graph { graph in
        graph.node(name, ["x"], ["y"]) { node in
          for index in 0..<20_000 {
            node.message(6) { attribute in
              attribute.string(1, String(index))
              attribute.presentInteger(2, 1)
            }
          }
        }
      }
    }
    #expect(try Model(serialized: file.bytes).graph.nodes[0].attributes.count == 20_000)
  }

  @Test func unknownFieldsUnderLongNamesAreRefused() throws {
    let name = String(repeating: "n", count: 1 << 20)
    let file = RawFile { structure in
      structure.graph { graph in
        graph.node(name, ["x"], ["y"]) { node in
          for index in 0..<2000 {
            node.message(6) { attribute in
              attribute.string(1, String(index))
              attribute.presentInteger(2, 1)
              attribute.presentInteger(1000, 1)
            }
          }
        }
      }
    }
    let error = #expect(throws: ZooError.self) { _ = try Model(serialized: file.bytes) }
    #expect(error?.problem.contains("too long") == true)
  }

  @Test func manyGraphsInAttributesDoNotCopyWhatIsAround() throws {
    let count = 20_000
    let file = RawFile { structure in
      structure.graph { graph in
        for index in 0..<count {
          graph.node("n\(index)", [index == 0 ? "x" : "v\(index - 1)"], ["v\(index)"], op: "If") { node in
            node.message(6) { attribute in
              attribute.string(1, "then_branch")
              attribute.message(6) {
                $0.graphBody(outputs: ["v\(index == 0 ? 0 : index - 1)"].filter { _ in index > 0 })
              }
            }
          }
        }
      }
    }
    #expect(try Model(serialized: file.bytes).graph.nodes.count == count)
  }
}
