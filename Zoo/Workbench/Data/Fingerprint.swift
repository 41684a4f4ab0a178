import Foundation
import ZooFormat

extension Dataset {
  /// SHA-256 over ids, labels, classes, channels, groups and stored contents of all samples, as 64 hexadecimal digits.
  ///
  /// Two data sets with the same fingerprint are the same data. Reads every file once: O(bytes).
  /// - Throws: ``ZooError`` naming a file that can't be read.
  public func fingerprint(threads: Int = 2) throws(ZooError) -> String {
    let contents = ParallelMap.map(entries, threads: threads) { entry throws(ZooError) in
      SHA256.digest(try source.content(entry))
    }
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
    for (sample, content) in zip(samples, contents) {
      add([sample.id, sample.label.map { classes[$0] } ?? "", sample.subset?.rawValue ?? ""] + sample.groups)
      try content.get().withUnsafeBytes { hasher.update($0) }
    }
    return hasher.finish().map { String(format: "%02x", $0) }.joined()
  }
}
