import Foundation
import ZooFormat
import ZooImages

/// Decoded planes of fields, the last used of them kept in memory up to a limit. Safe to use from several threads; one
/// thread at a time reads a file.
package final class FieldPlanes: @unchecked Sendable {
  private let images: FieldImages
  private let limit: Int
  private let lock = NSCondition()
  private var kept: [FieldImages.Plane: (pixels: PackedPixels, use: Int)] = [:]
  private var loading: Set<Int> = []
  private var films: [(file: Int, film: FieldFilm)] = []
  private var bytes = 0
  private var uses = 0

  /// As many as there may be threads that each read another field.
  private static let openFilms = 4

  /// - Parameter limit: Bytes of decoded planes to keep; the plane in use is kept in any case.
  package init(_ images: FieldImages, limit: Int) {
    self.images = images
    self.limit = limit
  }

  /// The pixels of a plane. A file is read once for all who wait for it.
  /// - Throws: ``ZooError`` if the file is broken or of another size than its field.
  package func pixels(_ plane: FieldImages.Plane, width: Int, height: Int) throws(ZooError) -> PackedPixels {
    lock.lock()
    while true {
      if let found = kept[plane] {
        uses += 1
        kept[plane]?.use = uses
        lock.unlock()
        return found.pixels
      }
      guard loading.contains(plane.file) else { break }
      lock.wait()
    }
    loading.insert(plane.file)
    lock.unlock()
    let result: Result<PackedPixels, ZooError>
    do throws(ZooError) { result = .success(try load(plane, width: width, height: height)) } catch {
      result = .failure(error)
    }
    lock.lock()
    defer {
      loading.remove(plane.file)
      lock.broadcast()
      lock.unlock()
    }
    let pixels = try result.get()
    uses += 1
    kept[plane] = (pixels, uses)
    bytes += pixels.byteCount
    while bytes > limit, kept.count > 1, let oldest = kept.min(by: { $0.value.use < $1.value.use }) {
      kept[oldest.key] = nil
      bytes -= oldest.value.pixels.byteCount
    }
    return pixels
  }

  /// Decodes a plane. The films that were read last stay open.
  private func load(_ plane: FieldImages.Plane, width: Int, height: Int) throws(ZooError) -> PackedPixels {
    guard !plane.others.isEmpty, let choice = images.slices else {
      return PackedPixels(try load(plane, in: plane.file, width: width, height: height))
    }
    var projection = SliceProjection(
      try load(plane, in: plane.file, width: width, height: height), choice,
      isWhole: images.fileTypes[plane.file] != .float32)
    for file in plane.others { projection.add(try load(plane, in: file, width: width, height: height)) }
    return PackedPixels(projection.pixels)
  }

  private func load(
    _ plane: FieldImages.Plane, in file: Int, width: Int, height: Int
  ) throws(ZooError) -> [Float] {
    let path = images.files[file]
    let film: FieldFilm
    if let open = lock.withLock({ films.first { $0.file == file }?.film }) {
      film = open
    } else {
      film = try FieldFilm(path, images.reading(file))
      lock.withLock { films = films.suffix(Self.openFilms - 1) + [(file, film)] }
    }
    let type = images.fileTypes[file]
    guard film.header.width == width, film.header.height == height, film.header.sampleType == type else {
      throw ZooError(
        .badInput, file: path,
        problem: "has \(film.header.width)×\(film.header.height) pixels of \(film.header.sampleType)",
        expected: "\(width)×\(height) of \(type), as its field")
    }
    guard plane.frame < film.header.frames, plane.channel < film.header.channels else {
      throw ZooError(
        .badInput, file: path, problem: "has \(film.header.sizesText)",
        expected: "frame \(plane.frame + 1) of channel \(plane.channel + 1), as other files of its kind have")
    }
    do throws(ZooError) {
      return try film.plane(frame: plane.frame, channel: plane.channel)
    } catch {
      throw error.at(file: path)
    }
  }
}
