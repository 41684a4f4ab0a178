import Foundation

/// How large a pixel is and how far frames are apart, as a TIFF file says by OME-XML, ImageJ or MetaMorph.
package enum TIFFScale {
  /// Micrometres of a pixel; `nil` if the file doesn't say, or is none that can be read.
  package static func pixelSize(_ path: String) -> Double? {
    guard let first = first(path) else { return nil }
    if OMEXML.isOME(first.note) { return (try? OMEXML(first.note))?.images.first?.pixelSize }
    if let size = metaSeries(first.note) { return size }
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

  /// What MetaMorph and MetaXpress write of a plane: `<prop id="spatial-calibration-x" type="float" value="0.65"/>`.
  static func metaSeries(_ text: String) -> Double? {
    guard text.hasPrefix("<MetaData>") else { return nil }
    func value(_ name: String) -> String? {
      guard let start = text.range(of: "id=\"\(name)\"") else { return nil }
      return text[start.upperBound...].prefix(80).firstMatch(of: /value="([^"]*)"/).map { String($0.1) }
    }
    guard value("spatial-calibration-state") != "off", let size = value("spatial-calibration-x").flatMap(Double.init),
      size > 0
    else { return nil }
    return LengthUnit.micrometres(size, unit: value("spatial-calibration-units"))
  }

  private static func first(_ path: String) -> TIFFDocument? { ((try? ImageFile.tiff(path)) ?? nil)?.first }
}
