import Foundation
import ZooFormat
import ZooRuntime

/// An image in a file: PNG, TIFF (OME-TIFF and ImageJ among it) or JPEG; the first bytes tell which, never the name.
///
/// ```swift
/// let image = try ImageFile(contentsOf: "cell.tif")
/// let result = try classifier.classify(image)
/// ```
/// Channels are found by the names in the file, in any order; a file without names has the model's channels, in its order.
/// What the model's spec said of the files that it was trained with (names, slices in depth) holds here, too, so that an
/// answer is that of `zoo predict`. Where messages speak of `data.imageChannels` and `data.range`, ``channels`` and ``range``
/// are meant.
public struct ImageFile: Sendable {
  /// Where the file is.
  public let path: String
  /// The names of the file's channels in its order, against what it says itself; `nil` if it is to be believed.
  public var channels: [String]?
  /// The values that the camera can give, e.g. `0...4095`: samples are brought from it to the range of the model's card,
  /// whatever their type. With `nil` they must be of the type that the model was trained on.
  public var range: ClosedRange<Float>?

  /// Looks at the first bytes of a file. O(1); the pixels are read by ``pixels(for:)``.
  /// - Throws: ``ZooFormat/ZooError`` naming the file if it can't be read or is no image of a supported format.
  public init(
    contentsOf path: String, channels: [String]? = nil, range: ClosedRange<Float>? = nil
  ) throws(ZooError) {
    self.path = path
    self.channels = channels
    self.range = range
    do throws(ZooError) {
      _ = try Self.format(of: Self.bytes(path, prefix: max(PNGReader.headerByteCount, ForeignFormat.prefixByteCount)))
    } catch {
      throw error.at(file: path)
    }
  }

  /// The channels of the card, of the file's size. Reads the file every time: O(pixels), and 12 bytes of memory for each
  /// sample while it is decoded.
  /// - Throws: ``ZooFormat/ZooError`` naming the file: it is broken or too large, its channels aren't the card's (with both
  ///   lists), its samples are of another type without ``range``, or its frames are more or fewer.
  public func pixels(for card: Card) throws(ZooError) -> ImagePixels {
    let model = ModelReading(
      card, given: FileDescription(imageChannels: channels ?? []), trained: FileDescription(trained: card))
    let image = try Self.read(path, model.reading())
    let header = image.header
    try header.checkChannels(path)
    try header.checkFrames(card.frames, file: path)
    let places: [Int]
    do throws(ZooError) { places = try model.places(header) } catch { throw error.at(file: path) }
    if range == nil { try image.sampleType.check(card, file: path) }
    let plane = image.width * image.height
    let planes = places.map { place in
      (0..<image.frames).flatMap { frame in
        let start = (frame * image.channels + place) * plane
        return image.samples[start..<start + plane]
      }
    }
    var pixels = ImagePixels(
      planes: planes, channels: card.channels, height: image.height, width: image.width, frames: image.frames,
      sampleType: card.sampleType)
    pixels.range = range
    return pixels
  }

  /// File name extensions that a folder of images is searched for.
  package static let extensions: Set<String> = ["png", "tif", "tiff", "jpg", "jpeg"]

  /// What is read, for messages.
  package static let kinds = "a PNG, TIFF or JPEG image"

  /// Reads an image, of which `reading` tells what the file itself doesn't. Files beside it that it names as parts of
  /// itself (OME-TIFF) are read, too.
  /// - Throws: ``ZooError`` naming the file if it can't be read, isn't an image or is broken.
  package static func read(_ path: String, _ reading: ImageReading = ImageReading()) throws(ZooError) -> Image {
    try decode(try bytes(path), reading, name: path, neighbour: neighbour(of: path))
  }

  /// Decodes the bytes of an image file; `name` is what errors call it.
  package static func decode(
    _ bytes: [UInt8], _ reading: ImageReading = ImageReading(), name: String
  ) throws(ZooError) -> Image {
    try decode(bytes, reading, name: name, neighbour: nil)
  }

  /// Reads sizes and sample type without decoding samples. A PNG or TIFF costs small reads; a JPEG is read whole.
  package static func header(
    _ path: String, _ reading: ImageReading = ImageReading()
  ) throws(ZooError) -> ImageHeader {
    do throws(ZooError) {
      let start = try bytes(path, prefix: max(PNGReader.headerByteCount, ForeignFormat.prefixByteCount))
      switch try format(of: start) {
      case .png:
        try reading.slices?.check(count: 1)
        if let header = try PNGReader.header(start) { return header }
        return try PNGReader(FileBytes.read(path)).header
      case .jpeg:
        try reading.slices?.check(count: 1)
        return try JPEGReader.header(FileBytes.read(path))
      case .tiff:
        return try TIFFReader.header(
          set(TIFFBytes(file: path), path: path, neighbour: neighbour(of: path)), reading)
      }
    } catch {
      throw error.at(file: path)
    }
  }

  /// The names of other files in the same folder that are parts of the image in the file at `path`; none for most.
  package static func companions(_ path: String, bytes: [UInt8], _ reading: ImageReading) throws(ZooError) -> [String] {
    guard case .tiff = try? format(of: bytes) else { return [] }
    do throws(ZooError) {
      return try TIFFReader.header(set(TIFFBytes(bytes), path: path, neighbour: neighbour(of: path)), reading)
        .companions
    } catch {
      throw error.at(file: path)
    }
  }

  enum Format { case png, tiff, jpeg }

  private static func decode(
    _ bytes: [UInt8], _ reading: ImageReading, name: String, neighbour: TIFFSet.Neighbour?
  ) throws(ZooError) -> Image {
    do throws(ZooError) {
      let format = try format(of: bytes)
      if format != .tiff { try reading.slices?.check(count: 1) }
      switch format {
      case .png: return try PNGReader(bytes).image()
      case .jpeg: return try JPEGReader.image(bytes)
      case .tiff: return try TIFFReader.image(set(TIFFBytes(bytes), path: name, neighbour: neighbour), reading)
      }
    } catch {
      throw error.at(file: name)
    }
  }

  static func set(
    _ bytes: TIFFBytes, path: String, neighbour: TIFFSet.Neighbour?
  ) throws(ZooError) -> TIFFSet {
    try TIFFSet(bytes, name: (path as NSString).lastPathComponent, neighbour: neighbour)
  }

  static func neighbour(of path: String) -> TIFFSet.Neighbour {
    let folder = (path as NSString).deletingLastPathComponent
    return { name throws(ZooError) in
      let file = folder.isEmpty ? name : "\(folder)/\(name)"
      guard FileKind(file) == .file else { return nil }
      return try TIFFBytes(file: file)
    }
  }

  /// - Throws: ``ZooError`` that names what to do with a folder that is an image.
  static func bytes(_ path: String, prefix: Int = FileBytes.largest) throws(ZooError) -> [UInt8] {
    if FileKind(path) == .folder, let problem = ForeignFormat.refusal(folder: path) { throw problem }
    return try FileBytes.read(path, prefix: prefix)
  }

  static func format(of bytes: [UInt8]) throws(ZooError) -> Format {
    if bytes.starts(with: PNGReader.signature) { return .png }
    if bytes.starts(with: JPEGReader.signature) { return .jpeg }
    let tiffStarts: [[UInt8]] = [
      [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43],
    ]
    if tiffStarts.contains(where: { bytes.starts(with: $0) }) { return .tiff }
    throw ForeignFormat.refusal(bytes)
  }
}
