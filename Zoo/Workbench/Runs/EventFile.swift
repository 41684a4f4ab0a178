import Foundation
import ZooFormat

/// The log once more, in the form that TensorBoard reads: `events.out.tfevents.zoo`.
///
/// A file of TFRecords (a length, its checksum, the bytes, their checksum), each with a message `tensorflow.Event`
/// (tensorflow/core/util/event.proto). Scalars only; their step is that of the optimizer.
final class EventFile {
  private let file: GrowingFile
  /// Seconds since 1970 at which the run's own time was 0.
  private let start: Double

  /// Writes the events of all records that the log holds already.
  init(_ writer: RunWriter, _ records: [LogRecord]) throws {
    start = Date().timeIntervalSince1970 - (records.last?.seconds ?? 0)
    var bytes = Self.record(Self.version(start))
    for record in records { bytes += Self.events(record, start) }
    file = try GrowingFile(writer, .events, startingWith: bytes)
  }

  func append(_ record: LogRecord) throws { try file.append(Self.events(record, start)) }

  // MARK: Messages

  /// What a reader takes the file's form from.
  static func version(_ time: Double) -> [UInt8] {
    var event = WireWriter()
    event.double(1, time)
    event.presentString(3, "brain.Event:2")
    return event.bytes
  }

  /// One event with all scalars of an epoch, as a TFRecord.
  private static func events(_ record: LogRecord, _ start: Double) -> [UInt8] {
    var scalars: [(tag: String, value: Double)] = [
      ("train/loss", record.trainLoss), ("train/learning_rate", record.learningRate),
      ("train/items_per_second", record.itemsPerSecond), ("train/data_wait_share", record.dataWaitShare),
      ("train/epoch", Double(record.epoch)),
    ]
    scalars += record.validation.sorted { $0.key < $1.key }.map { ("validation/\($0.key)", $0.value) }
    return self.record(event(time: start + record.seconds, step: record.step, scalars))
  }

  static func event(time: Double, step: Int, _ scalars: [(tag: String, value: Double)]) -> [UInt8] {
    var event = WireWriter()
    event.double(1, time)
    event.integer(2, step)
    event.message(5) { summary in
      for scalar in scalars {
        summary.message(1) { value in
          value.presentString(1, scalar.tag)
          value.presentFloat(2, Float(scalar.value))
        }
      }
    }
    return event.bytes
  }

  // MARK: Records

  static func record(_ bytes: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(maskedChecksum(length)) + bytes + littleEndian(maskedChecksum(bytes))
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// A checksum of bytes that may hold checksums, turned so that it isn't one of them.
  private static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// CRC-32C (Castagnoli), reflected.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 0 ? 0 : 0x82F6_3B78) }
    }
  }
}
