import Foundation
import ZooFormat
import ZooImages

/// Counts what stands among images and isn't taken, by the ending of its name.
package struct SkippedFiles {
  private var endings: [String: Int] = [:]
  /// Ending → the folders that such files stand in, by their paths.
  private var places: [String: Set<String>] = [:]
  private var folders: [String] = []
  private var hidden = 0
  private var images = 0
  private var exclusion: FileExclusion

  package init(_ exclusion: FileExclusion = FileExclusion()) { self.exclusion = exclusion }

  /// Folders that systems make by themselves, with copies of images in them.
  private static let systems: Set<String> = [
    "@eaDir", "__MACOSX", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found",
  ]

  /// Whether a name is one that a user doesn't see, or never made.
  package static func isHidden(_ name: String) -> Bool { name.hasPrefix(".") || systems.contains(name) }

  /// - Parameter file: Its path in the folder of the data.
  package mutating func add(file: String) {
    let ending = (file as NSString).pathExtension.lowercased()
    let key = ending.isEmpty ? "no ending" : "." + ending
    endings[key, default: 0] += 1
    places[key, default: []].insert((file as NSString).deletingLastPathComponent)
  }

  /// In which folder, or in how many, files of an ending stand; empty for the folder of the data itself.
  private func place(_ ending: String) -> String {
    let folders = places[ending] ?? []
    guard let first = folders.subtracting([""]).min(by: NaturalOrder.precedes) else { return "" }
    return " in \(folders.count == 1 ? "" : "\(folders.count) folders, e.g. ")'\(first.onOneLine)'"
  }

  /// Whether `data.exclude` leaves out what stands at `path` in `root`.
  package mutating func excludes(_ path: String, in root: String) -> Bool {
    exclusion.excludes(path, isFolder: FileKind("\(root)/\(path)") == .folder)
  }

  /// The same of a file, and of the folders that it stands in.
  mutating func excludesPath(_ path: String, in root: String) -> Bool {
    let parts = path.split(separator: "/")
    return (1...max(parts.count, 1)).contains { count in
      excludes(parts.prefix(count).joined(separator: "/"), in: root)
    }
  }

  package mutating func add(folder: String) { folders.append(folder) }

  package mutating func addHidden() { hidden += 1 }

  /// Images beside the folders of the classes.
  mutating func addImage() { images += 1 }

  /// What makes images of them, if they are of a kind that is known.
  package var remedy: String? {
    endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.lazy.compactMap { ending in
      ForeignFormat.all.first { $0.extensions.contains(String(ending.key.dropFirst())) }?.remedy
    }.first
  }

  /// A sentence for each kind, none if nothing was passed over.
  package var remarks: [String] {
    var remarks = exclusion.remarks
    if !endings.isEmpty {
      let count = endings.values.reduce(0, +)
      let found = endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
        "\($0.key) \($0.value)\(place($0.key))"
      }
      remarks.append(
        "\(Figures.counted(count, "file")) passed over that \(count == 1 ? "is" : "are") no image that is read (\(found.joined(separator: ", ")))"
      )
    }
    if images > 0 {
      remarks.append("\(Figures.counted(images, "image")) passed over that \(images == 1 ? "is" : "are") in no class")
    }
    if hidden > 0 { remarks.append("\(Figures.counted(hidden, "hidden file")) passed over") }
    if !folders.isEmpty {
      let shown = folders.prefix(3).map { "'\($0.onOneLine)'" }.joined(separator: ", ")
      remarks.append(
        "\(Figures.counted(folders.count, "subfolder")) passed over (\(shown)\(folders.count > 3 ? " …" : ""))")
    }
    return remarks
  }
}
