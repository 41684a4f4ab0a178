import Foundation
import ZooFormat
import ZooImages

/// Files of boxes, as COCO has them, beside folders of images: they say where cells are in whole images.
package struct BoxesBeside {
  package let path: String
  private let images: Int
  private let boxes: Int
  /// Names of the images, without their folders.
  private let names: Set<String>

  /// Larger files are passed over: decoding them takes too long for a look.
  private static let mostBytes = 1 << 26
  private static let marks = ["\"images\"", "\"annotations\"", "\"categories\"", "\"info\"", "\"licenses\""]

  /// - Parameters:
  ///   - path: Of the file below the folder.
  ///   - start: Its first bytes.
  /// - Returns: `nil` for what isn't COCO's JSON. O(bytes).
  init?(_ path: String, in root: String, start: [UInt8]) {
    let text = String(decoding: start, as: UTF8.self)
    guard start.first(where: { $0 > 0x20 }) == 0x7B, Self.marks.contains(where: text.contains),
      let bytes = try? FileBytes.read("\(root)/\(path)", prefix: Self.mostBytes), bytes.count < Self.mostBytes,
      let file = try? COCOFile("\(root)/\(path)"), !file.annotations.isEmpty
    else { return nil }
    self.path = path
    images = file.images.count
    boxes = file.annotations.count { $0.box != nil }
    names = Set(file.images.map { ($0.fileName.replacing("\\", with: "/") as NSString).lastPathComponent })
  }

  private var counts: String { "\(Figures.counted(images, "image")), \(boxes) boxes" }

  /// What speaks against taking subfolders as classes: boxes of cells in their images.
  /// - Parameters:
  ///   - shown: Names of the subfolders.
  ///   - paths: Of the images below the root.
  ///   - otherwise: What to do if they are classes all the same.
  static func refusal(
    _ found: [BoxesBeside], _ root: String, folders shown: String, images paths: [String], otherwise: String
  ) -> ZooError? {
    guard let first = found.first else { return nil }
    let others = found.dropFirst().map { "'\($0.path.onOneLine)' (\($0.counts))" }
    let further =
      others.isEmpty ? "" : "; so are \(others.prefix(3).joined(separator: ", "))\(others.count > 3 ? " …" : "")"
    return ZooError(
      .badInput, file: root,
      problem:
        "beside the images of the subfolders (\(shown)), '\(first.path.onOneLine)' is COCO (\(first.counts))\(further): these are whole images with cells in them, and no classes",
      expected: "a spec that says what is what",
      remedy:
        "Set data.source=cells, data.cells.layout=coco, data.cells.tables=\"\(first.path)\"\(others.isEmpty ? "" : " (one of them, if they are of the same cells)") and data.cells.images=\(first.pattern(paths)); see Documentation/Microscopy.md. \(otherwise)"
    )
  }

  /// The images that the file lists, as `data.cells.images` has them.
  private func pattern(_ paths: [String]) -> String {
    let listed = paths.filter { names.contains(($0 as NSString).lastPathComponent) }
    let folders = Set(listed.map { ($0 as NSString).deletingLastPathComponent })
    guard let example = listed.first else {
      let name = names.min(by: NaturalOrder.precedes) ?? ""
      return
        "the images that it was drawn on, which aren't there by their names (e.g. '\(name.onOneLine)'); boxes count pixels of these"
    }
    let depth = example.split(separator: "/").count - 1
    let folder =
      folders.count == 1
      ? folders.first ?? "" : (0..<depth).map { $0 == 0 ? "{experiment}" : "*" }.joined(separator: "/")
    let file = "{field}.\((example as NSString).pathExtension)"
    return "\"\(folder.isEmpty ? file : "\(folder)/\(file)")\""
  }
}
