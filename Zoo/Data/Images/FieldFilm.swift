import ZooFormat
import ZooImages

/// A film that is open, of which single planes are decoded: an image file, or a folder of OME-Zarr.
package enum FieldFilm {
  case file(ImageFilm)
  case zarr(ZarrImage)

  /// - Throws: ``ZooError`` naming the file if it can't be read or is broken.
  package init(_ path: String, _ reading: ImageReading) throws(ZooError) {
    guard ZarrImage.isImage(path) else {
      self = .file(try ImageFilm(path, reading))
      return
    }
    let image = try ZarrImage(path, slices: reading.slices)
    do throws(ZooError) { try image.checkDepth() } catch { throw error.at(file: path) }
    self = .zarr(image)
  }

  package var header: ImageHeader {
    switch self {
    case .file(let film): film.header
    case .zarr(let image): image.header
    }
  }

  /// The channels of one frame that are stored together, beginning with the one asked for: its pixels, row after row.
  /// - Parameters: Both from 0 and within ``header``.
  func plane(frame: Int, channel: Int) throws(ZooError) -> [Float] {
    switch self {
    case .file(let film): try film.plane(frame: frame, channel: channel)
    case .zarr(let image): try image.plane(frame: frame, channel: channel)
    }
  }
}
