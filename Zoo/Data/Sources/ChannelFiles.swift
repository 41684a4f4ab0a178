import ZooFormat
import ZooImages

/// Files of single channels put together to samples: paths that agree in all parts but `{channel}` are one.
package struct ChannelFiles: Sendable {
  /// One sample.
  package struct Sample: Sendable {
    /// The path of its first file, by which it is called.
    package var path: String
    /// Of the parts of the names.
    package var values: [String: String]
    /// A path for each channel; empty for one that it lacks.
    package var files: [String]
  }

  package private(set) var samples: [Sample] = []
  /// The channels, in the order of the files: those of the spec first.
  package private(set) var names: [String] = []
  /// How many samples lack which channel, of those that are used, before anything was left out.
  package private(set) var lacking: [(name: String, count: Int)] = []
  /// Channels of which zeros take the place.
  private(set) var masked: [String] = []
  private(set) var remarks: [String] = []
  /// What says of a part of the names that all samples of a value lack a channel and were left out.
  private(set) var lost: [String] = []
  /// How many samples there are with those that were left out.
  package let found: Int

  /// The part of `data.images` that says which channel a file is.
  package static let part = "channel"

  /// O(files).
  /// - Parameter matches: Files that the pattern fits, with the values of its parts.
  /// - Throws: ``ZooError`` if names of channels contradict the spec, or samples lack channels, which isn't accepted.
  init(
    _ matches: [(path: String, values: [String: String])], _ pattern: FieldPattern, _ spec: DataSpec, root: String
  ) throws(ZooError) {
    let folders = FolderChannels(spec.folderChannels)
    let rules = try folders.places(matches.map(\.path), root: root)
    let words = zip(rules, matches).map { (rule: $0, word: $1.values[Self.part] ?? "") }
    let namesByRule = try folders.names(of: words, root: root) { $0.sorted(by: NaturalOrder.precedes) }
    var order: [String] = []
    // With the channel that the file's folder says it is.
    var members: [String: [(path: String, values: [String: String], channel: String?)]] = [:]
    for (match, word) in zip(matches, words) {
      let rest = pattern.rest(of: match.path, without: Self.part) ?? match.path
      if members[rest] == nil { order.append(rest) }
      members[rest, default: []].append((match.path, match.values, word.rule.flatMap { namesByRule[$0][word.word] }))
    }
    found = order.count
    let tokens = Set(words.filter { $0.rule == nil }.map(\.word)).sorted(by: NaturalOrder.precedes)
    let stated = spec.imageChannels.filter { $0 != ChannelNaming.further }
    guard stated.isEmpty || tokens.isEmpty || stated.count == tokens.count else {
      throw ZooError(
        .badInput, file: root, path: "data.imageChannels",
        problem:
          "names \(Figures.counted(stated.count, "channel")) (\(stated.joined(separator: ", "))), but the files' names have \(tokens.count) (\(tokens.joined(separator: ", ")))",
        expected: "a name for each, in this order",
        remedy: "Leave files out by data.exclude, or name all; \(FolderChannels.hint)")
    }
    let namesOfTokens = Dictionary(zip(tokens, stated)) { first, _ in first }
    let synonyms = ChannelSynonyms(spec.channelNames)
    var known: Set<String> = []
    var byName: [[String: String]] = []
    for rest in order {
      let own = members[rest] ?? []
      let tokens = own.filter { $0.channel == nil }.map { $0.values[Self.part] ?? "" }
      var others: ArraySlice<String>
      do throws(ZooError) {
        others = (stated.isEmpty ? try synonyms.resolved(tokens) : tokens.map { namesOfTokens[$0] ?? $0 })[...]
      } catch {
        throw error.at(file: "\(root)/\(own.first?.path ?? "")")
      }
      let names = own.map { $0.channel ?? others.popFirst() ?? "" }
      if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
        throw ZooError(
          .badInput, file: "\(root)/\(own[twice].path)", path: "data.images",
          problem: "is '\(names[twice])' of a sample that another file is, too", expected: "a file for each channel",
          remedy: folders.isEmpty ? nil : "Mend \(FolderChannels.key)")
      }
      known.formUnion(names)
      byName.append(Dictionary(zip(names, own.map(\.path))) { first, _ in first })
    }
    let further = folders.rules.sorted { $0.pattern < $1.pattern }.flatMap(\.names)
    func place(_ name: String) -> Int {
      (spec.channels + stated + further).firstIndex(of: name) ?? .max
    }
    names = known.sorted { left, right in
      let (first, second) = (place(left), place(right))
      return first == second ? NaturalOrder.precedes(left, right) : first < second
    }
    let needed = names.filter { name in
      spec.channels.isEmpty || spec.channels.contains(name) || spec.channels.contains(ImageFilesSource.mask(name))
    }
    lacking = needed.map { name in (name, byName.count { $0[name] == nil }) }
    try refuseLacking(order, byName, spec, root: root)
    let rule = spec.columns.missingChannel
    for (rest, files) in zip(order, byName) {
      let present = needed.filter { files[$0] != nil }
      guard present.count == needed.count || rule == .zero && !present.isEmpty,
        let first = names.lazy.compactMap({ files[$0] }).first, let match = members[rest]?.first
      else { continue }
      var values = match.values
      values[Self.part] = nil
      samples.append(Sample(path: first, values: values, files: names.map { files[$0].map { "\(root)/\($0)" } ?? "" }))
    }
    if samples.count < order.count {
      lost = Self.lost(
        zip(order, byName).map { (members[$0]?.first?.values ?? [:], $1) }, needed, samples.map(\.values),
        by: spec.split.by)
      remarks += lost
    }
    for (name, count) in lacking where count > 0 {
      if rule == .zero { masked.append(name) }
      remarks.append(
        "\(count) of \(Figures.counted(found, "sample")) lack '\(name)': \(rule == .zero ? "zeros, and a channel '\(ImageFilesSource.mask(name))'" : "left out") (data.columns.missingChannel)"
      )
    }
    if let finding = folders.finding(rules) { remarks.append(finding) }
    let isNumbered = !stated.isEmpty && !tokens.isEmpty
    let shown = isNumbered ? ChannelNumbers.text(tokens, stated) : names.joined(separator: ", ")
    if isNumbered, let gap = ChannelNumbers.gap(tokens, stated) { remarks.append(gap) }
    remarks.insert(
      "\(Figures.counted(matches.count, "file")) of single channels (\(shown)) are put together to \(Figures.counted(samples.count, "sample")), by all that their paths say but {\(Self.part)}",
      at: 0)
  }

  /// Values of the coarsest part that no sample is left of, each with the channels that it lacks.
  private static func lost(
    _ all: [(values: [String: String], files: [String: String])], _ needed: [String], _ kept: [[String: String]],
    by: [String]
  ) -> [String] {
    for name in by + ColumnRoles.groups(Set(all.flatMap(\.values.keys)).sorted()) {
      let there = Set(kept.map { $0[name] ?? "" })
      let gone = Dictionary(grouping: all.filter { !there.contains($0.values[name] ?? "") }) { $0.values[name] ?? "" }
      guard !gone.isEmpty else { continue }
      return gone.sorted { NaturalOrder.precedes($0.key, $1.key) }.prefix(4).map { value, samples in
        let wanting = needed.filter { channel in samples.allSatisfy { $0.files[channel] == nil } }
        return
          "\(name) '\(value.onOneLine)' is left out as a whole for want of \(wanting.isEmpty ? "a channel" : wanting.joined(separator: " and "))"
      }
    }
    return []
  }

  /// Leaves all samples out but these.
  mutating func keep(_ places: [Int]) { samples = places.map { samples[$0] } }

  private func refuseLacking(
    _ order: [String], _ files: [[String: String]], _ spec: DataSpec, root: String
  ) throws(ZooError) {
    guard spec.columns.missingChannel == .refuse else { return }
    var problems = Problems()
    for (name, count) in lacking where count > 0 {
      let example = zip(order, files).first { $0.1[name] == nil }?.0 ?? ""
      problems.add(
        ZooError(
          .badInput, file: root, path: "data.images",
          problem:
            "\(count) of \(Figures.counted(order.count, "sample")) \(count == 1 ? "lacks" : "lack") a file of the channel '\(name)', e.g. '\(example)'",
          expected: "a file for each channel",
          remedy:
            "Name the channels to be used in data.channels, or set data.columns.missingChannel to zero or drop, or leave files that are no channel out by data.exclude"
        ))
    }
    try problems.check()
  }
}
