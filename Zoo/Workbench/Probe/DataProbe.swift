import Foundation
import ZooData
import ZooFormat

/// What the keys of `data` have to be for a folder, found by looking at its table and at all of its images' headers.
struct DataProbe {
  var spec = DataSpec()
  /// Key → what was found about it or isn't sure, a line each.
  var comments: [String: [String]] = [:]
  /// Whether the table says that its pixels were normalised already.
  var isNormalized = false
  /// Whether each channel has a file of its own.
  var hasFilePerChannel = false
  /// Columns to group samples by, the coarsest first.
  var groups: [String] = []
  /// Those of them that tables beside fields say.
  var joinedGroups: [String] = []

  /// What is wrong with a table of the folder that may be the one that lists the images.
  var unreadable: ZooError?
  /// What somebody says of the data, which is believed before anything that is found.
  let given: GivenData

  /// O(rows + files): headers are read, no pixels.
  /// - Parameters:
  ///   - path: a folder, or a table in it.
  ///   - label: the column with the classes, if somebody says so.
  ///   - given: keys that somebody has set.
  /// - Throws: ``ZooError`` if the folder or its manifest can't be read. What is wrong with the images is found when the
  ///   data are opened.
  init(_ path: String, label: String? = nil, given: GivenData = GivenData()) throws(ZooError) {
    self.given = given
    spec = given.spec
    let label = label ?? (given.has("data.columns.label") ? given.spec.columns.label : nil)
    if FileKind(path) == .file {
      let folder = (path as NSString).deletingLastPathComponent
      spec.root = folder.isEmpty ? "." : folder
      spec.manifest = (path as NSString).lastPathComponent
    } else {
      spec.root = path
      if !given.has("data.manifest"), spec.source == .auto || spec.source == .csv { try findTable(path) }
    }
    switch spec.source == .auto ? SourceInference.source(of: spec) : spec.source {
    case .csv: try probeTable(label)
    case .folder:
      if FileKind(path) == .folder, spec.source == .auto, spec.images == nil,
        let cells = try CellProbe.spec(root: path, given: given)
      {
        take(cells)
      } else {
        if let error = SourceInference.cellsBelow(spec) { throw error }
        if spec.source == .auto, let found = SourceInference.tablesOfCells(spec) {
          if let error = found.error { throw error }
          for (name, error) in found.unread.prefix(3) {
            say(
              "source",
              "Not used: the table '\(name)', which can't be looked into: \(error.problem). \(error.remedy ?? "")")
          }
        }
        do throws(ZooError) { try probeFolder(path) } catch {
          throw unreadable ?? Self.fieldsWithPositions(path) ?? error
        }
        if let unreadable { say("source", "A table can't be read, and the folders' names are taken: \(unreadable).") }
      }
    case .cells:
      groups = ["experiment", "well"]
      if FileKind(path) == .folder, let cells = try CellProbe.spec(root: path, given: given) { take(cells) }
    default: break
    }
    given.apply(to: &spec)
  }

  private mutating func take(_ cells: CellProbe.Found) {
    spec = cells.spec
    groups = ["experiment", "plate", "well"]
    say("source", "Whole fields with tables of the cells in them, which are cut when they are loaded.")
    for (key, text) in cells.comments { say(key, text) }
    if spec.labels.from == .pi {
      say(
        "labels",
        "There is no \(CellLabels.standardFile), so cells are dead or alive by \(spec.labels.pi.channel): see zoo data label SPEC -o FILE --html PAGE."
      )
    }
    takeChannelFolders()
  }

  /// Folders beside each other whose files are called alike are taken as channels, unless somebody says where images are.
  private mutating func takeChannelFolders() {
    guard !spec.cells.channelImages.isEmpty else { return }
    guard !given.has("data.cells.images"), !given.has("data.cells.channelImages"), !given.has("data.imageChannels"),
      !given.has(FolderChannels.key)
    else {
      spec.cells.channelImages = [:]
      return
    }
    let names = spec.cells.channelImages.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    say(
      "cells",
      "Unsure: folders beside each other hold files of the same names, and are taken as channels: \(names.joined(separator: ", ")). Rename them here and in `channels`, and remove what is none."
    )
  }

  /// What the terminal shows, too: what isn't sure, what is left out and what was made of it.
  var doubts: [String] {
    comments.sorted { $0.key < $1.key }.flatMap { key, lines in
      lines.filter { line in
        ["accept", "onError", "join"].contains(key) || line.hasPrefix("Unsure")
          || line.lowercased().contains("left out")
          || line.hasPrefix("Not used")
      }.map { "\(key): \($0)" }
    }
  }

  mutating func say(_ key: String, _ text: String) { comments[key, default: []].append(text) }

  /// Takes what is doubtful in the data into `data.accept`, with what it is, until they can be opened.
  /// - Throws: the ``ZooError`` of what can't be accepted.
  mutating func open() throws(ZooError) -> Dataset {
    var open = Accepted.allCases.filter { $0 != .spellings }
    var leftOut: String?
    while true {
      let data: Dataset
      do throws(ZooError) {
        data = try Dataset.open(spec)
      } catch {
        if spec.onError == .stop, !given.has("data.onError"), error.description.contains("data.onError=skip") {
          spec.onError = .skip
          let lines = error.description.split(separator: "\n").filter { !$0.contains("problems with the data") }
          let line = lines.first?.trimmingCharacters(in: .whitespaces) ?? ""
          say("onError", "Images that can't be decoded are left out: \(line)")
          leftOut = line
          continue
        }
        guard let next = open.first(where: { error.description.contains("data.accept=[\($0.rawValue)]") }) else {
          guard let leftOut else { throw error }
          // What is wrong without them may follow from that.
          var whole = error
          whole.problem += ", once images that can't be decoded are left out: \(leftOut)"
          throw whole
        }
        open.removeAll { $0 == next }
        spec.accept.append(next.rawValue)
        let lines = error.description.split(separator: "\n").filter { $0.contains("data.accept=[\(next.rawValue)]") }
        for line in lines { say("accept", "\(line.trimmingCharacters(in: .whitespaces))") }
        continue
      }
      try refuseSkipped(data)
      return data
    }
  }

  /// Looks at some pixels, or at all of a small set: images that can't be decoded are left out from now on.
  /// - Returns: What a person should know of the channels. O(pixels that are looked at).
  /// - Throws: ``ZooError`` with the cause if none of the images, or none of a class, can be decoded: that isn't left out.
  mutating func look(_ dataset: Dataset, threads: Int) throws(ZooError) -> [String] {
    let all = Split([Subset](repeating: .train, count: dataset.samples.count), rule: "")
    let looked = all.lookedAt(dataset)
    let pixels = PixelCheck(dataset, looked, cache: SampleCache(dataset, limit: 0), threads: threads)
    if !given.has("data.onError") { try pixels.checkClasses(dataset, looked) }
    if let first = pixels.failures.first, spec.onError == .stop, !given.has("data.onError") {
      let failed = Set(pixels.failures.map(\.index))
      try refuseLeavingOut(
        "\(dataset.samples[first.index].id): \(first.error.problem)",
        (looked.train + looked.validation + looked.test).map { (dataset.samples[$0].groups, failed.contains($0)) },
        columns: dataset.groupColumns)
      spec.onError = .skip
      say(
        "onError",
        "\(Figures.counted(pixels.failures.count, "image")) can't be decoded and \(pixels.failures.count == 1 ? "is" : "are") left out, e.g. \(dataset.samples[first.index].id): \(first.error.problem)."
      )
    }
    guard let statistics = pixels.statistics,
      let range = try? dataset.range(of: statistics, given: dataset.isRangeKnown(spec) ? dataset.sampleRange : nil)
    else { return [] }
    return statistics.cautions(dataset.channels, sampleType: dataset.sampleType, range: range)
  }
}
