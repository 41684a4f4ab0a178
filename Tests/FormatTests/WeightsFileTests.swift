import Foundation
import Testing
import ZooFormat

/// Files made by torch and safetensors, see Fixtures/weights/make.py.
@Suite struct WeightsFileTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/weights").path

  private func read(_ name: String) throws -> WeightsFile { try WeightsFile.read(path: "\(Self.fixtures)/\(name)") }

  @Test(arguments: ["types.safetensors", "types.pth"]) func everyElementTypeIsRead(_ name: String) throws {
    let tensors = try read(name).tensors
    for type in ElementType.allCases where !type.isSmall {
      let tensor = try #require(tensors[type.description], "\(type)")
      #expect(tensor.type == TensorType(type, [3]))
      let one: [UInt8] =
        switch type {
        case .float16: [0, 0x3c]
        case .bfloat16: [0x80, 0x3f]
        case .float32: [0, 0, 0x80, 0x3f]
        case .float64: [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        default: [1] + [UInt8](repeating: 0, count: type.byteCount - 1)
        }
      let zero = [UInt8](repeating: 0, count: type.byteCount)
      #expect(tensor.withUnsafeBytes { Array($0) } == one + zero + one, "\(type)")
    }
  }

  @Test func typesThatSafetensorsLackAreRefusedWithTheTensor() throws {
    let folder = try TemporaryFolder()
    let tensor = try Tensor(zeros: TensorType(.float8e4m3fn, [3]))
    let path = folder.file("eight.safetensors")
    let error = #expect(throws: ZooError.self) { try WeightsFile(tensors: ["w": tensor]).write(safetensors: path) }
    #expect(
      error?.location.tensor == "w" && error?.problem.contains("float8e4m3fn") == true, "\(error?.description ?? "")")
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func safetensorsSurviveWriting() throws {
    let folder = try TemporaryFolder()
    let file = try read("types.safetensors")
    #expect(file.metadata == ["format": "pt", "note": "quotes \" and \\ and ü"])
    #expect(file.tensors["scalar"]?.values(as: Float.self) == [2.5])
    #expect(file.tensors["empty"]?.shape == [0, 3])
    try file.write(safetensors: folder.file("again.safetensors"))
    let again = try WeightsFile.read(path: folder.file("again.safetensors"))
    #expect(again.metadata == file.metadata)
    #expect(
      again.tensors.mapValues { $0.withUnsafeBytes { Array($0) } }
        == file.tensors.mapValues { $0.withUnsafeBytes { Array($0) } })
    #expect(again.tensors.mapValues(\.type) == file.tensors.mapValues(\.type))
  }

  @Test(arguments: ["state.pth", "checkpoint.pth"]) func viewsOfSharedStoragesAreRead(_ name: String) throws {
    let file = try read(name)
    // What stands before all names is taken off where the names are known.
    let tensors = Dictionary(
      uniqueKeysWithValues: file.tensors.map { ($0.key.replacing("module.", with: ""), $0.value) })
    #expect(file.notes == (name == "state.pth" ? [] : ["the weights are those under 'state_dict'"]))
    #expect(tensors.count == 8)
    #expect(tensors["fc.weight"]?.shape == [2, 3])
    #expect(tensors["fc.weight"]?.values(as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(tensors["fc.transposed"]?.shape == [3, 2])
    #expect(tensors["fc.transposed"]?.values(as: Float.self) == [0, 3, 1, 4, 2, 5])
    #expect(tensors["fc.row"]?.values(as: Float.self) == [3, 4, 5])
    #expect(tensors["fc.column"]?.values(as: Float.self) == [1, 4])
    #expect(tensors["fc.shared"]?.values(as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(tensors["bn.num_batches_tracked"]?.integers() == [7])
    #expect(tensors["scalar"]?.values(as: Float.self) == [1.5])
    #expect(tensors["empty"]?.shape == [0, 2])
  }

  @Test func codeIsRefusedByName() throws {
    let error = #expect(throws: ZooError.self) { try read("malicious.pth") }
    #expect(error?.problem == "the file asks for 'posix.system' to be executed, which is refused")
    #expect(error?.remedy?.contains("state_dict") == true)
  }

  @Test func theOldFormatIsNamed() throws {
    let error = #expect(throws: ZooError.self) { try read("old.pth") }
    #expect(error?.problem == "is of PyTorch's format before version 1.6")
  }

  // MARK: Hostile files

  private func safetensors(_ header: String, data: Int = 8) throws -> WeightsFile {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    bytes += Array(header.utf8) + [UInt8](repeating: 0, count: data)
    return try bytes.withUnsafeBytes { try WeightsFile($0) }
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "has 8 bytes of data"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, "bytes 4 to 12 of 8"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "bytes 8 to 0 of 8"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "dimension of -2"),
    (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}"#, "no memory can hold"),
    (#"{"a":{"dtype":"F32","shape":[1e300],"data_offsets":[0,8]}}"#, "no whole number"),
    (#"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#, "'F8_E4M3' is not supported"),
    (#"{"a":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}"#, "4 bytes after the last tensor"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      "was the end of the one before"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#,
      "stands twice"
    ),
    (#"{"a":{}}"#, "are missing"), (#"{"a":"#, "a value is missing"), (#"{} x"#, "after the value"),
    (#"{"a":"# + String(repeating: "[", count: 100_000), "nest more than"), ("{\"a\u{0}\":1}", "control character"),
    (#"{"\ud800":1}"#, "half a surrogate"),
  ])
  func hostileSafetensorsAreRefused(_ header: String, _ message: String) throws {
    let error = #expect(throws: ZooError.self) { try safetensors(header) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  /// A ZIP archive with one member, a pickle program.
  private func archive(_ program: [UInt8]) -> [UInt8] {
    func u16(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
    func u32(_ value: Int) -> [UInt8] { u16(value & 0xffff) + u16(value >> 16) }
    let name = Array("a/data.pkl".utf8)
    let sizes = u32(0) + u32(program.count) + u32(program.count)
    let local = [0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes + u16(name.count) + u16(0) + name
    let central =
      [0x50, 0x4b, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes + u16(name.count)
      + [UInt8](repeating: 0, count: 16) + name
    let body = local + program
    return body + central + [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0] + u32(central.count) + u32(body.count) + [0, 0]
  }

  @Test(
    arguments: [
      ("no end", Array("}}}".utf8), "cut short"),
      ("empty stack", Array(".".utf8), "takes what isn't there"),
      ("pop below a mark", Array("N(0.".utf8), "takes what isn't there"),
      ("unknown operation", Array("\u{1}.".utf8), "has the operation 1"),
      ("memory of nothing", Array("h\u{7}.".utf8), "takes what isn't there"),
      (
        "global that is called", Array("cos\nsystem\n(U\u{2}ls".utf8) + [0x85] + Array("R.".utf8),
        "takes what isn't there"
      ),
      ("system", Array("cos\nsystem\nU\u{2}ls".utf8) + [0x85] + Array("R.".utf8), "'os.system'"),
      ("instance", Array("(ios\nsystem\n.".utf8), "has the operation 105"),
      ("dictionary with half an entry", Array("}(Ne.".utf8), "has a key without a value"),
      ("text longer than the file", Array("X".utf8) + [255, 255, 255, 255], "cut short"),
      (
        "list added to itself for ever",
        Array("]q\u{0}".utf8) + Array(String(repeating: "(h\u{0}h\u{0}e", count: 9).utf8) + Array(".".utf8),
        "holds no tensors"
      ),
      ("dictionary inside itself", Array("}q\u{0}U\u{1}ah\u{0}s.".utf8), "more than 16 deep"),
      (
        "nested tuples",
        [UInt8](repeating: 0x29, count: 1) + [UInt8](repeating: 0x85, count: 100_000) + Array(".".utf8),
        "holds no tensors"
      ),
      ("long without end", [0x8a, 200, 1], "cut short"),
    ] as [(String, [UInt8], String)])
  func hostilePicklesAreRefused(_ name: String, _ program: [UInt8], _ message: String) throws {
    let bytes = archive(program)
    let error = #expect(throws: ZooError.self) { try bytes.withUnsafeBytes { try WeightsFile($0) } }
    #expect(error?.description.contains(message) == true, "\(name): \(String(describing: error))")
  }

  /// 60 MB of such programs took 3.7 GB, and some of them minutes.
  @Test(
    arguments: [
      ("a stack", [0x28] + [UInt8](repeating: 0x4E, count: 1_000_000)),
      ("a memo", Array(repeating: [0x4E, 0x94] as [UInt8], count: 500_000).flatMap(\.self)),
      ("marks", [UInt8](repeating: 0x28, count: 1_000_000)),
      ("a list of lists", [0x28] + [UInt8](repeating: 0x5D, count: 1_000_000) + [0x6C]),
    ] as [(String, [UInt8])])
  func whatAPickleBuildsIsCharged(_ name: String, _ program: [UInt8]) throws {
    var limits = LoadLimits.default
    limits.structureMemory = 1 << 20
    let bytes = archive(program + Array(".".utf8))
    let error = #expect(throws: ZooError.self) {
      try bytes.withUnsafeBytes { try WeightsFile($0, limits: limits) }
    }
    #expect(error?.description.contains("builds more than") == true, "\(name): \(String(describing: error))")
  }

  @Test(arguments: ["types.safetensors", "state.pth", "checkpoint.pth"])
  func damageGivesAnErrorOrWeights(_ name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: "\(Self.fixtures)/\(name)")))
    for count in stride(from: 0, to: bytes.count, by: 3) {
      #expect(throws: ZooError.self) { try Array(bytes[..<count]).withUnsafeBytes { try WeightsFile($0) } }
    }
    var random = SplitMix(state: 3)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: damaged.indices, using: &random)
        damaged[position] = UInt8.random(in: .min ... .max, using: &random)
      }
      _ = try? damaged.withUnsafeBytes { try WeightsFile($0) }
    }
  }
}
