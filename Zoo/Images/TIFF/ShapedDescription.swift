import ZooFormat

/// What Python's tifffile writes of an array: `{"shape": [3, 2, 7, 9], "axes": "TCYX"}`.
struct ShapedDescription {
  let shape: [Int]
  /// A letter for each of `shape`; empty if they aren't said.
  let axes: [Character]

  /// `nil` for other texts.
  init?(_ text: String) {
    guard text.hasPrefix("{"), text.contains("\"shape\""),
      let value = try? JSONText(text), case .object(let object) = value,
      case .array(let sizes) = object["shape"]
    else { return nil }
    shape = sizes.compactMap { size in size.integer.flatMap { $0 > 0 ? $0 : nil } }
    guard shape.count == sizes.count, !shape.isEmpty else { return nil }
    if case .string(let letters) = object["axes"], letters.count == shape.count {
      axes = letters.uppercased().map { $0 }
    } else {
      axes = []
    }
  }

  /// The sizes and letters (`?` if they aren't said) of the axes that run through planes of `page`, slowest first.
  /// - Throws: ``ZooError`` if the shape isn't that of such pages.
  func planeAxes(_ page: TIFFPage) throws(ZooError) -> TIFFPlanes.Axes {
    var tail = [page.height, page.width]
    if page.samplesPerPixel > 1 { tail.insert(page.samplesPerPixel, at: page.isPlanar ? 0 : 2) }
    var sizes = shape
    var letters = axes.isEmpty ? [Character](repeating: "?", count: shape.count) : axes
    // Axes of one may be left out, as a row of pixels is.
    for size in tail.reversed() {
      if sizes.last == size {
        sizes.removeLast()
        letters.removeLast()
      } else if size != 1 {
        throw ZooError(
          .badInput,
          problem: "the description of the TIFF file says shape \(shape), but its pages are \(page)",
          remedy: "Write the file again, or say by data.axes what its pages are")
      }
    }
    return Array(zip(letters, sizes).map { (axis: $0, size: $1) })
  }
}
