import Foundation
import Testing

@testable import ZooWorkbench

/// The fixture is what TensorBoard's own writer makes of the same events: `Benchmarks/tensorboard_events.py`.
@Suite struct EventFileTests {
  @Test func recordsAreTheBytesThatTensorBoardWrites() throws {
    let url = try #require(
      Bundle.module.url(forResource: "events", withExtension: "tfevents", subdirectory: "Fixtures/tensorboard"))
    let ours =
      EventFile.record(EventFile.version(1.5))
      + EventFile.record(
        EventFile.event(
          time: 2.5, step: 300,
          [("train/loss", 0.25), ("validation/accuracy", 0), ("validation/loss", 1e-3)]))
    #expect(try ours == Array(Data(contentsOf: url)))
  }

  /// RFC 3720, B.4.
  @Test func checksumsAreThoseOfTheStandard() {
    #expect(EventFile.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(EventFile.checksum(Array(0..<32)) == 0x46DD_794E)
  }

  @Test func aFileGrowsByAnEventForEachEpochAndGoesOn() throws {
    try ImageFixtures.withFolder { path in
      let folder = RunFolder(path + "/run")
      let records = (1...3).map {
        LogRecord(epoch: $0, step: 10 * $0, trainLoss: 1 / Double($0), validation: ["loss": 0.5], learningRate: 0.1)
      }
      let writer = try RunWriter(folder, .adding)
      let file = try EventFile(writer, [])
      for record in records.prefix(2) { try file.append(record) }
      let before = try sizes(folder)
      #expect(before.count == 3)
      // A resumed run writes what the log holds, and goes on.
      let resumed = try EventFile(writer, Array(records.prefix(2)))
      try resumed.append(records[2])
      let after = try sizes(folder)
      #expect(after == before + [before[1]])
    }
  }

  /// The lengths of the records of a file, which are whole.
  private func sizes(_ folder: RunFolder) throws -> [Int] {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: folder.path(.events))))
    var (sizes, place): ([Int], Int) = ([], 0)
    while place < bytes.count {
      let size = bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      let content = Array(bytes[place + 12..<place + 12 + size])
      #expect(Array(bytes[place..<place + 16 + size]) == EventFile.record(content))
      sizes.append(size)
      place += 16 + size
    }
    return sizes
  }
}
