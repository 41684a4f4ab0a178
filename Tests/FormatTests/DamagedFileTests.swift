import Testing
import ZooFormat

/// Damage of any kind gives an error or a valid model, never a crash.
@Suite struct DamagedFileTests {
  @Test func everyTruncationIsRefused() throws {
    let bytes = try Samples.everything().serialized()
    for count in 0..<bytes.count {
      #expect(throws: ZooError.self, "\(count) of \(bytes.count) bytes") {
        _ = try Model(serialized: Array(bytes[..<count]))
      }
    }
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let model = try Samples.everything()
    let bytes = try model.serialized()
    var survivors = 0
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1 << UInt8(position % 8)
      guard let read = try? Model(serialized: damaged) else { continue }
      // Only padding and the version of the writer may change unnoticed.
      survivors += 1
      #expect(read.graph.nodes.count == model.graph.nodes.count)
    }
    #expect(survivors < bytes.count / 4)
  }

  /// With the digest put right again, what stands behind it has to stand by itself.
  @Test func mutatedStructuresDontCrash() throws {
    let bytes = try Samples.everything().serialized()
    let outline = try Outline(bytes)
    var random = SplitMix(state: 7)
    var valid = 0
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: outline.structure, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: damaged[position] = UInt8.random(in: .min ... .max, using: &random)
        case 1: damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        default: damaged.swapAt(position, Int.random(in: outline.structure, using: &random))
        }
      }
      damaged.replaceSubrange(outline.digest, with: SHA256.digest(Array(damaged[outline.structure])))
      guard let model = try? Model(serialized: damaged) else { continue }
      valid += 1
      _ = try model.serialized()
    }
    #expect(valid > 0)
  }

  /// Where the fields of a small file stand.
  private struct Outline {
    var digest = 0..<0
    var structure = 0..<0

    init(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { buffer in
        var reader = WireReader(buffer)
        while let field = try reader.next() {
          guard case .bytes(let payload) = field.value else { continue }
          let range = reader.position - payload.count..<reader.position
          if field.number == 4 { digest = range }
          if field.number == 5 { structure = range }
        }
      }
    }
  }
}

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
