import Foundation
import ZooFormat
import ZooImages

extension Dataset {
  /// The largest height and width (pixels) that images are resized to.
  package static let largestSide = 8192

  /// What data are opened for, which decides what they have to be.
  package enum Purpose: Sendable {
    /// Every sample has a class, every class has samples, and no image stands on both sides of a split.
    case training
    /// Samples without a class, or of a class that the spec doesn't name, are left out and counted.
    case evaluation
    /// All samples are kept; the label of those of no known class is `nil`.
    case prediction
  }

  /// Opens the data that a spec describes. O(files): every file's header is read, no pixels are decoded.
  ///
  /// - Throws: One ``ZooError`` with everything found wrong: missing and broken files, classes without samples, channels,
  ///   columns and classes that the data lacks with the nearest name it has, labels and groups that are one and the same
  ///   but for their spelling, images that stand there twice.
  package static func open(_ spec: DataSpec, for purpose: Purpose = .training) throws(ZooError) -> Dataset {
    var problems = Problems()
    let (source, found) = try source(of: spec, purpose: purpose, &problems)
    // Files are looked at only if it is known which: the rest would follow from what is wrong with the table.
    let areFilesKnown = problems.all.isEmpty
    var remarks = found
    var wrong = Problems()
    let labels = ClassSelection(spec, source: source, purpose: purpose, passedOver: found, problems: &wrong)
    let origin = wrong.all.isEmpty ? nil : TableJoin.origin(of: spec.columns.label, spec)
    problems.add(wrong.all.map { error in origin.map(error.at(file:)) ?? error })
    remarks += labels.remarks
    let channels = selectChannels(spec, source: source, problems: &problems)
    if spec.channels.isEmpty, source.channels.contains(Self.transparency) {
      remarks.append(
        "a plane of the files, '\(Self.transparency)', isn't used: it says where pictures are transparent, unless it is a channel of its own; data.channels=[\(source.channels.joined(separator: ", "))] takes it"
      )
    }
    for name in spec.split.by where !source.groupColumns.contains(name) {
      problems.add(missingColumn(name, among: source.groupColumns))
    }
    if spec.frames != source.frames {
      problems.add(
        ZooError(
          .badInput, path: "data.frames",
          problem: "is \(spec.frames.map(String.init) ?? "null")",
          expected: source.frames.map { "\($0), as the sequences have" } ?? "null, because these are single images"))
    }
    if spec.height < 1 || spec.width < 1 || spec.height > Self.largestSide || spec.width > Self.largestSide {
      problems.add(
        ZooError(
          .badInput, path: "data.height", problem: "the images are to have \(spec.width)×\(spec.height) pixels",
          expected: "1 to \(Self.largestSide)"))
    }
    let used = labels.entries.map { source.entries[$0] }
    if let id = twice(used) {
      problems.add(
        ZooError(
          .badInput, problem: "two samples have the id '\(id)'", expected: "an id for each sample",
          remedy: "Rename what the id is made of: the file, the row, or the track or object of the cell"))
    }
    let names = used.lazy.flatMap { [$0.id] + $0.groups }
    if let (name, fault) = names.lazy.compactMap({ name in name.faultAsName.map { (name, $0) } }).first {
      problems.add(
        ZooError(
          .badInput, problem: "the name '\(name)' \(fault)", expected: "names on one line",
          remedy: "Rename the file, or mend the table"))
    }
    if purpose != .prediction {
      problems.add(
        GroupAudit.problems(
          used.map(\.groups), columns: source.groupColumns, by: spec.split.by, accepts: spec.accepts))
      if !spec.accepts(.spellings) {
        remarks += GroupAudit.remarks(
          used.map { $0.groups + $0.facets }, columns: source.groupColumns + source.facetColumns, except: spec.split.by)
      }
    }
    let review = areFilesKnown ? source.review(labels.entries, channels: channels.map(\.index)) : SourceReview()
    problems.add(review.problems)
    if spec.onError == .stop { problems.add(review.unreadable.map(\.error)) }
    do { try problems.check() } catch {
      throw spec.onError == .stop && !review.unreadable.isEmpty ? PixelCheck.withRemedy(error) : error
    }
    let broken = Set(review.unreadable.map(\.entry))
    if let stacks = review.stacks(spec.slices) { remarks.append(stacks) }
    if let resizing = review.resizing(width: spec.width, height: spec.height) { remarks.append(resizing) }
    if let strips = review.strips { remarks.append(strips) }
    guard !labels.entries.isEmpty else {
      throw ZooError(
        .badInput, file: spec.root,
        problem: "no sample has a class that is used" + (remarks.isEmpty ? "" : ": " + remarks.joined(separator: "; ")),
        expected: "labels among \(labels.classes.joined(separator: ", "))",
        remedy: purpose == .evaluation ? "Use zoo predict for data without labels" : nil)
    }
    let pairs = zip(labels.entries, labels.labels).map { (entry: $0, label: $1) }.filter { !broken.contains($0.entry) }
    guard !pairs.isEmpty else {
      throw ZooError(.badInput, file: spec.root, path: "data.onError", problem: "leaves nothing: no image can be read")
    }
    let kept = purpose == .training ? try withoutCopies(pairs, labels.classes, spec, source, &remarks) : pairs
    var dataset = Dataset(
      samples: kept.map { entry, label in
        let found = source.entries[entry]
        return Sample(
          id: found.id, label: label, groups: found.groups, subset: found.subset, unit: found.unit,
          weight: found.weight)
      },
      classes: labels.classes, channels: channels.map(\.name), groupColumns: source.groupColumns, frames: source.frames,
      height: spec.height, width: spec.width, sampleType: source.sampleType, sampleRange: source.sampleRange,
      note: source.note, isSimulated: source.note == Simulation.note, remarks: remarks, source: source,
      entries: kept.map(\.entry), sourceChannels: channels.map(\.index))
    dataset.folderChannels = spec.folderChannels
    dataset.hasChannelsByPlace =
      !(spec.imageChannels.isEmpty && spec.folderChannels.isEmpty) && spec.cells.channelImages.isEmpty
      && spec.columns.channelPaths.isEmpty
    var told: Set<Int> = []
    let skipped = review.unreadable.filter { told.insert($0.entry).inserted }
    dataset.skipped = skipped.map(\.error)
    dataset.skippedGroups = skipped.map { source.entries[$0.entry].groups }
    return dataset
  }

  /// The first id that a second entry has, too. O(entries).
  private static func twice(_ entries: [SourceEntry]) -> String? {
    var seen: Set<String> = []
    seen.reserveCapacity(entries.count)
    return entries.first { !seen.insert($0.id).inserted }?.id
  }

  /// Images that are there more than once are refused where they would stand on both sides of a split or have different
  /// labels, also those of classes that aren't used; within one group and class they are told. `data.accept=[copies]` takes
  /// the first of each, wherever they stand, and none that has different labels.
  private static func withoutCopies(
    _ samples: [(entry: Int, label: Int?)], _ classes: [String], _ spec: DataSpec, _ source: any SampleSource,
    _ remarks: inout [String]
  ) throws(ZooError) -> [(entry: Int, label: Int?)] {
    let places = spec.split.by.compactMap(source.groupColumns.firstIndex(of:))
    let used = Set(samples.map(\.entry))
    // What isn't used may still say that somebody was unsure of an image.
    let others = source.entries.indices.filter { entry in
      source.entries[entry].className.map { !used.contains(entry) && !Spelling.isNothing($0) } ?? false
    }
    let all = samples.map(\.entry) + others
    let relabel = Dictionary(spec.relabel.map { ($0.key.trimmed, $0.value.trimmed) }) { first, _ in first }
    func label(_ place: Int) -> String {
      if place < samples.count, let label = samples[place].label { return classes[label] }
      let name = source.entries[all[place]].className ?? ""
      return relabel[name] ?? name
    }
    func group(_ place: Int) -> [String] {
      let entry = source.entries[all[place]]
      return places.isEmpty ? [entry.unit ?? entry.id] : places.map { entry.groups[$0] }
    }
    func id(_ place: Int) -> String { source.entries[all[place]].id }
    var (harmless, dropped) = (0, Set<Int>())
    var (contradicting, straddling): ([[Int]], [[Int]]) = ([], [])
    for copies in try ImageCopies.groups(all, source) {
      let own = copies.filter { $0 < samples.count }
      guard !own.isEmpty else { continue }
      if Set(copies.map(label)).count > 1 {
        contradicting.append(copies)
        dropped.formUnion(own)
      } else if Set(own.map(group)).count > 1 {
        straddling.append(own)
        dropped.formUnion(own.dropFirst())
      } else if spec.accepts(.copies) {
        dropped.formUnion(own.dropFirst())
      } else {
        harmless += own.count - 1
      }
    }
    if harmless > 0 {
      remarks.append(
        "\(Figures.counted(harmless, "sample")) with the same bytes as another one of the group and class; data.accept=[copies] leaves \(harmless == 1 ? "it" : "them") out"
      )
    }
    guard !dropped.isEmpty else { return samples }
    func example(_ copies: [Int]) -> String {
      let other = copies.first { label($0) != label(copies[0]) } ?? copies[1]
      return [copies[0], other].map { "'\(id($0))'" }.joined(separator: " and ")
    }
    guard spec.accepts(.copies) else {
      var problems = Problems()
      if let first = contradicting.first {
        problems.add(
          ZooError(
            .badInput,
            problem:
              "\(Figures.counted(contradicting.joined().count, "sample")) with the same bytes as others but with other labels, e.g. \(example(first)) (\(Set(first.map(label)).sorted().map { "'\($0)'" }.joined(separator: ", ")))",
            expected: "one label for an image",
            remedy: "Mend the labels, or set data.accept=[copies] to leave these out"))
      }
      if let first = straddling.first {
        problems.add(
          ZooError(
            .badInput,
            problem:
              "\(Figures.counted(straddling.count, "image")) with duplicates, the same bytes in different \(places.isEmpty ? "samples" : "groups"), e.g. \(example(first))",
            expected: "each image once, or the test set is seen in training",
            remedy: "Remove the copies, or set data.accept=[copies] to use the first of each"))
      }
      try problems.check()
      return samples
    }
    let contrary = contradicting.joined().count { $0 < samples.count }
    // Groups that nothing is split by yet are told, too.
    let columns = ColumnRoles.groups(source.groupColumns).compactMap(source.groupColumns.firstIndex(of:))
    let across = columns.compactMap { column -> String? in
      let count = straddling.reduce(0) { count, own in
        count + (Set(own.map { source.entries[all[$0]].groups[column] }).count > 1 ? own.count - 1 : 0)
      }
      return count > 0 ? "\(count) copied from one '\(source.groupColumns[column])' to another" : nil
    }.first
    let crossing = straddling.filter { own in
      columns.contains { column in Set(own.map { source.entries[all[$0]].groups[column] }).count > 1 }
    }
    func placed(_ place: Int) -> String {
      let groups = columns.prefix(2).map { source.entries[all[place]].groups[$0] }
      return "'\(id(place).onOneLine)'"
        + (groups.isEmpty ? "" : " (\(groups.map(\.onOneLine).joined(separator: " / ")))")
    }
    let pairs = crossing.prefix(shownCopies).map { own in
      "\(placed(own[0])) stays and \(own.dropFirst().map(placed).joined(separator: ", ")) \(own.count > 2 ? "don't" : "doesn't")"
    }
    let kinds = [contrary > 0 ? "\(contrary) of them under different labels" : nil, across].compactMap(\.self)
    remarks.append(
      "\(Figures.counted(dropped.count, "sample")) left out: duplicates of others with the same bytes"
        + (kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")
        + (pairs.isEmpty ? "" : ": \(pairs.joined(separator: "; "))\(crossing.count > pairs.count ? " …" : "")"))
    return samples.indices.filter { !dropped.contains($0) }.map { samples[$0] }
  }

  private static let shownCopies = 5

  private static func source(
    of spec: DataSpec, purpose: Purpose, _ problems: inout Problems
  ) throws(ZooError) -> (source: any SampleSource, remarks: [String]) {
    if spec.source == .auto, let error = SourceInference.otherTable(spec) { throw error }
    let kind = spec.source == .auto ? SourceInference.source(of: spec) : spec.source
    switch (kind, spec.root) {
    case (.auto, _):
      throw ZooError(
        .badInput, path: "data.root", problem: "isn't set, so there are no data",
        expected: "the folder of the images", remedy: SourceInference.simulationRemedy)
    case (.simulated, nil): return (try SimulatedSource(spec), [])
    case (.simulated, let root?):
      throw ZooError(
        .badInput, path: "data.root", problem: "is '\(root)', but simulated cells are read from nowhere",
        remedy: "Set data.source to auto, folder, csv or idx")
    case (.folder, let root?):
      let folder = try FolderSource(spec, root: root)
      return (folder.source, folder.remarks)
    case (.csv, _):
      let manifest = try ManifestSource.open(spec, purpose: purpose)
      problems.add(manifest.problems.all)
      return (manifest.source, manifest.remarks)
    case (.idx, let root): return (try IDXSource(spec, root: root ?? "."), [])
    case (.cells, let root?):
      let cells = try CellsSource(spec, root: root, purpose: purpose)
      return (cells, cells.remarks)
    case (.cells, nil):
      throw ZooError(.badInput, path: "data.root", problem: "isn't set", expected: "the folder of the fields")
    case (.folder, nil):
      throw ZooError(
        .badInput, path: "data.root", problem: "isn't set", expected: "the folder that holds a folder for each class")
    }
  }

  /// The channel of colour pictures that no camera saw.
  private static let transparency = "alpha"

  private static func selectChannels(
    _ spec: DataSpec, source: any SampleSource, problems: inout Problems
  ) -> [(name: String, index: Int)] {
    let all = Array(zip(source.channels, source.channels.indices))
    // Transparency is part of a picture, not of what a camera saw.
    guard !spec.channels.isEmpty else { return all.filter { $0.0 != transparency }.map { (name: $0.0, index: $0.1) } }
    var chosen: [(name: String, index: Int)] = []
    for name in spec.channels {
      guard let index = source.channels.firstIndex(of: name) else {
        var problem = missing(name, "data.channels", "channel", among: source.channels)
        problem.remedy = problem.remedy ?? "Name channels that the data have, or set data.channels=[] for all of them"
        problems.add(problem)
        continue
      }
      if chosen.contains(where: { $0.name == name }) {
        problems.add(ZooError(.badInput, path: "data.channels", problem: "'\(name)' is named twice"))
      }
      chosen.append((name, index))
    }
    return chosen
  }

  package static func missing(
    _ name: String, _ path: String, _ what: String, among names: [String]
  ) -> ZooError {
    ZooError(
      .badInput, path: path, problem: "there is no \(what) '\(name)'",
      expected: names.isEmpty ? "other data" : "one of \(names.joined(separator: ", "))",
      remedy: NearestName.of(name, in: names).map { "Did you mean '\($0)'?" })
  }
}

extension Dataset {
  /// A column of `data.split.by` that the data don't have.
  static func missingColumn(_ name: String, among columns: [String]) -> ZooError {
    guard columns.isEmpty else { return missing(name, "data.split.by", "column to split by", among: columns) }
    return ZooError(
      .badInput, path: "data.split.by", problem: "there is no column '\(name)' to split by: the data have no columns",
      expected: "a manifest.csv with the column '\(name)'",
      remedy: "Add one, or set data.split.by=[] to split at random")
  }
}

extension DataSpec {
  /// The camera's range if the spec gives a usable one.
  package var sampleRange: ClosedRange<Float>? {
    guard let range, range.count == 2, range[0] < range[1], range.allSatisfy({ abs($0) <= 0x1p32 }) else { return nil }
    return Float(range[0])...Float(range[1])
  }
}
