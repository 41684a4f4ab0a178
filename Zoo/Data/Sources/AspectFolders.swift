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
  /// Whether each folder holds each of these names.
  private let holdsAll: Bool
  private let example: String
  /// What of the names in several folders speaks for the same fields: parts such as wells, or a number that counts.
  private let names: AspectNames
  /// Whether they look like films or cells, of which another message tells more.
  private let areItems: Bool
  /// The folders of a path, with the one that may be the class in `{…}`.
  private let pattern: [String]
  /// Folders that are called as copies of others → what they are copies of.
  private let copies: [String: String]
  /// Names of the files, evenly drawn from all.
  private let files: [String]

  /// O(files).
  /// - Parameters:
  ///   - paths: Below the folder of the data.
  ///   - level: Which folder of a path may be the class, from 0.
  package init(_ paths: [String], level: Int) {
    var places: [String: Int] = [:]
    var folders: [String] = []
    var holders: [String: Int] = [:]
    var count = 0
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
      count += 1
      if let other = holders[rest] {
        if other != place { shared.insert(rest) }
      } else {
        holders[rest] = place
      }
    }
    self.folders = folders.sorted(by: NaturalOrder.precedes)
    let copies = FolderCopies.originals(Set(folders))
    self.copies = copies
    part = Self.part(self.folders.filter { copies[$0] == nil })
    counts = (holders.count, shared.count)
    holdsAll = count == holders.count * folders.count
    files = stride(from: 0, to: paths.count, by: max(1, paths.count / Self.mostNames)).map {
      (paths[$0] as NSString).lastPathComponent
    }
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

  private var areNearlyAll: Bool { counts.shared * 10 >= counts.all * 9 }

  /// Whether all folders hold exactly the same names, of which there are more than a few.
  private var areOneSet: Bool {
    counts.shared == counts.all && counts.all >= Self.fewNames && holdsAll && !names.countItems
  }

  private static let fewNames = 4

  var hasSeveral: Bool { folders.count > 1 }

  /// Whether they are plates, days and the like by their names.
  var areGroups: Bool { part.map { $0 != ChannelFiles.part && $0 != "frame" } ?? false }

  /// Whether the folders are no classes by their names, or by the files in them.
  /// - Parameter chosen: The classes that somebody named: folders of these names are classes.
  package func areAspects(chosen: [String] = []) -> Bool {
    guard folders.count > 1, !areItems, !chosen.contains(where: folders.contains) else { return false }
    // Cells that are numbered anew in each class share most of their names by chance.
    return part != nil
      || areSameFiles && !names.countItems && (!names.endInNumbers || areNearlyAll)
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
    let classes = folders.prefix(Self.mostShown).map { JSONValue.string($0).description }.joined(separator: ", ")
    let otherwise =
      "if the subfolders are classes all the same, name them: data.classes=[\(classes)\(folders.count > Self.mostShown ? ", …" : "")]"
    return ZooError(
      .badInput, file: root,
      problem: "the \(folders.count) subfolders (\(shown)) \(clauses.joined(separator: " and "))\(end)",
      expected: "one subfolder of images for each class",
      remedy: "\(classesElsewhere(TableBeside(root))); \(otherwise)\(FolderCopies.remedy(copies))")
  }

  /// Where the classes are, if the folders are none: in the files' names, or in a table.
  private func classesElsewhere(_ table: TableBeside?) -> String {
    let name = part ?? ChannelFiles.part
    let columns =
      switch name {
      case ChannelFiles.part: "label, and for each channel a column with its path, named in data.columns.channelPaths"
      case "frame": "path, label, frame and what a film is called"
      default: "path, label, \(name)"
      }
    if let file = ClassWords.pattern(files) {
      let other = part == nil ? " ({frame} for times, {experiment} for experiments)" : ""
      let place = pattern.map { $0 == "{…}" ? "{\(name)}" : $0 }.joined(separator: "/")
      return
        "If the files' names say the class, put {\(name)}\(other) in the folder's place, e.g. data.images='\(place)/\(file)'; otherwise list the images in a manifest.csv (\(columns))\(table.map { "; \($0.told)" } ?? "")"
    }
    let said = names.arePlaces || ClassWords.areWells(files) ? "say wells or the like, and no class" : "say no class"
    let what =
      "The files' names (\((files.first ?? "").onOneLine)) \(said): list the images in a manifest.csv (\(columns))"
    guard let table else {
      return
        "\(what); what a table says of each well is joined to it by data.join={\"TABLE.csv\": [plate, well]}, the label too"
    }
    return "\(what); \(table.told)"
  }

  /// What isn't sure of folders that are taken as classes; `nil` if nothing speaks against it.
  package func doubt(chosen: [String]) -> String? {
    guard areSameFiles && (!names.countItems || areNearlyAll) || areOneSet, folders.count > 1,
      !chosen.contains(where: folders.contains)
    else { return nil }
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
    if values.allSatisfy({ Stains.kind($0) != nil }), values.contains(where: Stains.isStain) {
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

  private static let times: Set<String> = [
    "t", "tp", "time", "timepoint", "frame", "day", "tag", "jour", "hour", "hours", "stunde", "minute", "week", "woche",
    "zeit", "zeitpunkt", "temps", "día", "dia", "giorno", "hora", "horas", "ora", "ore", "heure", "tiempo", "tempo",
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
