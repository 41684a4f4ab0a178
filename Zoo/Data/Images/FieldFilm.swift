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

  /// A sentence if the pages of films look as if they lay in another order than the spec says: ``PageOrder``. Decodes all pages
  /// of a few.
  static func pageOrder(_ files: [String], axes: PageAxes, _ reading: (String) -> ImageReading) -> String? {
    PageOrder.caution(files, axes: axes) { file, mostPages, mostPixels in
      guard let film = try? FieldFilm(file, reading(file)) else { return nil }
      let (frames, channels) = (film.header.frames, film.header.channels)
      let plane = film.header.width * film.header.height
      guard frames > 2, channels > 1, frames * channels <= mostPages, frames * channels * plane <= mostPixels else {
        return nil
      }
      var means: [Double] = []
      for frame in 0..<frames {
        for channel in 0..<channels {
          guard let pixels = try? film.plane(frame: frame, channel: channel), pixels.count == plane else { return nil }
          means.append(pixels.reduce(0) { $0 + Double($1) } / Double(max(plane, 1)))
        }
      }
      return (PageOrder.Pages(frames: frames, channels: channels, means: means), frames * channels * plane)
    }
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
