/// How large a pixel is and how far frames are apart, as a TIFF file says by OME-XML or ImageJ.
package enum TIFFScale {
  /// Micrometres of a pixel; `nil` if the file doesn't say, or is none that can be read.
  package static func pixelSize(_ path: String) -> Double? {
    guard let first = first(path) else { return nil }
    if OMEXML.isOME(first.note) { return (try? OMEXML(first.note))?.images.first?.pixelSize }
    guard let unit = ImageJDescription(first.note)?.unit, let width = first.tags?.ratio(282) else { return nil }
    // ImageJ says how many pixels a unit has.
    return LengthUnit.micrometres(1 / width, unit: unit)
  }

  /// Hours from one frame to the next; `nil` if the file doesn't say, or is none that can be read.
  package static func frameInterval(_ path: String) -> Double? {
    guard let first = first(path) else { return nil }
    if OMEXML.isOME(first.note) { return (try? OMEXML(first.note))?.images.first?.frameInterval }
    return ImageJDescription(first.note)?.frameInterval
  }

  private static func first(_ path: String) -> TIFFDocument? { ((try? ImageFile.tiff(path)) ?? nil)?.first }
}
