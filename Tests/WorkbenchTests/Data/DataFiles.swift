import Foundation
import ZooData
import ZooWorkbench

/// Writes small data sets for tests.
struct DataFiles {
  let folder: String

  /// A gray picture whose every sample is `value`.
  func image(_ path: String, value: Float, width: Int = 6, height: Int = 5, channels: Int = 1) throws {
    let image = try Image(
      width: width, height: height, channels: channels, sampleType: .uint8,
      samples: [Float](repeating: value, count: width * height * channels))
    try file(path, PNGWriter.encode(image))
  }

  func file(_ path: String, _ bytes: [UInt8]) throws {
    let url = URL(fileURLWithPath: "\(folder)/\(path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func text(_ path: String, _ text: String) throws { try file(path, Array(text.utf8)) }

  func spec(_ source: DataSpec.Source) -> DataSpec {
    var spec = DataSpec()
    spec.source = source
    spec.root = folder
    spec.height = 5
    spec.width = 6
    return spec
  }

  static func with<R>(_ body: (DataFiles) throws -> R) throws -> R {
    try ImageFixtures.withFolder { try body(DataFiles(folder: $0)) }
  }
}
