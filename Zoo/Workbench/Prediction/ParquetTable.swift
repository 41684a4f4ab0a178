import Foundation
import ZooFormat

/// A table of predictions that ends as a Parquet file: written as CSV, which is then turned into it.
package struct ParquetTable {
  private let path: String
  private let script: ParquetScript

  /// Whether a file's name asks for Parquet.
  package static func isNamed(_ path: String) -> Bool { path.lowercased().hasSuffix(".parquet") }

  /// Looks whether it can be written, before anything is predicted.
  /// - Parameters:
  ///   - path: Of the Parquet file.
  ///   - python: A Python 3 that has pyarrow; `python3` of the search path if `nil`.
  /// - Throws: ``ZooError`` with the commands that bring pyarrow if there is none.
  package init(_ path: String, python: String?) throws(ZooError) {
    self.path = path
    try OutputPath.checkFile(path)
    script = try ParquetScript(python: python)
    try script.run(["--check"], file: path)
  }

  /// Where the table stands as CSV until it is whole.
  package var csvPath: String { path + ".csv" }

  /// Turns the table at ``csvPath`` into Parquet, whole or not at all, and removes it. Numbers are float64, `frame` int64, and
  /// all else texts, but for `uncertain`. Memory is that of some thousand rows.
  /// - Throws: ``ZooError`` with what pyarrow says.
  package func finish() throws(ZooError) {
    // The script fills a file that was made here, so that it can't be a link to another one.
    let file = try AtomicFile(path)
    try script.run(["--write", csvPath, file.temporaryPath], file: path)
    try file.commit()
    unlink(csvPath)
  }
}
