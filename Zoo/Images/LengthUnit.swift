/// Units in which files say how large a pixel is.
package enum LengthUnit {
  /// A length in micrometres; `nil` if it is no length of a pixel or of a unit that isn't known. Without a unit it is
  /// micrometres, as OME has it.
  package static func micrometres(_ size: Double, unit: String?) -> Double? {
    guard size > 0, size.isFinite else { return nil }
    switch unit ?? "µm" {
    case "µm", "μm", "um", "micrometer", "micrometre", "micron": return size
    case "nm", "nanometer", "nanometre": return size / 1000
    case "mm", "millimeter", "millimetre": return size * 1000
    default: return nil
    }
  }
}
