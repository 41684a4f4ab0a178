import Foundation
import LibTIFF
import ZooFormat

/// Reads TIFF files by libtiff: integers of 8, 16 and 32 bits and 32-bit floats, strips and tiles, contiguous and planar
/// samples, several pages, several planes of a page, sets of several files, BigTIFF.
///
/// Samples come out as they are stored: a colour table is not applied, and an inverted gray scale is not turned around.
enum TIFFReader {
  /// Bytes of samples that blocks without data may stand for: 64 MiB.
  private static let mostEmptyBytes = 1 << 26

  static func image(_ set: TIFFSet, _ reading: ImageReading) throws(ZooError) -> Image {
    let (stack, header) = try survey(set, reading)
    let plane = header.width * header.height
    var samples = [Float](repeating: 0, count: try header.sampleCount())
    for index in 0..<stack.frames * stack.channels {
      let (frame, channel) = index.quotientAndRemainder(dividingBy: stack.channels)
      for (sample, values) in try planes(set, stack, frame: frame, channel: channel).enumerated() {
        let start = (index * stack.page.samplesPerPixel + sample) * plane
        samples.replaceSubrange(start..<start + plane, with: values)
      }
    }
    var image = try Image(
      width: header.width, height: header.height, channels: header.channels, frames: header.frames,
      sampleType: header.sampleType, channelNames: header.channelNames, samples: samples)
    image.channelTitles = header.channelTitles
    image.framesAreSlices = header.framesAreSlices
    image.isInverted = header.isInverted
    return image
  }

  /// The samples of one frame in one channel of pages: a plane for each sample of a pixel. Slices that are projected are
  /// decoded one at a time.
  static func planes(_ set: TIFFSet, _ stack: TIFFStack, frame: Int, channel: Int) throws(ZooError) -> [[Float]] {
    var projections: [SliceProjection] = []
    for address in stack.slices(frame: frame, channel: channel) {
      let document = set.documents[address.document]
      let page = document.pages[address.directory]
      try document.file.select(page.directory)
      let planes = try TIFFPageReader(document, page).planes(address.successor)
      guard stack.depth > 1, let choice = stack.choice else { return planes }
      if projections.isEmpty {
        let isWhole = try page.sampleType != .float32
        projections = planes.map { SliceProjection($0, choice, isWhole: isWhole) }
      } else {
        for index in projections.indices { projections[index].add(planes[index]) }
      }
    }
    return projections.map(\.pixels)
  }

  static func header(_ set: TIFFSet, _ reading: ImageReading) throws(ZooError) -> ImageHeader {
    var header = try survey(set, reading).header
    header.companions = set.others
    return header
  }

  /// Arranges the planes and checks all their pages without reading samples.
  private static func survey(
    _ set: TIFFSet, _ reading: ImageReading
  ) throws(ZooError) -> (stack: TIFFStack, header: ImageHeader) {
    // What can't be read at all is told first.
    try set.first.pages[set.first.images[0]].check()
    let stack = try TIFFStack(set, reading)
    let first = stack.page
    for address in Swift.Set(stack.stored.map { TIFFPlane(document: $0.document, directory: $0.directory) }) {
      let page = set.documents[address.document].pages[address.directory]
      guard page.matches(first) else {
        throw ZooError(
          .badInput, problem: "page \(address.directory + 1) of the TIFF file is \(page)",
          expected: "\(first), as the first page", remedy: "Write pages of other sizes into files of their own")
      }
      try page.check()
    }
    // Programs of microscopy take no notice of it, others turn the picture: positions in tables would fit one alone.
    guard first.orientation <= 1 || !reading.axes.isStated else {
      throw ZooError(
        .badInput, problem: "the TIFF file says that it is to be turned (orientation \(first.orientation))",
        expected: "pixels that are stored upright",
        remedy:
          "Save it anew upright, e.g. magick FILE -auto-orient NEW.tif, or set data.axes=CYX to take its pixels as they are stored"
      )
    }
    let header = try stack.header
    // Of all slices that are decoded.
    let (size, overflow) = try (header.sampleCount() * first.sampleType.byteCount)
      .multipliedReportingOverflow(by: stack.depth)
    guard !overflow else { throw ZooError(.badInput, problem: "the TIFF file is said to hold more than there can be") }
    let byteCount = set.documents.reduce(0) { $0 + $1.bytes.count }
    if size / first.largestRatio > byteCount {
      // Blocks that aren't there count as zeros, and need no bytes; but a few bytes aren't to fill the memory.
      var stored = 0
      for address in stack.stored {
        let document = set.documents[address.document]
        let (sum, overflow) = stored.addingReportingOverflow(
          try TIFFPageReader(document, document.pages[address.directory]).storedByteCount())
        stored = overflow ? .max : sum
      }
      guard stored / first.largestRatio <= byteCount, size - min(stored, size) <= mostEmptyBytes else {
        throw ZooError(.badInput, problem: "the TIFF file of \(byteCount) bytes is said to hold \(size)")
      }
    }
    return (stack, header)
  }
}
