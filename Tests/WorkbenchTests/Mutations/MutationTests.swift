import Foundation
import Testing
import ZooData
import ZooWorkbench

/// Readers of what comes from outside, on thousands of small changes to good files: each is refused by an error of ours or
/// read, at once, and nothing traps. The changes are the same every time; Tests/Fuzzing goes further.
@Suite struct MutationTests {
  /// The longest that one input may take.
  private static let longest = Duration.seconds(1)

  /// - Parameter file: What the reader's errors call the input, if it knows a name.
  private func mutate(
    _ seed: [UInt8], count: Int, name: String, file: String? = nil, _ read: ([UInt8]) throws -> Void
  ) throws {
    var refused = 0
    var random = MutationSource(seed: UInt64(seed.count) &+ 17)
    for round in 0..<count {
      let bytes = random.mutation(of: seed)
      let clock = ContinuousClock()
      let duration = clock.measure {
        do {
          try read(bytes)
        } catch {
          refused += 1
          let problems = (error as? SpecProblems)?.problems ?? [error as? ZooError].compactMap { $0 }
          #expect(!problems.isEmpty, "\(name), change \(round): \(error)")
          for problem in problems {
            #expect(problem.location.file == file, "\(name), change \(round): \(problem)")
            #expect(problem.kind == .badInput, "\(name), change \(round): \(problem)")
          }
        }
      }
      #expect(duration < Self.longest, "\(name), change \(round) took \(duration)")
    }
    #expect(refused > count / 20, "\(name): \(refused) of \(count) changes are refused")
  }

  private static let files: [String] = {
    let fixtures = "\(Bundle.module.resourcePath ?? "")/Fixtures"
    let folders = ["\(fixtures)/images": [".png", ".tif", ".npy"], "\(fixtures)/jpeg": [".jpg"]]
    return folders.flatMap { folder, endings in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.filter { endings.contains(where: $0.hasSuffix) }.map { "\(folder)/\($0)" }
    }.sorted()
  }()

  @Test(arguments: files) func imageFiles(_ path: String) throws {
    let seed = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    let file = path.hasSuffix(".npy") ? nil : path
    try mutate(seed, count: seed.count > 20_000 ? 60 : 300, name: path, file: file) { bytes in
      if path.hasSuffix(".npy") {
        let tensor = try NumPyFile.decode(bytes)
        #expect(tensor.withUnsafeBytes { $0.count } == tensor.type.byteCount)
      } else {
        let image = try ImageFile.decode(bytes, name: path)
        #expect(image.samples.count == image.width * image.height * image.channels * image.frames)
      }
    }
  }

  @Test func labelsAndImagesOfIDXFiles() throws {
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4]
    let pixels: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(0..<12)
    try mutate(labels, count: 3000, name: "labels") { _ = try IDXFile($0, rank: 1) }
    try mutate(pixels, count: 3000, name: "images") { _ = try IDXFile($0, rank: 3) }
  }

  @Test(arguments: ["quickstart", "pyroptosis", "fashion-mnist"]) func specs(_ name: String) throws {
    let text = try #require(SpecCatalogue.standard.text(of: name))
    let reader = SpecReader()
    try mutate(Array(text.utf8), count: 400, name: name, file: name) { bytes in
      _ = try reader.read(text: String(decoding: bytes, as: UTF8.self), file: name)
    }
  }
}

/// Small changes to bytes: a flipped bit, another byte, a piece cut out or doubled, the end cut off, numbers at their limits.
struct MutationSource {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return count > 0 ? Int((state >> 33) % UInt64(count)) : 0
  }

  mutating func mutation(of seed: [UInt8]) -> [UInt8] {
    var bytes = seed
    for _ in 0...next(3) where !bytes.isEmpty {
      let position = next(bytes.count)
      switch next(6) {
      case 0: bytes[position] ^= 1 << UInt8(next(8))
      case 1: bytes[position] = UInt8(next(256))
      case 2: bytes.removeSubrange(position..<min(position + 1 + next(16), bytes.count))
      case 3: bytes.insert(contentsOf: bytes[position..<min(position + 1 + next(16), bytes.count)], at: position)
      case 4: bytes.removeSubrange(position...)
      default:
        let value = [UInt8](repeating: next(2) == 0 ? 0xff : 0, count: 4)
        bytes.replaceSubrange(position..<min(position + 4, bytes.count), with: value)
      }
    }
    return bytes
  }
}
