import Foundation
import Testing
import ZooData
import ZooWorkbench

@testable import ZooImages

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

  /// Cuts `bytes` at many lengths and damages single bytes: each is read, or refused by an error of ours about the input
  /// that names the `file`, if the reader knows one. Nearly every cut is refused (not one that takes bytes that nobody
  /// needs, or the link to another page), and so is some other damage.
  static func torment(
    _ bytes: [UInt8], file: String?, sourceLocation: SourceLocation = #_sourceLocation,
    _ decode: ([UInt8]) throws -> Void
  ) {
    func isRefused(_ damaged: [UInt8]) -> Bool {
      do {
        try decode(damaged)
        return false
      } catch let error as ZooError {
        #expect(error.kind == .badInput && error.location.file == file, "\(error)", sourceLocation: sourceLocation)
      } catch {
        Issue.record("not an error of ours: \(error)", sourceLocation: sourceLocation)
      }
      return true
    }
    let lengths = Array(stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)))
    let read = lengths.filter { !isRefused(Array(bytes.prefix($0))) }
    #expect(
      read.count * 40 <= lengths.count, "of \(bytes.count) bytes, \(read) are read", sourceLocation: sourceLocation)
    var random = KeyedRandom(seed: 1, UInt64(bytes.count))
    var refused = 0
    for _ in 0..<400 {
      var damaged = bytes
      for _ in 0...random.below(3) {
        damaged[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      refused += isRefused(damaged) ? 1 : 0
    }
    #expect(refused > 0, "no damage is noticed", sourceLocation: sourceLocation)
  }
}
