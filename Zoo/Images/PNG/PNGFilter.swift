/// The five filters of PNG (ISO/IEC 15948, 9.2), which make rows easier to compress.
enum PNGFilter {
  /// Restores a row in place from itself and the row above (`nil` at the top); false if `type` is no filter.
  static func undo(
    _ type: UInt8, _ line: UnsafeMutableBufferPointer<UInt8>, above: UnsafeMutableBufferPointer<UInt8>?,
    pixelBytes: Int
  ) -> Bool {
    switch type {
    case 0: break
    case 1:
      for i in stride(from: pixelBytes, to: line.count, by: 1) { line[i] &+= line[i - pixelBytes] }
    case 2:
      guard let above else { break }
      for i in 0..<line.count { line[i] &+= above[i] }
    case 3:
      for i in 0..<line.count {
        let left = i >= pixelBytes ? Int(line[i - pixelBytes]) : 0
        line[i] &+= UInt8(truncatingIfNeeded: (left + Int(above?[i] ?? 0)) / 2)
      }
    case 4:
      for i in 0..<line.count {
        let hasLeft = i >= pixelBytes
        line[i] &+= paeth(
          left: hasLeft ? Int(line[i - pixelBytes]) : 0, above: Int(above?[i] ?? 0),
          corner: hasLeft ? Int(above?[i - pixelBytes] ?? 0) : 0)
      }
    default: return false
    }
    return true
  }

  private static func paeth(left: Int, above: Int, corner: Int) -> UInt8 {
    let estimate = left + above - corner
    let (toLeft, toAbove, toCorner) = (abs(estimate - left), abs(estimate - above), abs(estimate - corner))
    if toLeft <= toAbove, toLeft <= toCorner { return UInt8(truncatingIfNeeded: left) }
    return UInt8(truncatingIfNeeded: toAbove <= toCorner ? above : corner)
  }
}
