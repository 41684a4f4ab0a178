import Foundation
import Testing

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

/// What OME-XML says of planes, in every way in which it is written.
@Suite("OME-TIFF")
struct OMETIFFTests {
  private func image(_ xml: String, pages: [Int], _ reading: ImageReading = ImageReading()) throws -> Image {
    var maker = TIFFMaker()
    maker.description = xml
    return try ImageFile.decode(maker.file(pages), reading, name: "cell.ome.tif")
  }

  private func refusal(_ xml: String, pages: [Int]) -> String {
    do {
      let image = try image(xml, pages: pages)
      return "read as \(image.header)"
    } catch { return "\(error)" }
  }

  @Test(
    "planes stand in the order that DimensionOrder says, of slices or of times",
    arguments: ["XYCZT", "XYCTZ", "XYZCT", "XYZTC", "XYTCZ", "XYTZC"], [true, false])
  func order(_ order: String, areTimes: Bool) throws {
    let sizes: [Character: Int] = ["C": 2, "Z": areTimes ? 1 : 3, "T": areTimes ? 3 : 1]
    let letters = Array(order.dropFirst(2))
    // The plane of channel c and frame f is number 10 f + c.
    var pages: [Int] = []
    for slow in 0..<(sizes[letters[2]] ?? 0) {
      for middle in 0..<(sizes[letters[1]] ?? 0) {
        for fast in 0..<(sizes[letters[0]] ?? 0) {
          let at = [letters[0]: fast, letters[1]: middle, letters[2]: slow]
          pages.append(10 * ((at["T"] ?? 0) + (at["Z"] ?? 0)) + (at["C"] ?? 0))
        }
      }
    }
    let xml = TIFFMaker.ome(channels: ["BF", "PI"], slices: areTimes ? 1 : 3, times: areTimes ? 3 : 1, order: order)
    let image = try image(xml, pages: pages)
    #expect(image.frames == 3 && image.channels == 2 && image.channelNames == ["BF", "PI"])
    #expect(image.samples == TIFFMaker.planes([0, 1, 10, 11, 20, 21]) && image.framesAreSlices == !areTimes)
  }

  private static let plain = TIFFMaker.ome(channels: ["BF", "PI"])

  @Test("planes that are placed again and again, and files that aren't there, take no time for each word of them")
  func repeatedPlaces() {
    let pages = Array(repeating: 1, count: 1000)
    for (data, message) in [
      (String(repeating: "<TiffData/>", count: 20_000), "again and again"),
      (String(repeating: "<TiffData IFD=\"0\" PlaneCount=\"1000\"/>", count: 20_000), "again and again"),
      (
        String(
          repeating: "<TiffData IFD=\"0\"><UUID FileName=\"gone.tif\">urn:uuid:1</UUID></TiffData>", count: 50_000),
        "1 of the 1000 planes"
      ),
    ] as [(String, String)] {
      let start = ContinuousClock.now
      let found = refusal(TIFFMaker.ome(channels: ["BF"], times: 1000, data: data), pages: pages)
      #expect(found.contains(message), "\(found)")
      #expect(ContinuousClock.now - start < .seconds(20))
    }
  }

  @Test(
    "the same XML in other spellings",
    arguments: [
      plain,
      plain.replacing("<OME xmlns=", with: "<ome:OME xmlns:ome=").replacing("</", with: "</ome:")
        .replacing("<Image", with: "<ome:Image").replacing("<Pixels", with: "<ome:Pixels")
        .replacing("<Channel", with: "<ome:Channel").replacing("<TiffData", with: "<ome:TiffData"),
      plain.replacing("\"", with: "'"), plain.replacing(" Name=", with: "\r\n\t Name = "),
      plain.replacing("\"BF\"", with: "\"&#66;&#x46;\""), plain + "\n\n", "\n" + plain, "\u{FEFF}" + plain,
      plain.replacing("UTF-8", with: "UTF-16"), plain.replacing("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", with: ""),
      plain.replacing("SizeC", with: "sizec").replacing("<OME", with: "<ome").replacing("</OME", with: "</ome"),
      plain.replacing("<Image", with: "<!-- <Channel Name=\"CE\"/> --><Image"),
      plain.replacing(
        "</OME>", with: "<StructuredAnnotations><Value><Channel Name=\"CE\"/></Value></StructuredAnnotations></OME>"),
      plain.replacing("/><Channel", with: "><LightPath/></Channel><Channel").replacing(
        "SamplesPerPixel=\"1\"><L", with: "Fluor=\"none\"><L"),
    ])
  func spellings(_ xml: String) throws {
    let image = try image(xml, pages: [4, 7])
    #expect(image.channelNames == ["BF", "PI"] && image.samples == TIFFMaker.planes([4, 7]))
  }

  @Test("pages of another size than the XML's are refused, unless data.axes says what they are")
  func otherSize() throws {
    let resized = Self.plain.replacing("SizeX=\"\(TIFFMaker.width)\"", with: "SizeX=\"512\"")
    #expect(resized != Self.plain)
    let message = refusal(resized, pages: [4, 7])
    #expect(message.contains("512 × \(TIFFMaker.height)") && message.contains("data.axes"), "\(message)")
    #expect(try image(resized, pages: [4, 7], ImageReading(axes: .channels)).samples == TIFFMaker.planes([4, 7]))
    // What says nothing of the size contradicts nothing.
    let silent = Self.plain.replacing("SizeX=\"\(TIFFMaker.width)\"", with: "")
    #expect(try image(silent, pages: [4, 7]).samples == TIFFMaker.planes([4, 7]))
  }

  @Test("TiffData says which page is which plane")
  func runs() throws {
    let swapped =
      "<TiffData FirstC=\"0\" IFD=\"1\" PlaneCount=\"1\"/><TiffData FirstC=\"1\" IFD=\"0\" PlaneCount=\"1\"/>"
    #expect(
      try image(TIFFMaker.ome(channels: ["BF", "PI"], data: swapped), pages: [4, 7]).samples
        == TIFFMaker.planes([7, 4]))
    let runs = "<TiffData IFD=\"3\" PlaneCount=\"3\"/><TiffData FirstC=\"1\" IFD=\"0\" PlaneCount=\"3\"/>"
    let film = try image(
      TIFFMaker.ome(channels: ["BF", "PI"], times: 3, order: "XYTCZ", data: runs), pages: [0, 1, 2, 3, 4, 5])
    #expect(film.samples == TIFFMaker.planes([3, 0, 4, 1, 5, 2]))
  }

  @Test(
    "what is missing, too much or contradicts itself is refused by a message that says so",
    arguments: [
      (TIFFMaker.ome(channels: ["BF", "PI"], times: 5), [0, 1, 2, 3, 4, 5], "has 6 of the 10 planes"),
      (plain, [0, 1, 2], "places more planes than"),
      (
        TIFFMaker.ome(channels: ["BF"], data: "<TiffData IFD=\"0\"/>"), [0, 1],
        "has 2 pages, of which its OME-XML names 1"
      ),
      (
        TIFFMaker.ome(channels: ["BF", "PI"], data: "<TiffData IFD=\"7\" PlaneCount=\"2\"/>"), [0, 1],
        "has 0 of the 2 planes"
      ),
      (
        plain.replacing("<TiffData/>", with: "<TiffData IFD=\"0\" PlaneCount=\"2147483647\"/>"), [0, 1, 2],
        "places more planes than"
      ),
      (plain.replacing("XYCZT", with: "XYCCT"), [0, 1], "DimensionOrder is 'XYCCT'"),
      (plain.replacing("SizeT=\"1\"", with: "SizeT=\"many\""), [0, 1], "sizet is 'many'"),
      (plain.replacing("SizeT=\"1\"", with: "SizeT=\"2000000000\""), [0, 1], "2000000000 times"),
      (plain.replacing("</Image></OME>", with: ""), [0, 1], "OME-XML of the TIFF file is broken"),
      (plain.replacing("<Image", with: "<Image <"), [0, 1], "OME-XML of the TIFF file is broken"),
      (plain.replacing("?><OME", with: "?><!DOCTYPE OME [<!ENTITY a \"aaaa\">]><OME"), [0, 1], "entities of its own"),
      (
        plain.replacing("</OME>", with: "<Image ID=\"Image:1\" Name=\"second\"><Pixels SizeC=\"1\"/></Image></OME>"),
        [0, 1],
        "holds 2 images"
      ),
      (
        TIFFMaker.ome(
          channels: ["BF", "PI"],
          data:
            "<TiffData IFD=\"0\"><UUID FileName=\"a.tif\"/></TiffData><TiffData FirstC=\"1\"><UUID FileName=\"b.tif\"/></TiffData>"
        ),
        [0], "the file a.tif, which isn't beside it"
      ),
    ])
  func refused(_ xml: String, pages: [Int], message: String) {
    let text = refusal(xml, pages: pages)
    #expect(text.hasPrefix("cell.ome.tif: ") && text.contains(message), "\(text)")
  }

  @Test("a set of files is one image, from whichever of them it is read; each file counts in its digest")
  func sets() throws {
    try DataFiles.with { files in
      let runs = (0..<3).map { time in
        "<TiffData FirstT=\"\(time)\" IFD=\"0\" PlaneCount=\"2\"><UUID FileName=\"t\(time).ome.tif\">urn:uuid:\(time)</UUID></TiffData>"
      }
      for time in 0..<3 {
        var maker = TIFFMaker()
        maker.description = TIFFMaker.ome(
          channels: ["BF", "PI"], times: 3, data: runs.joined(), attributes: " UUID=\"urn:uuid:\(time)\"")
        try files.file("t\(time).ome.tif", maker.file([2 * time, 2 * time + 1]))
      }
      for time in 0..<3 {
        let path = "\(files.folder)/t\(time).ome.tif"
        let image = try ImageFile.read(path, ImageReading(frames: 3))
        #expect(image.frames == 3 && image.samples == TIFFMaker.planes(Array(0..<6)))
        #expect(try ImageFile.header(path).companions.count == 2)
      }
      let source = try ImageFilesSource(
        entries: (0..<2).map { SourceEntry(id: "t\($0)", className: nil) },
        files: (0..<2).map { [["\(files.folder)/t\($0).ome.tif"]] }, channelNames: [], hasFilePerChannel: false,
        frames: 3,
        range: nil)
      #expect(try source.content(0).count == 3 * 32)
      let problems = source.review([0, 1], channels: [0]).problems
      #expect(problems.map(\.description).joined().contains("is a part of the same image as t0"), "\(problems)")
      try FileManager.default.removeItem(atPath: "\(files.folder)/t2.ome.tif")
      let error = try #require(throws: ZooError.self) { try ImageFile.read("\(files.folder)/t0.ome.tif") }
      #expect(error.description.contains("t2.ome.tif, which isn't beside it"), "\(error)")
    }
  }

  @Test("metadata in a file of their own, a renamed file, and the files of several positions")
  func elsewhere() throws {
    try DataFiles.with { files in
      var maker = TIFFMaker()
      maker.description =
        "<OME xmlns=\"x\" UUID=\"urn:uuid:1\"><BinaryOnly MetadataFile=\"set.companion.ome\" UUID=\"urn:uuid:2\"/></OME>"
      try files.file("pixels.ome.tif", maker.file([4, 7]))
      let missing = try #require(throws: ZooError.self) { try ImageFile.read("\(files.folder)/pixels.ome.tif") }
      #expect(missing.description.contains("set.companion.ome, which isn't beside it"), "\(missing)")
      let own = "<TiffData IFD=\"0\" PlaneCount=\"2\"><UUID FileName=\"pixels.ome.tif\">urn:uuid:1</UUID></TiffData>"
      try files.text("set.companion.ome", TIFFMaker.ome(channels: ["BF", "PI"], data: own))
      #expect(try ImageFile.read("\(files.folder)/pixels.ome.tif").channelNames == ["BF", "PI"])

      maker.description = TIFFMaker.ome(channels: ["BF", "PI"], data: own)
      try files.file("renamed.ome.tif", maker.file([5, 6]))
      try FileManager.default.removeItem(atPath: "\(files.folder)/pixels.ome.tif")
      #expect(try ImageFile.read("\(files.folder)/renamed.ome.tif").samples == TIFFMaker.planes([5, 6]))

      let positions = (0..<2).map { position in
        let data = "<TiffData IFD=\"0\" PlaneCount=\"2\"><UUID FileName=\"p\(position).ome.tif\"/></TiffData>"
        let xml = TIFFMaker.ome(channels: ["BF", "PI"], data: data)
        return xml.components(separatedBy: "<Image")[1].components(separatedBy: "</OME>")[0]
      }
      maker.description = "<OME xmlns=\"x\"><Image" + positions.joined(separator: "<Image") + "</OME>"
      try files.file("p1.ome.tif", maker.file([8, 9]))
      #expect(try ImageFile.read("\(files.folder)/p1.ome.tif").samples == TIFFMaker.planes([8, 9]))
    }
  }
}
