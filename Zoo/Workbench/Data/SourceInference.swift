import Foundation

/// Which kind of source a folder is, for specs that don't say.
enum SourceInference {
  /// Simulated without a folder; otherwise what the folder holds.
  static func source(of data: DataSpec) -> DataSpec.Source {
    guard let root = data.root else { return .simulated }
    func has(_ file: String) -> Bool {
      FileManager.default.fileExists(atPath: file.hasPrefix("/") ? file : root + "/" + file)
    }
    if has(data.manifest) { return .csv }
    if has(data.idx.trainImages) { return .idx }
    return .folder
  }
}
