import ZooFormat
import ZooImages

/// Files of other programs that are given as tables: JSON in its kinds, and NumPy's arrays.
enum NoTable {
  /// Bytes that tell one kind of JSON from another.
  private static let looked = 1 << 16

  /// What it is and what to do; `nil` for what may be a table.
  static func refusal(_ bytes: [UInt8], file: String) -> ZooError? {
    func refusal(_ what: String, _ remedy: String) -> ZooError {
      ZooError(.badInput, file: file, problem: "is \(what)", expected: "a CSV file", remedy: remedy)
    }
    if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
      if file.hasSuffix("_seg.npy") {
        return refusal(
          "what Cellpose keeps of an image (_seg.npy)",
          "Save its masks as label images, in the program (File, Save masks as PNG/tif) or by Python: tifffile.imwrite(FILE.replace(\"_seg.npy\", \"_masks.tif\"), numpy.load(FILE, allow_pickle=True).item()[\"masks\"].astype(\"uint16\")), and set data.cells.tables to these"
        )
      }
      return refusal(
        "a NumPy array (.npy)",
        "Write a table of numbers as CSV with a header; of pixels: \(ForeignFormat.arrays)")
    }
    let text = bytes.prefix(looked).drop { $0 <= 0x20 || [0xEF, 0xBB, 0xBF].contains($0) }
    guard isJSON(text) else { return nil }
    if let tool = AnnotationTool(Array(bytes.prefix(AnnotationTool.prefix))) {
      return refusal("annotations of \(tool.rawValue), which aren't read", tool.remedy)
    }
    let start = String(decoding: text, as: UTF8.self)
    let areLines = hasObjectPerLine(text)
    if start.first == "{", !areLines,
      ["\"images\"", "\"annotations\"", "\"categories\""].contains(where: start.contains)
    {
      return refusal(
        "JSON of boxes, as COCO has it",
        "Set data.source=cells, data.cells.layout=coco, data.cells.tables to this file and data.cells.images to its images"
      )
    }
    return refusal(
      areLines ? "JSON lines, an object on each" : "JSON",
      "Write it as CSV, e.g. by pandas: pandas.read_json(\"FILE\"\(areLines ? ", lines=True" : "")).to_csv(\"manifest.csv\", index=False); data.columns says what its columns are, e.g. data.columns.path=file_name"
    )
  }

  /// Whether it begins as an object, or as a list of objects, lists or texts; `[Data]` is no JSON.
  private static func isJSON(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, first == 0x7B || first == 0x5B else { return false }
    guard let next = text.dropFirst().first(where: { $0 > 0x20 }) else { return false }
    return first == 0x7B ? next == 0x22 || next == 0x7D : [0x7B, 0x5B, 0x22].contains(next)
  }

  /// Whether the first line is an object, and the second begins another.
  private static func hasObjectPerLine(_ text: ArraySlice<UInt8>) -> Bool {
    let lines = text.split(whereSeparator: CSV.Reader.isLineBreak).prefix(2).map { line in
      (first: line.first { $0 > 0x20 }, last: line.last { $0 > 0x20 })
    }
    guard let line = lines.first, line.first == 0x7B, line.last == 0x7D else { return false }
    return lines.count == 2 && lines[1].first == 0x7B
  }
}
