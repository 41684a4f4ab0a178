import Foundation
import ZooFormat
import ZooImages

/// Subfolders that hold the same fields or cells in several channels, at several times or of several experiments, where
/// those of classes are expected: `Green/B02_1.tif` and `Red/B02_1.tif`.
package struct AspectFolders {
  private let folders: [String]
  /// Which part of `data.images` the folders are by their names, e.g. `channel`; `nil` for names of any other kind.
  private let part: String?
  /// How many names of files there are, and how many stand in two folders or more.
  private let counts: (all: Int, shared: Int)
  private let example: String
  /// What of the names in several folders speaks for the same fields: parts such as wells, or a number that counts.
  private let names: AspectNames
  /// Whether they look like films or cells, of which another message tells more.
  private let areItems: Bool
  /// The folders of a path, with the one that may be the class in `{…}`.
  private let pattern: [String]

  /// O(files).
  /// - Parameters:
  ///   - paths: Below the folder of the data.
  ///   - level: Which folder of a path may be the class, from 0.
  package init(_ paths: [String], level: Int) {
    var places: [String: Int] = [:]
    var folders: [String] = []
    var holders: [String: Int] = [:]
    var shared: Set<String> = []
    var depth = 1
    for path in paths {
      var parts = path.split(separator: "/", omittingEmptySubsequences: true)
      guard level < parts.count - 1 else { continue }
      depth = parts.count - 1
      let folder = String(parts.remove(at: level)).trimmed
      let place = places[folder] ?? folders.count
      if place == folders.count {
        places[folder] = place
        folders.append(folder)
      }
      let rest = parts.joined(separator: "/")
      if let other = holders[rest] {
        if other != place { shared.insert(rest) }
      } else {
        holders[rest] = place
      }
    }
    self.folders = folders.sorted(by: NaturalOrder.precedes)
    part = Self.part(self.folders)
    counts = (holders.count, shared.count)
    let sorted = shared.sorted()
    example = sorted.first ?? ""
    let step = max(1, sorted.count / Self.mostNames)
    names = AspectNames(
      stride(from: 0, to: sorted.count, by: step).map { (sorted[$0] as NSString).lastPathComponent })
    areItems = ItemFolders(paths, level: level).areItems()
    pattern = (0..<depth).map { $0 == level ? "{…}" : "*" }
  }

  /// Names whose words are looked at.
  private static let mostNames = 500

  private var areSameFiles: Bool { counts.shared > 1 && counts.shared * 2 >= counts.all && names.arePlaces }

  /// Whether they are plates, days and the like by their names.
  var areGroups: Bool { part.map { $0 != ChannelFiles.part && $0 != "frame" } ?? false }

  /// Whether the folders are no classes by their names, or by the files in them.
  /// - Parameter chosen: The classes that somebody named: folders of these names are classes.
  package func areAspects(chosen: [String] = []) -> Bool {
    guard folders.count > 1, !areItems, !chosen.contains(where: folders.contains) else { return false }
    // Cells that are numbered anew in each class share most of their names by chance.
    return part != nil
      || areSameFiles && !names.countItems && (!names.endInNumbers || counts.shared * 10 >= counts.all * 9)
  }

  /// What to do about folders that are no classes; `nil` for what may well be classes.
  /// - Parameter chosen: The classes that somebody named.
  package func refusal(_ root: String, chosen: [String]) -> ZooError? {
    guard areAspects(chosen: chosen) else { return nil }
    let kind =
      switch part {
      case ChannelFiles.part?: "channels"
      case "frame"?: "times"
      case let part?: "one \(part) each"
      case nil: "channels, times or experiments of the same fields"
      }
    let shared =
      counts.shared > 1
      ? "hold the same names of files (\(counts.shared) of \(counts.all) stand in several of them, e.g. \(example.onOneLine))"
      : ""
    let clauses = [shared, part == nil ? "" : "are \(kind) by their names"].filter { !$0.isEmpty }
    let end = part == nil ? ": they look like \(kind), and not like classes" : ", and not classes"
    let name = part ?? ChannelFiles.part
    let place = pattern.map { $0 == "{…}" ? "{\(name)}" : $0 }.joined(separator: "/")
    let other = part == nil ? " ({frame} for times, {experiment} for experiments)" : ""
    let table =
      switch name {
      case ChannelFiles.part: "label, and for each channel a column with its path, named in data.columns.channelPaths"
      case "frame": "path, label, frame and what a film is called"
      default: "path, label, \(name)"
      }
    let classes = folders.prefix(Self.mostShown).map { JSONValue.string($0).description }.joined(separator: ", ")
    return ZooError(
      .badInput, file: root,
      problem: "the \(folders.count) subfolders (\(shown)) \(clauses.joined(separator: " and "))\(end)",
      expected: "one subfolder of images for each class",
      remedy:
        "If the files' names say the class, put {\(name)}\(other) in the folder's place, e.g. data.images='\(place)/{class}_*'; otherwise list the images in a manifest.csv (\(table)); if the subfolders are classes all the same, name them: data.classes=[\(classes)\(folders.count > Self.mostShown ? ", …" : "")]"
    )
  }

  /// What isn't sure of folders that are taken as classes; `nil` if nothing speaks against it.
  package func doubt(chosen: [String]) -> String? {
    guard areSameFiles, folders.count > 1, !chosen.contains(where: folders.contains) else { return nil }
    return
      "\(counts.shared) of \(counts.all) names of files stand in several of the subfolders (\(shown)), e.g. \(example.onOneLine): if these are channels, times or experiments of the same fields and no classes, data.images says so by {channel}, {frame} or {experiment} in the folder's place"
  }

  private static let mostShown = 8

  private var shown: String {
    folders.prefix(Self.mostShown).joined(separator: ", ") + (folders.count > Self.mostShown ? " …" : "")
  }

  // MARK: Names of folders

  /// Which part of `data.images` folders are by their names: all channels, all times, or all plates, days and the like.
  static func part(_ names: [String]) -> String? {
    guard names.count > 1 else { return nil }
    if let part = part(of: Set(names), after: nil) { return part }
    let parts = names.map(NameParts.init)
    if let part = beginning(parts) { return part }
    // Words that all have say nothing: `Export_Green` and `Export_Red`.
    guard let first = parts.first, parts.allSatisfy({ $0.words.count == first.words.count }) else { return nil }
    var found: String?
    for place in first.words.indices {
      let values = Set(parts.map { $0.words[place] })
      if values.count == 1 { continue }
      let isAfterOne = place > 0 && Set(parts.map { $0.words[place - 1] }).count == 1
      guard let part = part(of: values, after: isAfterOne ? first.words[place - 1] : nil) else { return nil }
      found = found ?? part
    }
    return found
  }

  /// The group that all names begin with, each with a value of its own: `Versuch 1` and `Versuch 2 (repeated)`.
  private static func beginning(_ names: [NameParts]) -> String? {
    let firsts = names.map { $0.words.first ?? "" }
    let isCalled = Set(firsts).count == 1
    let values = isCalled ? names.map { $0.words.dropFirst().first ?? "" } : firsts
    guard Set(values).count == names.count else { return nil }
    let (name, prefix) = NameParts.meaning(Set(values), after: isCalled ? firsts[0] : nil)
    return prefix.count == 1 ? nil : name.flatMap { NameParts.counters.contains($0) ? nil : $0 }
  }

  private static func part(of values: Set<String>, after before: String?) -> String? {
    if values.allSatisfy({ stain($0) != nil }), values.contains(where: { stain($0) == true }) {
      return ChannelFiles.part
    }
    if values.allSatisfy({ isTime($0, after: before) }) { return "frame" }
    let (name, prefix) = NameParts.meaning(values, after: before)
    // Wavelengths of plate readers are w1, w2 …; other single letters with numbers may be anything.
    if prefix.lowercased() == "w" { return ChannelFiles.part }
    guard let name, prefix.count != 1, name == ChannelFiles.part || !NameParts.counters.contains(name) else {
      return nil
    }
    return name
  }

  private static let stains: Set<String> = [
    "bf", "brightfield", "hellfeld", "phase", "phasecontrast", "phasenkontrast", "ph", "dic", "dpc", "tl", "td",
    "trans",
    "transmitted", "transmission", "tpmt", "dapi", "hoechst", "dna", "draq5", "draq7", "gfp", "egfp", "yfp", "cfp",
    "bfp", "rfp", "mcherry", "tdtomato", "venus", "mkate", "mneongreen", "fitc", "tritc", "txred", "texasred", "cy3",
    "cy5", "cy55", "cy7", "pi", "propidium", "propidiumiodide", "propidiumiodid", "ce", "cellevent", "annexin",
    "annexinv", "sytox", "sytoxgreen", "sytoxorange", "caspase37", "calcein", "tmrm", "mitotracker", "lysotracker",
    "green", "red", "blue", "yellow", "orange", "cyan", "magenta", "farred", "nir", "nearir", "grün", "gruen", "rot",
    "blau", "vert", "rouge", "bleu", "verde", "rojo", "rosso", "fluorescence", "fluoreszenz",
  ]
  /// Pictures that programs put together of channels.
  private static let pictures: Set<String> = ["overlay", "merge", "merged", "composite", "rgb"]

  /// Whether a word is what a channel is called.
  static func isStain(_ word: String) -> Bool { stain(word) == true }

  /// Whether a name is one of a channel, or (`false`) of a picture of several; `nil` for anything else.
  private static func stain(_ name: String) -> Bool? {
    // PI+ and PI- are classes.
    guard !name.contains("+"), name.last != "-", name.last != "−" else { return nil }
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    if stains.contains(plain) { return true }
    // Few words are tried, for names are many.
    let mayBeDye = plain.last?.isNumber == true && plain.first == "a" || plain.hasSuffix("nm")
    if mayBeDye, plain.wholeMatch(of: /(alexa|alexafluor|af|atto)\d{3}|\d{3}nm/) != nil { return true }
    return pictures.contains(plain) ? false : nil
  }

  private static let times: Set<String> = [
    "t", "tp", "time", "timepoint", "frame", "day", "tag", "jour", "hour", "hours", "stunde", "minute", "week", "woche",
    "zeit", "zeitpunkt", "temps",
  ]

  /// `TimePoint_1`, `t001`, `24 h`, `01d00h00m`.
  private static func isTime(_ name: String, after before: String?) -> Bool {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "." || $0 == "," }
    if plain.wholeMatch(of: /(\d+d)?\d+h(\d+m)?(\d+s)?|\d+m\d+s/) != nil { return true }
    guard let found = plain.wholeMatch(of: /(\D*?)\d+([.,]\d+)?(\D*)/) else { return false }
    let (start, end) = (String(found.output.1), String(found.output.3))
    let units: Set<String> = [
      "h", "hr", "hrs", "hour", "hours", "hpi", "min", "mins", "minutes", "std", "stunden", "days", "tage",
    ]
    if start.isEmpty, end.isEmpty { return before.map { times.contains($0.lowercased()) } ?? false }
    return (start.isEmpty || times.contains(start)) && (end.isEmpty || units.contains(end))
  }
}

/// What names of files that stand in several folders say: places in an experiment, or numbers that count.
struct AspectNames {
  /// Whether most carry a well, or at least two of what positions, times and the like are called.
  private(set) var arePlaces = false
  /// Whether most number cells or crops, as is done anew for each class.
  private(set) var countItems = false
  /// Whether most end in a number of which nothing says what it counts.
  private(set) var endInNumbers = false

  private static let places: Set<String> = [
    "xy", "pos", "position", "s", "site", "f", "fov", "field", "p", "plate", "exp", "experiment", "r", "c", "t", "tp",
    "time", "timepoint", "frame", "z", "w", "ch", "channel", "sk", "series", "scene", "tile", "well", "day",
  ]
  private static let items: Set<String> = [
    "cell", "crop", "roi", "obj", "object", "nucleus", "nuc", "track", "particle", "zelle", "cellule", "celula", "img",
    "image",
  ]

  /// O(letters).
  init(_ names: [String]) {
    guard !names.isEmpty else { return }
    let parts = names.map { NameParts(($0 as NSString).deletingPathExtension) }
    let wells = Self.wells(parts)
    var (placed, items, numbers) = (0, 0, 0)
    for part in parts {
      var found = 0
      var hasItem = false
      for (place, word) in part.words.enumerated() {
        if wells.contains(word) {
          found += 2
          continue
        }
        if NameParts.isDate(word) { found += 1 }
        for pair in Self.pairs(word) {
          if Self.items.contains(pair) { hasItem = true } else if Self.places.contains(pair) { found += 1 }
        }
        guard place > 0, word.allSatisfy(\.isNumber) else { continue }
        let before = part.words[place - 1].lowercased()
        if Self.items.contains(before) { hasItem = true } else if Self.places.contains(before) { found += 1 }
      }
      let last = part.words.last ?? ""
      let before = part.words.dropLast().last?.lowercased() ?? ""
      // `P1_B02_c07` is a cell of a well.
      if last.wholeMatch(of: /[cni]\d+/) != nil { hasItem = true }
      if found > 1 { placed += 1 }
      if hasItem { items += 1 }
      if !last.isEmpty, last.allSatisfy(\.isNumber), !Self.places.contains(before) { numbers += 1 }
    }
    arePlaces = placed * 2 >= names.count
    countItems = items * 2 >= names.count
    endInNumbers = numbers * 2 >= names.count
  }

  static func hasWells(_ names: [NameParts]) -> Bool { !wells(names).isEmpty }

  /// Words that are wells. C1, C2 … of one row may be cells.
  private static func wells(_ names: [NameParts]) -> Set<String> {
    let wells = Set(names.flatMap(\.words).filter { $0.wholeMatch(of: /[A-P](0?[1-9]|1\d|2[0-4])/) != nil })
    let areWells = Set(wells.compactMap(\.first)).count > 1 || wells.allSatisfy { $0.count == 3 }
    return areWells ? wells : []
  }

  /// The letters before each number of a word that is made of such alone: `r`, `c` and `f` of `r02c03f01`.
  private static func pairs(_ word: String) -> [String] {
    var pairs: [String] = []
    var rest = Substring(word.lowercased())
    while !rest.isEmpty {
      let letters = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(letters.count)
      let digits = rest.prefix { $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard !letters.isEmpty, !digits.isEmpty else { return [] }
      pairs.append(String(letters))
    }
    return pairs
  }
}
