import Foundation
import ZooFormat

/// Which kind of source a folder is, for specs that don't say.
enum SourceInference {
  static let simulationRemedy =
    "Set data.root=FOLDER (or data.manifest=FILE); simulated cells come by data.source=simulated"

  /// What the folder holds; `auto` if nothing names a folder or a table. Never simulated: nobody asked for that.
  static func source(of data: DataSpec) -> DataSpec.Source {
    guard let root = data.root else { return data.manifest == DataSpec().manifest ? .auto : .csv }
    func has(_ file: String) -> Bool {
      FileManager.default.fileExists(atPath: file.hasPrefix("/") ? file : root + "/" + file)
    }
    if has(data.manifest) { return .csv }
    if has(data.idx.trainImages) { return .idx }
    return .folder
  }

  /// What speaks against taking the subfolders as classes, where nobody said that they are: a table or a spreadsheet that
  /// is called something else than the manifest most likely says more of the images.
  static func otherTable(_ data: DataSpec) -> ZooError? {
    guard let root = data.root, source(of: data) == .folder, let names = try? FolderSource.contents(root) else {
      return nil
    }
    func refusal(_ problem: String, _ remedy: String?) -> ZooError {
      ZooError(.badInput, file: root, problem: problem, expected: "the table of the images", remedy: remedy)
    }
    if data.manifest != DataSpec().manifest {
      return refusal(
        "there is no '\(data.manifest)'", NearestName.of(data.manifest, in: names).map { "Did you mean '\($0)'?" })
    }
    func first(_ endings: Set<String>) -> String? {
      names.first { endings.contains(($0 as NSString).pathExtension.lowercased()) }
    }
    let folders = "or data.source=folder to take each subfolder as a class"
    if let table = first(["csv", "tsv"]) {
      return refusal(
        "there is no manifest.csv, but a table '\(table)'", "Set data.manifest=\(table) to use it, \(folders)")
    }
    return first(["xlsx", "xls", "ods"]).map {
      refusal(
        "there is no manifest.csv, but a spreadsheet '\($0)'",
        "Save its sheet as manifest.csv (CSV UTF-8), \(folders)")
    }
  }
}
