/// Programs for annotation whose own files aren't read, known by how these begin.
package enum AnnotationTool: String {
  case labelStudio = "Label Studio"
  case cvat = "CVAT"

  /// Bytes that tell.
  static let prefix = 1 << 13

  /// - Parameter bytes: Of a file, or its first.
  package init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.prefix(Self.prefix), as: UTF8.self)
    let start = text.first { !$0.isWhitespace && $0 != "\u{FEFF}" }
    let marks = ["\"from_name\"", "\"completed_by\"", "\"was_cancelled\"", "\"rectanglelabels\"", "\"annotator\""]
    if start == "[", marks.contains(where: text.contains) {
      self = .labelStudio
    } else if start == "<", text.contains("<annotations>") {
      self = .cvat
    } else {
      return nil
    }
  }

  package var remedy: String {
    "Export them from \(rawValue) as COCO, or make a CSV of image,x,y,label (x and y are the middle of a box in pixels), and set data.source=cells"
  }
}
