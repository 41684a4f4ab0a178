import Foundation
import ZooFormat

/// What the pages of a TIFF file are: channels, frames or both, as ImageJ or OME-XML say it, else as the caller does.
struct TIFFStack {
  private let channels: Int
  private let frames: Int
  private let channelsFirst: Bool
  private let names: [String]

  /// - Throws: ``ZooError`` if the pages are a stack in depth over time, which no picture or film is.
  init(pages: Int, samplesPerPixel: Int, description: String, meaning: ImageFile.Pages) throws(ZooError) {
    var sizes = (channels: 1, slices: 1, times: 1)
    var order = "XYCZT"
    var names: [String] = []
    var isKnown = false
    if description.hasPrefix("ImageJ=") {
      func number(_ key: String) -> Int {
        description.split(separator: "\n").first { $0.hasPrefix("\(key)=") }
          .flatMap { Int($0.dropFirst(key.count + 1).trimmingCharacters(in: .whitespaces)) } ?? 1
      }
      sizes = (number("channels"), number("slices"), number("frames"))
      isKnown = description.contains("hyperstack=true") || sizes.channels > 1 || sizes.times > 1
    } else if description.contains("<OME") {
      func number(_ key: String) -> Int { Self.attributes(key, in: description).first.flatMap { Int($0) } ?? 1 }
      sizes = (number("SizeC"), number("SizeZ"), number("SizeT"))
      order = Self.attributes("DimensionOrder", in: description).first ?? order
      for element in description.components(separatedBy: "<Channel ").dropFirst() {
        names += Self.attributes("Name", in: element.components(separatedBy: ">")[0]).prefix(1)
      }
      if samplesPerPixel > 1, sizes.channels % samplesPerPixel == 0 { sizes.channels /= samplesPerPixel }
      isKnown = true
    }
    let product = [sizes.channels, sizes.slices, sizes.times].reduce((1, false)) {
      let (value, overflow) = $0.0.multipliedReportingOverflow(by: $1)
      return (value, $0.1 || overflow || $1 < 1)
    }
    if isKnown, !product.1, product.0 == pages {
      guard sizes.slices == 1 || sizes.times == 1 else {
        throw ZooError(
          .badInput, problem: "the TIFF file has \(sizes.slices) slices at each of \(sizes.times) times",
          expected: "one slice or one time", remedy: "Project or choose a slice first")
      }
      channels = sizes.channels
      frames = sizes.slices * sizes.times
      let place = { (letter: Character) in order.firstIndex(of: letter) ?? order.endIndex }
      channelsFirst = place("C") < place(sizes.times > 1 ? "T" : "Z")
    } else {
      channels = meaning == .channels ? pages : 1
      frames = meaning == .channels ? 1 : pages
      channelsFirst = true
    }
    self.names = names
  }

  func header(of page: TIFFPage) -> ImageHeader {
    let count = channels * page.samplesPerPixel
    var found = names.count == count ? names : []
    if found.isEmpty, count == 1 { found = ["gray"] }
    if found.isEmpty, page.isColour, channels == 1, count == 3 || count == 4 {
      found = Array(["red", "green", "blue", "alpha"].prefix(count))
    }
    return ImageHeader(
      width: page.width, height: page.height, channels: count, frames: frames, sampleType: page.sampleType,
      channelNames: found)
  }

  /// The frame and the channel (counting pages only) of a page.
  func place(ofPage index: Int) -> (frame: Int, channel: Int) {
    channelsFirst ? (index / channels, index % channels) : (index % frames, index / frames)
  }

  /// The values of an XML attribute, in the order in which they stand.
  private static func attributes(_ name: String, in text: String) -> [String] {
    text.components(separatedBy: " \(name)=\"").dropFirst().map { rest in
      rest.components(separatedBy: "\"")[0].replacing("&lt;", with: "<").replacing("&gt;", with: ">")
        .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
    }
  }
}
