import Foundation
import ZooFormat

/// An image file that is open, of which single planes are decoded: films are larger than what is taken into memory at once.
package final class ImageFilm {
  package let header: ImageHeader
  private let content: Content

  private enum Content {
    case tiff(TIFFSet, TIFFStack)
    /// Formats of one picture a file.
    case picture(Image)
  }

  /// Opens a file. A TIFF costs what its directories hold, another format its pixels.
  /// - Throws: ``ZooError`` naming the file if it can't be read or is broken.
  package init(_ path: String, _ reading: ImageReading) throws(ZooError) {
    do throws(ZooError) {
      guard let set = try ImageFile.tiff(path) else {
        let image = try ImageFile.read(path, reading)
        header = image.header
        content = .picture(image)
        return
      }
      try set.first.pages[set.first.images[0]].check()
      let stack = try TIFFStack(set, reading)
      for address in Set(stack.stored.map { TIFFPlane(document: $0.document, directory: $0.directory) }) {
        let page = set.documents[address.document].pages[address.directory]
        guard page.matches(stack.page) else {
          throw ZooError(
            .badInput, problem: "page \(address.directory + 1) of the TIFF file is \(page)",
            expected: "\(stack.page), as the first page", remedy: "Write pages of other sizes into files of their own")
        }
        try page.check()
      }
      let header = try stack.header
      // A plane that is larger than its file can hold is refused before it is decoded.
      let size =
        try ImageHeader(
          width: header.width, height: header.height, channels: stack.page.samplesPerPixel,
          sampleType: header.sampleType
        ).sampleCount() * header.sampleType.byteCount
      let stored = set.documents.reduce(0) { $0 + $1.bytes.count }
      guard size / stack.page.largestRatio <= stored else {
        throw ZooError(.badInput, problem: "the TIFF file of \(stored) bytes is said to hold planes of \(size)")
      }
      self.header = header
      content = .tiff(set, stack)
    } catch {
      throw error.at(file: path)
    }
  }

  /// The channels of one frame that are stored together, beginning with the one asked for: its pixels, row after row.
  /// - Parameters: Both from 0 and within ``header``.
  package func plane(frame: Int, channel: Int) throws(ZooError) -> [Float] {
    switch content {
    case .picture(let image):
      let size = image.width * image.height
      let start = (frame * image.channels + channel) * size
      return Array(image.samples[start..<start + size])
    case .tiff(let set, let stack):
      let samples = stack.page.samplesPerPixel
      return try TIFFReader.planes(set, stack, frame: frame, channel: channel / samples)[channel % samples]
    }
  }
}

extension ImageFile {
  /// A TIFF file with what it names beside it; `nil` for another format.
  static func tiff(_ path: String) throws(ZooError) -> TIFFSet? {
    let start = try bytes(path, prefix: ForeignFormat.prefixByteCount)
    guard try format(of: start) == .tiff else { return nil }
    return try set(TIFFBytes(file: path), path: path, neighbour: neighbour(of: path))
  }
}
