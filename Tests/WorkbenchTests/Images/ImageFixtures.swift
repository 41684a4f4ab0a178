import Foundation
import Testing
import ZooWorkbench

/// Images made by `Fixtures/images/make_fixtures.py`.
enum ImageFixtures {
  static func path(_ name: String) -> String { folder + "/" + name }

  static let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/images").path ?? ""

  /// The formula that all fixtures follow, planar.
  static func pattern(channels: Int, bits: Int, page: Int = 0) -> [Float] {
    var samples: [Float] = []
    for channel in 0..<channels {
      for y in 0..<11 {
        for x in 0..<13 {
          samples.append(Float((x * 3701 + y * 10103 + channel * 5903 + page * 907) % (1 << bits)))
        }
      }
    }
    return samples
  }

  /// A folder that is gone after `body`.
  static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  /// Cuts `bytes` at every length and damages single bytes: every outcome but a trap is fine.
  static func torment(_ bytes: [UInt8], _ decode: ([UInt8]) throws -> Void) {
    for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
      try? decode(Array(bytes.prefix(length)))
    }
    var random = KeyedRandom(seed: 1, UInt64(bytes.count))
    for _ in 0..<400 {
      var damaged = bytes
      for _ in 0...random.below(3) {
        damaged[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      try? decode(damaged)
    }
  }
}
