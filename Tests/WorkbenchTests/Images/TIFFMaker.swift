@testable import ZooImages
@testable import ZooWorkbench

/// Writes TIFF files as odd as programs make them: any tags, pages that aren't there, planes without pages.
struct TIFFMaker {
  struct Tag {
    let number: Int
    let type: Int
    let count: Int
    let content: [UInt8]
  }

  static let width = 3
  static let height = 2

  var isBigEndian = false
  /// Of each page: 1 for 0 as black, 0 for 0 as white.
  var photometric = [1]
  /// Of the first page.
  var description: String?
  /// Of each page, beside those that say where and what its samples are.
  var tags: [[Tag]] = []

  /// The samples of plane `number`.
  static func plane(_ number: Int) -> [Float] {
    (0..<width * height).map { Float(1000 * number + $0 * 7 + 300) }
  }

  static func planes(_ numbers: [Int]) -> [Float] { numbers.flatMap(plane) }

  /// A file of uint16 with a page for each of `pages`, plane numbers.
  /// - Parameters:
  ///   - followers: planes that follow the samples of the last page without pages of their own.
  ///   - blocks: changes the offsets and sizes of the strips of the last page, one for each row.
  func file(
    _ pages: [Int], followers: [Int] = [], blocks: (inout [Int], inout [Int]) -> Void = { _, _ in }
  ) -> [UInt8] {
    var bytes: [UInt8] = isBigEndian ? [0x4D, 0x4D, 0, 42] : [0x49, 0x49, 42, 0]
    bytes += [0, 0, 0, 0]
    var link = 4
    for (index, page) in pages.enumerated() {
      let isLast = index == pages.count - 1
      var offsets = (0..<Self.height).map { bytes.count + $0 * Self.width * 2 }
      var sizes = [Int](repeating: Self.width * 2, count: Self.height)
      for plane in [page] + (isLast ? followers : []) {
        bytes += Self.plane(plane).flatMap { number(Int(saturating: $0), 2) }
      }
      if isLast { blocks(&offsets, &sizes) }
      var entries = [
        long(256, [Self.width]), long(257, [Self.height]), short(258, 16), short(259, 1),
        short(262, photometric[index % photometric.count]),
        long(273, offsets), short(277, 1), long(278, [1]), long(279, sizes), short(339, 1),
      ]
      if index == 0, let description { entries.append(text(270, description)) }
      if index < tags.count { entries += tags[index] }
      var directory: [UInt8] = number(entries.count, 2)
      for tag in entries.sorted(by: { $0.number < $1.number }) {
        directory += number(tag.number, 2) + number(tag.type, 2) + number(tag.count, 4)
        if tag.content.count > 4 {
          directory += number(bytes.count, 4)
          bytes += tag.content + [UInt8](repeating: 0, count: tag.content.count % 2)
        } else {
          directory += tag.content + [UInt8](repeating: 0, count: 4 - tag.content.count)
        }
      }
      bytes.replaceSubrange(link..<link + 4, with: number(bytes.count, 4))
      bytes += directory
      link = bytes.count
      bytes += [0, 0, 0, 0]
    }
    return bytes
  }

  func number(_ value: Int, _ size: Int) -> [UInt8] {
    let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return isBigEndian ? little.reversed() : little
  }

  func short(_ tag: Int, _ value: Int) -> Tag { Tag(number: tag, type: 3, count: 1, content: number(value, 2)) }

  func long(_ tag: Int, _ values: [Int]) -> Tag {
    Tag(number: tag, type: 4, count: values.count, content: values.flatMap { number($0, 4) })
  }

  func text(_ tag: Int, _ text: String) -> Tag {
    let content = Array(text.utf8) + [0]
    return Tag(number: tag, type: 2, count: content.count, content: content)
  }

  func raw(_ tag: Int, type: Int = 1, count: Int? = nil, _ content: [UInt8]) -> Tag {
    Tag(number: tag, type: type, count: count ?? content.count, content: content)
  }

  /// OME-XML of one image.
  static func ome(
    channels: [String], slices: Int = 1, times: Int = 1, order: String = "XYCZT", data: String = "<TiffData/>",
    attributes: String = ""
  ) -> String {
    let elements = channels.enumerated().map {
      "<Channel ID=\"Channel:0:\($0)\" Name=\"\($1)\" SamplesPerPixel=\"1\"/>"
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
      + "<OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\"\(attributes)><Image ID=\"Image:0\">"
      + "<Pixels ID=\"Pixels:0\" DimensionOrder=\"\(order)\" Type=\"uint16\" SizeX=\"\(width)\" SizeY=\"\(height)\" "
      + "SizeC=\"\(channels.count)\" SizeZ=\"\(slices)\" SizeT=\"\(times)\">\(elements.joined())\(data)</Pixels></Image></OME>"
  }
}
