import ZooFormat

/// Writes TIFF files: little-endian, deflated, a page for each channel of each frame, with a description of them: OME-XML
/// if the channels have names, else ImageJ's.
package enum TIFFWriter {
  /// Encodes an image of uint8, uint16 or float32.
  ///
  /// Integers are rounded and clamped to the range of the sample type.
  /// - Parameter note: Goes into the `Software` tag of every page, e.g. that the image is simulated.
  /// - Throws: ``ZooError`` for another sample type, or if the file would pass 2 GiB.
  package static func encode(_ image: Image, note: String = "") throws(ZooError) -> [UInt8] {
    guard [.uint8, .uint16, .float32].contains(image.sampleType) else {
      throw ZooError(
        .usage, problem: "TIFF files of \(image.sampleType) aren't written", expected: "uint8, uint16 or float32")
    }
    let pages = image.channels * image.frames
    let description = description(of: image)
    var bytes: [UInt8] = [0x49, 0x49, 42, 0, 0, 0, 0, 0]
    var link = 4
    let plane = image.width * image.height
    for page in 0..<pages {
      let data = try Deflate.compress(stored(image.samples[page * plane..<(page + 1) * plane], image.sampleType))
      var fields = Fields(start: bytes.count + data.count + data.count % 2)
      fields.add(254, .long, [0])
      fields.add(256, .long, [image.width])
      fields.add(257, .long, [image.height])
      fields.add(258, .short, [8 * image.sampleType.byteCount])
      fields.add(259, .short, [8])
      fields.add(262, .short, [1])
      if page == 0 { fields.add(270, text: description) }
      fields.add(273, .long, [bytes.count])
      fields.add(277, .short, [1])
      fields.add(278, .long, [image.height])
      fields.add(279, .long, [data.count])
      if !note.isEmpty { fields.add(305, text: note) }
      fields.add(339, .short, [image.sampleType == .float32 ? 3 : 1])
      bytes += data + [UInt8](repeating: 0, count: data.count % 2)
      let directory = bytes.count + fields.extra.count
      guard directory < 1 << 31 else {
        throw ZooError(.usage, problem: "the TIFF file would pass 2 GiB", expected: "fewer frames or smaller images")
      }
      bytes += fields.extra
      bytes.replaceSubrange(link..<link + 4, with: little(directory, 4))
      bytes += fields.directory
      link = bytes.count
      bytes += [0, 0, 0, 0]
    }
    return bytes
  }

  private static func description(of image: Image) -> String {
    guard image.channelNames.count == image.channels else {
      let pages = image.channels * image.frames
      return "ImageJ=1.54f\nimages=\(pages)\nchannels=\(image.channels)\nframes=\(image.frames)\nhyperstack=true\n"
        + (pages > 1 ? "mode=grayscale\n" : "")
    }
    let schema = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
    let type = image.sampleType == .float32 ? "float" : "\(image.sampleType)"
    let channels = image.channelNames.enumerated().map { index, name in
      "<Channel ID=\"Channel:0:\(index)\" Name=\"\(Escape.markup(name))\" SamplesPerPixel=\"1\"/>"
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME xmlns=\"\(schema)\" "
      + "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"\(schema) \(schema)/ome.xsd\">"
      + "<Image ID=\"Image:0\"><Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\" Type=\"\(type)\" "
      + "SizeX=\"\(image.width)\" SizeY=\"\(image.height)\" SizeC=\"\(image.channels)\" SizeZ=\"1\" "
      + "SizeT=\"\(image.frames)\">\(channels.joined())<TiffData/></Pixels></Image></OME>"
  }

  private static func stored(_ samples: ArraySlice<Float>, _ type: SampleType) -> [UInt8] {
    let range = type.range
    switch type {
    case .uint8:
      return samples.map { $0 > 0 ? UInt8(saturating: min($0, range.upperBound).rounded()) : 0 }
    case .uint16:
      return samples.flatMap { little($0 > 0 ? Int(saturating: min($0, range.upperBound).rounded()) : 0, 2) }
    default:
      return samples.flatMap { little(Int($0.bitPattern), 4) }
    }
  }

  fileprivate static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// The entries of one directory, and the values that don't fit into them.
  private struct Fields {
    enum Kind: Int { case ascii = 2, short = 3, long = 4 }

    /// Where `extra` will stand in the file.
    let start: Int
    private(set) var extra: [UInt8] = []
    private var entries: [[UInt8]] = []

    init(start: Int) { self.start = start }

    /// The directory without the link to the next.
    var directory: [UInt8] { little(entries.count, 2) + entries.joined() }

    mutating func add(_ tag: Int, _ kind: Kind, _ values: [Int]) {
      add(tag, kind, count: values.count, values.flatMap { little($0, kind == .short ? 2 : 4) })
    }

    mutating func add(_ tag: Int, text: String) {
      // TIFF speaks of ASCII; OME-XML, and whoever reads it, of UTF-8.
      let content = Array(text.utf8) + [0]
      add(tag, .ascii, count: content.count, content)
    }

    private mutating func add(_ tag: Int, _ kind: Kind, count: Int, _ content: [UInt8]) {
      var value = content
      if content.count > 4 {
        value = little(start + extra.count, 4)
        extra += content + [UInt8](repeating: 0, count: content.count % 2)
      }
      value += [UInt8](repeating: 0, count: 4 - value.count)
      entries.append(little(tag, 2) + little(kind.rawValue, 2) + little(count, 4) + value)
    }
  }
}
