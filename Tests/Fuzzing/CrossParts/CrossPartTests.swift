import Foundation
import Testing

@testable import ZooWorkbench

/// The short form of what `fuzz.sh` does for long: the same inputs in every run, a few seconds of them.
/// `ZOO_FUZZ_CASES` and `ZOO_FUZZ_SEED` make it longer; `ZOO_FUZZ_TRACE` names the file that says which input is tried.
@Suite("What crosses parts", .serialized) struct CrossPartTests {
  private static func setting(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  @Test("works or is refused, whatever it is, within a second and within the memory", arguments: CrossPart.allCases)
  func anything(_ part: CrossPart) throws {
    let cases = Self.setting("ZOO_FUZZ_CASES") ?? 300
    let first = Self.setting("ZOO_FUZZ_SEED") ?? 0
    let trace = ProcessInfo.processInfo.environment["ZOO_FUZZ_TRACE"]
    let account = MemoryAccount(256 << 20, origin: "the test")
    var worked = 0
    for number in first..<first + cases {
      let bytes = Self.bytes(part, number)
      if let trace { try Data("\(part.rawValue) \(number)\n".utf8).write(to: URL(fileURLWithPath: trace)) }
      let start = ContinuousClock.now
      do {
        try MemoryAccount.$current.withValue(account) { try part.attempt(bytes) }
        worked += 1
      } catch is ZooError {
      } catch is SpecProblems {
      } catch is ValueNeeded {
      } catch {
        Issue.record("\(part) \(number): \(type(of: error)): \(error)")
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      // Ten times what is promised: tests run beside each other, unoptimised.
      #expect(seconds < 10, "\(part) \(number)")
      #expect(account.takenByteCount == 0, "\(part) \(number) keeps \(account.takenByteCount) bytes")
    }
    // What refuses everything tries nothing.
    #expect(worked > 0, "none of \(cases) worked")
  }

  private static func bytes(_ part: CrossPart, _ number: Int) -> [UInt8] {
    var random = SplitMix64(seed: UInt64(number), stream: 7)
    let seeds = part.seeds
    guard !seeds.isEmpty else { return (0..<96).map { _ in UInt8(random.next(below: 256)) } }
    let seed = seeds[number % seeds.count]
    return seed.choice + changed(seed.content, number / seeds.count % 7, &random)
  }

  /// `bytes` with some places changed as files are changed by accident and on purpose.
  private static func changed(_ bytes: [UInt8], _ count: Int, _ random: inout SplitMix64) -> [UInt8] {
    let words = [",", "\"", "\n", "1e99", "nan", "-1", "[", "{", "'=", "\u{202E}", "9999999999999999999", "\r", ";"]
    var bytes = bytes
    for _ in 0..<count where !bytes.isEmpty {
      let place = random.next(below: bytes.count)
      switch random.next(below: 5) {
      case 0: bytes[place] = UInt8(random.next(below: 256))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: Array(words[random.next(below: words.count)].utf8), at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 40))
      default: bytes += bytes[place...].prefix(4096)
      }
    }
    return bytes
  }
}
