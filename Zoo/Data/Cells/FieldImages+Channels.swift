import ZooFormat
import ZooImages

/// What the channels of fields are called, by the spec, the files, their folders or their names, and what samples they have.
extension FieldImages {
  /// - Throws: ``ZooError`` if a file has more or fewer channels than its folder says, or the same in another order.
  static func check(_ header: ImageHeader, _ rule: FolderChannels.Rule, _ file: String) throws(ZooError) {
    guard rule.isOpen ? header.channels >= rule.names.count : header.channels == rule.names.count else {
      throw ZooError(
        .badInput, file: file, path: rule.path,
        problem:
          "the field has \(Figures.counted(header.channels, "channel")), but the names given are \(Figures.names(rule.names))",
        expected: "a name for each channel",
        remedy: "Name all, in the files' order"
          + (header.channels > rule.names.count ? ", with \"*\" at the end for further ones that aren't used" : ""))
    }
    guard zip(rule.names, header.channelNames).allSatisfy({ $0 == $1 || !rule.names.contains($1) }) else {
      throw ZooError(
        .badInput, file: file, path: rule.path,
        problem:
          "says \(Figures.names(rule.names)), but the file \(Figures.names(header.channelNames))",
        expected: "one order", remedy: "Take the folder out: files that name their channels themselves need no names")
    }
  }

  /// A stack of as many pages as others have of all channels in all frames says that they are frames of one channel: whoever
  /// wrote it forgot the channels.
  static func checkPages(_ headers: [ImageHeader], _ files: [String]) throws(ZooError) {
    guard let whole = headers.firstIndex(where: { $0.channels > 1 && $0.frames > 1 }) else { return }
    let (frames, channels) = (headers[whole].frames, headers[whole].channels)
    let flat = headers.indices.filter { headers[$0].channels == 1 && headers[$0].frames == frames * channels }
    guard let first = flat.first else { return }
    throw ZooError(
      .badInput, file: files[first], path: "data.axes",
      problem:
        "has \(frames * channels) frames of one channel, where \(files[whole]) has \(frames) frames of \(channels) channels"
        + (flat.count > 1 ? "; \(flat.count) files are so" : ""),
      expected: "what its pages are",
      remedy:
        "Set data.axes=TCYX if all channels of a frame follow each other in all files, CTYX if all frames of a channel do"
    )
  }

  /// The channels' names: given, or as the files say, each name once.
  static func names(
    _ given: [String], isOpen: Bool, tokens: [String], headers: [ImageHeader], hasParts: Bool, files: [String],
    hasSynonyms: Bool
  ) throws(ZooError) -> [String] {
    let remedy = "Set data.imageChannels to the names of the channels, in this order"
    if hasParts {
      // Words name channels; numbers don't.
      let areNumbers = tokens.allSatisfy { Int($0) != nil }
      if given.isEmpty, !areNumbers { return tokens }
      guard given.count == tokens.count else {
        throw ZooError(
          .badInput, file: files[0], path: "data.imageChannels",
          problem: "the files have the channels \(tokens.joined(separator: ", "))"
            + (given.isEmpty ? " and don't name them" : ", but the names given are \(given.joined(separator: ", "))"),
          expected: "a name for each channel", remedy: "\(remedy); \(FolderChannels.hint)")
      }
      return given
    }
    // With synonyms, the files' own names count where there are any.
    if !given.isEmpty,
      !hasSynonyms
        || headers.allSatisfy({
          $0.channelNames.isEmpty || ChannelNaming.isColours($0.channelNames)
        })
    {
      // What files say of themselves is left aside here; not if they say that they are in different orders.
      let stated = headers.map(\.channelNames)
      if let first = stated.first(where: { !$0.isEmpty }),
        let other = stated.firstIndex(where: { $0 != first && $0.sorted() == first.sorted() })
      {
        throw ZooError(
          .badInput, file: files[other], path: "data.imageChannels",
          problem: "names channels by their places, but this file has \(stated[other].joined(separator: ", ")), "
            + "where others have \(first.joined(separator: ", "))",
          expected: "files in one order", remedy: "Remove data.imageChannels: the files name their channels themselves")
      }
      guard
        let other = headers.firstIndex(where: { isOpen ? $0.channels < given.count : $0.channels != given.count })
      else { return given }
      throw ZooError(
        .badInput, file: files[other], path: "data.imageChannels",
        problem:
          "the field has \(Figures.counted(headers[other].channels, "channel")), but the names given are \(given.joined(separator: ", "))",
        expected: "a name for each channel",
        remedy: stated[other].isEmpty
          ? remedy
            + (headers[other].channels > given.count
              ? ", with \"*\" at the end for those that only some files have" : "")
            + "; \(FolderChannels.hint)"
          : "Remove data.imageChannels: the files name their channels themselves")
    }
    var names: [String] = []
    for (header, file) in zip(headers, files) {
      guard header.channelNames.count == header.channels else {
        throw ZooError(
          .badInput, file: file, path: "data.imageChannels",
          problem: "has \(Figures.counted(header.channels, "channel")) without names",
          expected: "a name for each channel",
          remedy: "\(remedy); \(FolderChannels.hint)")
      }
      for name in header.channelNames where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The samples of each channel that has files of its own: of the first field that has it.
  static func types(
    _ places: [Int?], channels: Int, _ headers: [ImageHeader], groups: [[Int]],
    read: (Int) throws(ZooError) -> SampleType
  ) throws(ZooError) -> [Int: SampleType] {
    var types: [Int: SampleType] = [:]
    for (members, header) in zip(groups, headers) where types.count < channels {
      for (order, file) in members.enumerated() {
        guard let place = places[file], types[place] == nil else { continue }
        types[place] = order == 0 ? header.sampleType : try read(file)
      }
    }
    return types
  }

  /// The narrowest type of samples that holds all of these exactly: 32-bit floats for those of several kinds.
  static func common(_ types: [SampleType]) -> SampleType {
    let widest = types.max { $0.range.upperBound < $1.range.upperBound } ?? .float32
    let areAlike = types.allSatisfy { $0 == widest || $0.range.lowerBound == 0 && $0 != .float32 }
    return areAlike && (widest != .float32 || Set(types).count == 1) ? widest : .float32
  }

  /// `nil` if all channels have the same.
  static func typesText(_ types: [Int: SampleType], channels: [String]) -> String? {
    guard Set(types.values).count > 1 else { return nil }
    let members = Dictionary(grouping: types.keys.sorted()) { types[$0]?.rawValue ?? "" }
    let text = members.sorted { $0.key < $1.key }.map { type, places in
      "\(type) in \(places.map { channels[$0] }.joined(separator: ", "))"
    }
    return "samples of \(text.joined(separator: ", of ")): each channel is measured by itself"
  }

  /// By number if all are numbers, else by name.
  static func sorted(_ tokens: Set<String>) -> [String] {
    let numbers = tokens.compactMap { Int($0) }
    guard numbers.count == tokens.count else { return tokens.sorted() }
    return tokens.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) }
  }
}
