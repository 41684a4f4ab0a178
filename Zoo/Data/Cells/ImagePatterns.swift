import ZooFormat

/// Where the pictures of fields are: one pattern of all files, or one for the files of each channel.
package struct ImagePatterns: Sendable {
  /// The channel is `nil` if files or their names say it.
  let all: [(channel: String?, pattern: FieldPattern)]
  /// Names of the parts, in the order in which they stand.
  package let names: [String]

  /// For findings.
  package var text: String {
    all.map { item in item.channel.map { "\($0) \(item.pattern.text)" } ?? item.pattern.text }.joined(separator: ", ")
  }

  /// The channels in order; `nil` if the patterns don't name them.
  package var channels: [String]? { all.first?.channel == nil ? nil : all.compactMap(\.channel) }

  package init(_ pattern: FieldPattern) {
    all = [(nil, pattern)]
    names = pattern.names
  }

  /// - Parameters:
  ///   - patterns: Channel → pattern.
  ///   - order: `data.imageChannels`: the channels in order; sorted by name if empty.
  /// - Throws: ``ZooError`` if patterns have different parts, or the channels are others.
  package init(_ patterns: [String: String], order: [String]) throws(ZooError) {
    let key = "data.cells.channelImages"
    let sorted = patterns.keys.sorted()
    guard order.isEmpty || order.sorted() == sorted else {
      throw ZooError(
        .badInput, path: "data.imageChannels",
        problem: "names \(order.joined(separator: ", ")), but \(key) \(sorted.joined(separator: ", "))",
        expected: "the same channels", remedy: "Remove data.imageChannels")
    }
    let all = try (order.isEmpty ? sorted : order).map { channel throws(ZooError) in
      (channel: Optional(channel), pattern: try FieldPattern(patterns[channel] ?? "", key: "\(key).\(channel)"))
    }
    for (channel, pattern) in all {
      let own = Set(pattern.names)
      guard !own.contains("channel"), own == Set(all[0].pattern.names) else {
        throw ZooError(
          .badInput, path: "\(key).\(channel ?? "")",
          problem: own.contains("channel")
            ? "has a part {channel}, but is the pattern of one channel"
            : "has the parts \(pattern.names.joined(separator: ", ")), but \(all[0].channel ?? "") \(all[0].pattern.names.joined(separator: ", "))",
          expected: "the same parts in the patterns of all channels")
      }
    }
    self.all = all
    names = (all.first?.pattern.names ?? []) + ["channel"]
  }

  /// The patterns that a spec sets; `nil` for those of the layout.
  package init?(_ data: DataSpec) throws(ZooError) {
    if !data.cells.channelImages.isEmpty {
      self = try ImagePatterns(data.cells.channelImages, order: data.imageChannels)
    } else if let images = data.cells.images {
      self.init(try FieldPattern(images, key: "data.cells.images"))
    } else {
      return nil
    }
  }

  /// Whether any file fits. O(files).
  package func fits(_ folder: FieldFolder) -> Bool {
    folder.paths.contains { path in all.contains { $0.pattern.match(path) != nil } }
  }

  /// The files with the values of the parts, in the order of their paths. A file that fits the patterns of two channels is of
  /// the one that says more of its name.
  /// - Throws: ``ZooError`` if both say as much, or a channel has no files.
  func matches(_ folder: FieldFolder) throws(ZooError) -> [(path: String, values: [String: String])] {
    guard channels != nil else { return all.first.map { folder.matches($0.pattern) } ?? [] }
    var found: [(path: String, values: [String: String])] = []
    var counts = [Int](repeating: 0, count: all.count)
    for path in folder.paths {
      var best: (place: Int, values: [String: String])?
      var isTie = false
      for (place, item) in all.enumerated() {
        guard let values = item.pattern.match(path) else { continue }
        let (own, other) = (item.pattern.literalCount, best.map { all[$0.place].pattern.literalCount } ?? -1)
        isTie = own == other
        if own > other { best = (place, values) }
      }
      guard let best else { continue }
      guard !isTie else {
        throw ZooError(
          .badInput, file: folder.full(path), path: "data.cells.channelImages",
          problem: "fits the patterns of several channels", expected: "files of one channel each",
          remedy: "Say more of the names, e.g. {field:02} for digits alone")
      }
      counts[best.place] += 1
      var values = best.values
      values["channel"] = all[best.place].channel
      found.append((path, values))
    }
    if let place = counts.firstIndex(of: 0) {
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.channelImages.\(all[place].channel ?? "")",
        problem: "no file fits the pattern '\(all[place].pattern.text)'", expected: "files of each channel",
        remedy: names.contains("frame") ? "Change the pattern: \(FieldPattern.frameForms)" : nil)
    }
    return found
  }

  /// The path that a file with these values would have; `nil` if the pattern leaves something open.
  func path(_ values: [String: String]) -> String? {
    all.first { $0.channel == nil || $0.channel == values["channel"] }?.pattern.path(values)
  }
}
