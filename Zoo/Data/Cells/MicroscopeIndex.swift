import Foundation
import ZooFormat
import ZooImages

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What microscopes' programs write beside images of which names only number the channels: MetaXpress's `.HTD`, which names
/// waves, Harmony's `Index.idx.xml` and Micro-Manager's `metadata.txt`, which name numbers.
struct MicroscopeIndex {
  /// File, relative to the folder → channel.
  private(set) var names: [String: String] = [:]
  /// The channels in the order of the files.
  private(set) var order: [String] = []
  /// The files that say so.
  private(set) var sources: [String] = []

  /// Harmony's lists of films have hundreds of millions of bytes; all channels stand among the first.
  private static let start = 4 << 20
  private static let endings: Set<String> = [".htd", ".xml", ".txt"]
  private static let indices: Set<String> = ["index.idx.xml", "index.ref.xml", "index.xml"]

  /// O(files of the folder), and of those that say what channels are the first four MiB.
  init(_ folder: FieldFolder) {
    // Folder → waves by the start of the names that they are of.
    var waves: [String: [(prefix: String, names: [Int: String])]] = [:]
    var listed: [String: [Int: String]] = [:]
    var numbered: [String: [Int: String]] = [:]
    for path in folder.paths where Self.endings.contains(path.suffix(4).lowercased()) {
      let (place, name) = ((path as NSString).deletingLastPathComponent, (path as NSString).lastPathComponent)
      if name.lowercased().hasSuffix(".htd") {
        guard let found = Self.waves(folder.full(path)) else { continue }
        waves[place, default: []].append((String(name.dropLast(4)), found))
        take(path, found)
      } else if Self.indices.contains(name.lowercased()) {
        guard let bytes = try? FileBytes.read(folder.full(path), prefix: Self.start),
          let found = HarmonyNames.read(bytes)
        else { continue }
        listed[place] = found
        take(path, found)
      } else if name.lowercased() == "metadata.txt" || name.lowercased().hasSuffix("_metadata.txt") {
        guard let found = Self.managerNames(folder.full(path)) else { continue }
        numbered[place] = found
        take(path, found)
      }
    }
    guard !sources.isEmpty else { return }
    for path in folder.paths where ImageFile.isNamedAsImage(path) {
      let name = (path as NSString).lastPathComponent
      if !waves.isEmpty, let number = Self.wave(name) {
        // Those of the nearest folder above.
        var place = (path as NSString).deletingLastPathComponent
        var isOwn = true
        while waves[place] == nil, !place.isEmpty {
          // Folders of a plate's own, below its list.
          if (place as NSString).lastPathComponent.wholeMatch(of: /(?i)(TimePoint|ZStep)_\d+/) == nil { isOwn = false }
          place = (place as NSString).deletingLastPathComponent
        }
        let here = waves[place] ?? []
        let own = here.count == 1 && isOwn ? here : here.filter { name.hasPrefix($0.prefix + "_") }
        if own.count == 1, let channel = own[0].names[number] { names[path] = channel }
      }
      let place = (path as NSString).deletingLastPathComponent
      if let found = listed[place], let number = name.firstMatch(of: /(?i)-ch(\d{1,3})sk\d/).flatMap({ Int($0.1) }) {
        names[path] = found[number]
      }
      if let found = numbered[place], let number = name.firstMatch(of: /(?i)channel(\d{1,3})/).flatMap({ Int($0.1) }) {
        names[path] = found[number]
      }
    }
  }

  private mutating func take(_ path: String, _ found: [Int: String]) {
    sources.append(path)
    for (_, name) in found.sorted(by: { $0.key < $1.key }) where !order.contains(name) { order.append(name) }
  }

  /// The number of a wave in a name of MetaXpress, `…_s1_w2.TIF`, also with an identifier glued to it.
  static func wave(_ name: String) -> Int? {
    name.wholeMatch(
      of: /.*_w(\d{1,2}?)(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})?\.[A-Za-z]+/
    ).flatMap { Int($0.1) }
  }

  /// Lines `"WaveName1", "FITC"`.
  private static func waves(_ file: String) -> [Int: String]? {
    guard let bytes = try? FileBytes.read(file, prefix: 1 << 20) else { return nil }
    var names: [Int: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      guard let found = line.firstMatch(of: /"WaveName(\d{1,2})"\s*,\s*"([^"]*)"/), let number = Int(found.1) else {
        continue
      }
      names[number] = String(found.2).trimmed
    }
    return isUseful(names) ? names : nil
  }

  /// The list `"ChNames": ["BF", "PI"]`, from 0.
  private static func managerNames(_ file: String) -> [Int: String]? {
    guard let bytes = try? FileBytes.read(file, prefix: 1 << 20) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let list = text.firstMatch(of: /"ChNames"\s*:\s*\[([^\]]*)\]/) else { return nil }
    let words = list.1.matches(of: /"([^"\\]*)"/).map { String($0.1).trimmed }
    let names = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($0.offset, $0.element) })
    return isUseful(names) ? names : nil
  }

  /// Names that tell channels apart, each on one line.
  static func isUseful(_ names: [Int: String]) -> Bool {
    names.count > 1 && Set(names.values).count == names.count
      && names.values.allSatisfy { !$0.isEmpty && $0.faultAsName == nil }
  }
}

/// The channels that Harmony's list has, by their numbers.
private final class HarmonyNames: NSObject, XMLParserDelegate {
  private var names: [Int: String] = [:]
  private var text = ""
  private var channel: Int?
  private var name = ""

  /// `nil` if it defines entities of its own, or doesn't name the channels. The end may be cut.
  static func read(_ bytes: [UInt8]) -> [Int: String]? {
    var text = Substring(String(decoding: bytes, as: UTF8.self))
    if text.first == "\u{FEFF}" { text.removeFirst() }
    guard let parser = SafeXML.parser(text) else { return nil }
    let reader = HarmonyNames()
    parser.delegate = reader
    _ = parser.parse()
    return MicroscopeIndex.isUseful(reader.names) ? reader.names : nil
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    text = ""
    switch element {
    case "Image": (channel, name) = (nil, "")
    case "Entry": (channel, name) = (attributes["ChannelID"].flatMap { Int($0) }, "")
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
    switch element {
    case "ChannelID": channel = Int(text.trimmed)
    case "ChannelName": name = text.trimmed
    case "FlatfieldProfile":
      // {Background: …, Channel: 1, ChannelName: HOECHST 33342, Foreground: …}
      if name.isEmpty, let found = text.firstMatch(of: /ChannelName: ([^,}]+)/) { name = String(found.1).trimmed }
    case "Image", "Entry":
      if let channel, !name.isEmpty, names[channel] == nil { names[channel] = name }
    default: break
    }
  }
}
