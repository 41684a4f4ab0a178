import Foundation
import ZooFormat

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What OME-XML (of any version) says of the planes of its images.
struct OMEXML {
  struct Channel {
    var name = ""
    /// 1 if it isn't said.
    var samplesPerPixel = 1
  }

  /// Where planes are: `IFD` … of the specification of OME-TIFF.
  struct PlaneRun {
    var directory: Int?
    var planeCount: Int?
    var firstC = 0
    var firstZ = 0
    var firstT = 0
    var fileName: String?
    var uuid: String?
  }

  struct Image {
    var name = ""
    /// `XYCZT` and its permutations, upper case.
    var order = "XYCZT"
    /// Width and height of the planes in pixels; 0 where the XML doesn't say.
    var sizeX = 0
    var sizeY = 0
    var sizeC = 1
    var sizeZ = 1
    var sizeT = 1
    /// Micrometres of a pixel across; `nil` if it isn't said, or in a unit that isn't known.
    var pixelSize: Double?
    /// Hours from one frame to the next; `nil` if it isn't said, or in a unit that isn't known.
    var frameInterval: Double?
    var channels: [Channel] = []
    var runs: [PlaneRun] = []
  }

  fileprivate(set) var images: [Image] = []
  /// Of the file that the text stands in.
  fileprivate(set) var uuid: String?
  /// The file that has the metadata, if this one has only pixels.
  fileprivate(set) var metadataFile: String?

  /// The longest text that is read.
  static let largest = 64 << 20

  /// Whether a description means to be OME-XML.
  static func isOME(_ text: String) -> Bool {
    let start = text.prefix(4096).lowercased()
    guard start.trimmingPrefix(while: { $0.isWhitespace || $0 == "\u{FEFF}" }).hasPrefix("<") else { return false }
    return start.contains("<ome") || start.contains(":ome")
  }

  /// Reads the text of an image description, or of a `.companion.ome` file. Prefixes and case of names don't matter.
  /// - Throws: ``ZooError`` if it isn't well-formed, or its numbers aren't numbers. Entities of its own are refused.
  init(_ text: String) throws(ZooError) {
    // A declaration speaks of bytes that are gone, and nothing may stand before it.
    var body = Substring(text.trimmingCharacters(in: .whitespacesAndNewlines.union(.init(charactersIn: "\u{FEFF}\0"))))
    if body.hasPrefix("<?xml"), let end = body.range(of: "?>") { body = body[end.upperBound...] }
    guard body.utf8.count <= Self.largest else {
      throw ZooError(
        .badInput, problem: "the OME-XML has \(body.utf8.count) bytes", expected: "at most \(Self.largest)")
    }
    guard let parser = SafeXML.parser(body) else {
      throw ZooError(
        .badInput, problem: "the OME-XML defines entities of its own, or has bytes of zero",
        expected: "OME-XML without a DOCTYPE")
    }
    let reader = OMEXMLReader()
    parser.delegate = reader
    let isWhole = parser.parse()
    if let problem = reader.problem { throw problem }
    guard isWhole, reader.isClosed else {
      throw ZooError(
        .badInput, problem: "the OME-XML of the TIFF file is broken in its line \(max(parser.lineNumber, 1))",
        remedy: "Convert the file again, or say by data.axes and data.imageChannels what its pages are")
    }
    self = reader.result
    guard !images.isEmpty || metadataFile != nil else {
      throw ZooError(.badInput, problem: "the OME-XML of the TIFF file describes no image")
    }
  }

  fileprivate init() {}
}

/// Takes the elements that say what planes are.
private final class OMEXMLReader: NSObject, XMLParserDelegate {
  var result = OMEXML()
  private(set) var problem: ZooError?
  private var text = ""
  /// The elements that are open, from the root on.
  private var open: [String] = []
  /// Names of channels in versions before 2010.
  private var logicalNames: [String] = []

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let values = Dictionary(attributes.map { (Self.local($0.key), $0.value) }) { first, _ in first }
    let image = result.images.count - 1
    text = ""
    let parent = open.last
    open.append(Self.local(element))
    // Annotations may hold elements of any name.
    switch Self.local(element) {
    case "ome": result.uuid = values["uuid"]
    case "binaryonly": result.metadataFile = values["metadatafile"]
    case "image" where parent == "ome":
      result.images.append(OMEXML.Image(name: values["name"] ?? ""))
      logicalNames = []
    case "logicalchannel": logicalNames.append(values["name"] ?? "")
    case "pixels" where image >= 0 && parent == "image":
      result.images[image].order = (values["dimensionorder"] ?? "XYCZT").uppercased()
      result.images[image].sizeX = number(values, "sizex", 0, parser)
      result.images[image].sizeY = number(values, "sizey", 0, parser)
      result.images[image].sizeC = number(values, "sizec", 1, parser)
      result.images[image].sizeZ = number(values, "sizez", 1, parser)
      result.images[image].sizeT = number(values, "sizet", 1, parser)
      result.images[image].pixelSize = values["physicalsizex"].flatMap { Double($0) }.flatMap {
        LengthUnit.micrometres($0, unit: values["physicalsizexunit"])
      }
      result.images[image].frameInterval = values["timeincrement"].flatMap { Double($0) }.flatMap {
        TimeUnit.hours($0, unit: values["timeincrementunit"])
      }
    case "channel" where image >= 0 && parent == "pixels":
      result.images[image].channels.append(
        OMEXML.Channel(
          name: (values["name"] ?? "").trimmingCharacters(in: .whitespacesAndNewlines),
          samplesPerPixel: number(values, "samplesperpixel", 1, parser)))
    case "tiffdata" where image >= 0 && parent == "pixels":
      var run = OMEXML.PlaneRun()
      if values["ifd"] != nil { run.directory = number(values, "ifd", 0, parser) }
      if values["planecount"] ?? values["numplanes"] != nil {
        run.planeCount = number(values, values["planecount"] == nil ? "numplanes" : "planecount", 1, parser)
      }
      run.firstC = number(values, "firstc", 0, parser)
      run.firstZ = number(values, "firstz", 0, parser)
      run.firstT = number(values, "firstt", 0, parser)
      result.images[image].runs.append(run)
    case "uuid" where image >= 0 && parent == "tiffdata" && !result.images[image].runs.isEmpty:
      result.images[image].runs[result.images[image].runs.count - 1].fileName = values["filename"]
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
    let image = result.images.count - 1
    open.removeLast()
    guard image >= 0 else { return }
    switch Self.local(element) {
    case "uuid" where open.last == "tiffdata" && !result.images[image].runs.isEmpty:
      result.images[image].runs[result.images[image].runs.count - 1].uuid = text.trimmingCharacters(
        in: .whitespacesAndNewlines)
    case "image" where open.last == "ome" && result.images[image].channels.isEmpty:
      result.images[image].channels = logicalNames.map { OMEXML.Channel(name: $0) }
    default: break
    }
  }

  /// Whether all elements were closed: the parser doesn't mind a text that is cut short.
  var isClosed: Bool { open.isEmpty }

  /// A name without its prefix, in lower case.
  private static func local(_ name: String) -> String {
    (name.split(separator: ":").last.map(String.init) ?? name).lowercased()
  }

  private func number(_ values: [String: String], _ name: String, _ standard: Int, _ parser: XMLParser) -> Int {
    guard let text = values[name] else { return standard }
    guard let value = Int(text.trimmingCharacters(in: .whitespaces)), (0...Int(Int32.max)).contains(value) else {
      problem =
        problem
        ?? ZooError(
          .badInput, problem: "the OME-XML says \(name) is '\(text.prefix(40))'", expected: "a whole number")
      parser.abortParsing()
      return standard
    }
    return value
  }
}
