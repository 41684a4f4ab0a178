import Foundation
import ZooFormat

extension Dataset {
  /// The SHA-256 of what is stored of each of some samples; `nil` of one that can't be read.
  package func contents(_ indices: [Int], threads: Int) -> [[UInt8]?] {
    digests(indices, threads: threads).map { try? $0.get() }
  }

  /// The SHA-256 of what is stored of every sample. O(bytes).
  /// - Throws: ``ZooError`` naming a file that can't be read.
  package func contents(threads: Int) throws(ZooError) -> [[UInt8]] {
    var contents: [[UInt8]] = []
    for digest in digests(Array(samples.indices), threads: threads) { contents.append(try digest.get()) }
    return contents
  }

  private func digests(_ indices: [Int], threads: Int) -> [Result<[UInt8], ZooError>] {
    ParallelMap.map(indices, threads: threads) { index throws(ZooError) in
      SHA256.digest(try source.content(entries[index]))
    }
  }

  /// SHA-256 over ids, labels, classes, channels and which they are in each folder, groups, weights and stored contents of
  /// all samples, as 64 hexadecimal digits.
  ///
  /// Two data sets with the same fingerprint are the same data. Reads every file once: O(bytes).
  /// - Throws: ``ZooError`` naming a file that can't be read.
  package func fingerprint(threads: Int = 2) throws(ZooError) -> String {
    try fingerprint(of: contents(threads: threads))
  }

  /// - Parameter contents: of every sample.
  package func fingerprint(of contents: [[UInt8]]) -> String {
    var hasher = SHA256()
    func add(_ texts: [String]) {
      var line = "\(texts.count)\n"
      for text in texts { line += "\(text.utf8.count):\(text)\n" }
      Array(line.utf8).withUnsafeBytes { hasher.update($0) }
    }
    add(classes)
    add(channels)
    add(groupColumns)
    add([note ?? ""])
    for (pattern, names) in folderChannels.sorted(by: { $0.key < $1.key }) { add([pattern] + names) }
    for (sample, content) in zip(samples, contents) {
      add(
        [sample.id, sample.label.map { classes[$0] } ?? "", sample.subset?.rawValue ?? ""] + sample.groups
          + (sample.weight == 1 ? [] : ["weight \(sample.weight)"]))
      content.withUnsafeBytes { hasher.update($0) }
    }
    return Self.hexadecimal(hasher.finish())
  }

  package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }
}
