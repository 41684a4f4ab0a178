import Foundation
import ZooFormat

/// Images that stand in the data more than once, under one path or with the same bytes under several.
enum ImageCopies {
  /// Places in `entries` whose stored contents are the same, each group in ascending order, the groups by their first.
  ///
  /// Files of one size are told apart by a few of their bytes; only those that agree in these are read whole.
  /// O(files), and O(bytes) of the copies.
  static func groups(_ entries: [Int], _ source: any SampleSource) throws(ZooError) -> [[Int]] {
    var bySample: [Sample: [Int]] = [:]
    for (place, entry) in entries.enumerated() {
      guard let file = source.file(entry), let sample = Sample(file) else { continue }
      bySample[sample, default: []].append(place)
    }
    var groups: [[Int]] = []
    for places in bySample.values where places.count > 1 {
      var byContent: [[UInt8]: [Int]] = [:]
      for place in places {
        let digest = SHA256.digest(try source.content(entries[place]))
        byContent[Array(digest), default: []].append(place)
      }
      groups += byContent.values.filter { $0.count > 1 }
    }
    return groups.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }

  /// The size of a file and a few bytes of its middle and of its end.
  private struct Sample: Hashable {
    private let size: Int
    private let bytes: [UInt8]

    init?(_ path: String) {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      size = Int(status.st_size)
      var bytes: [UInt8] = []
      for start in [size / 2, max(0, size - 64)] {
        bytes += [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
          count = max(0, pread(descriptor, buffer.baseAddress, 64, off_t(start)))
        }
      }
      self.bytes = bytes
    }
  }
}
