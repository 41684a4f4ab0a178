import ZooFormat

/// The places that a command will write to, looked at before it works for hours.
package enum OutputPath {
  /// - Throws: ``ZooError`` if no file can be made or replaced there. What stands there stays as it is.
  package static func checkFile(_ path: String) throws(ZooError) { _ = try AtomicFile(path) }

  /// - Throws: ``ZooError`` if something stands there but an empty folder.
  package static func checkFolder(_ path: String) throws(ZooError) { try StagedFolder.check(path) }
}
