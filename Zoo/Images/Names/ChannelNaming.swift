import ZooFormat

/// Finds the wanted channels in each file: by name where the file has names, by position where it has none.
package struct ChannelNaming: Sendable {
  /// Who says what the channels are called.
  package enum Origin: Sendable, Hashable {
    /// `data.imageChannels`, which is there to settle what files say otherwise.
    case spec
    /// A model that the files are read for. Files without names are taken to have its channels, or those of
    /// `data.imageChannels` of its training.
    case model(imageChannels: [String])
    /// A model whose training had files without names in several orders: of new ones nobody knows theirs.
    case modelOfOrders
    /// The first file of the data.
    case file(String)
  }

  /// The channels of the data, in their order.
  package let names: [String]
  package let origin: Origin
  /// The names that the first file with names of its own states, where ``names`` stand for them.
  package let renamed: [String]
  /// The key of the spec that says the names, if one does.
  private let key: String
  /// What else the channels are called in files.
  package let synonyms: ChannelSynonyms
  /// Whether files without names may have further channels behind these.
  private let isOpen: Bool

  /// - Parameter names: of the channels in their order; `*` at the end stands for further ones that aren't used.
  package init(
    _ names: [String], origin: Origin, key: String = "data.imageChannels", first: ImageHeader? = nil,
    synonyms: ChannelSynonyms = ChannelSynonyms()
  ) {
    self.key = key
    isOpen = names.last == Self.further
    self.names = isOpen ? Array(names.dropLast()) : names
    self.origin = origin
    self.synonyms = synonyms
    let own = first.map { (try? synonyms.resolved($0.channelNames)) ?? $0.channelNames } ?? []
    let stated = Self.isColours(own) ? [] : own
    renamed = origin == .spec && !self.names.allSatisfy(stated.contains) ? stated : []
  }

  /// Stands in lists of names for channels that aren't used, however many.
  package static let further = "*"

  /// The names that a file states, with ours for synonyms and for those that differ from ours in case, blanks or dashes
  /// alone.
  private func stated(_ header: ImageHeader) throws(ZooError) -> [String] {
    let own = try synonyms.resolved(header.channelNames)
    guard !own.allSatisfy(names.contains) else { return own }
    let keys = own.map(Spelling.key)
    return own.indices.map { place in
      let found = names.filter { Spelling.key($0) == keys[place] }
      guard found.count == 1, !own.contains(found[0]), keys.count(where: { $0 == keys[place] }) == 1 else {
        return own[place]
      }
      return found[0]
    }
  }

  /// Names that a format gives by itself, and nobody chose.
  package static func isColours(_ names: [String]) -> Bool {
    [["gray"], ["gray", "alpha"], ["red", "green", "blue"], ["red", "green", "blue", "alpha"]].contains(names)
  }

  /// The place in a file for each of ``names``; `nil` for one that it lacks.
  /// - Parameter wanted: the places in ``names`` of the channels that are used.
  /// - Throws: ``ZooError`` with the names of both sides and what settles it, if a wanted channel can't be told.
  package func places(_ header: ImageHeader, wanted: [Int]) throws(ZooError) -> [Int?] {
    let stated = try stated(header)
    if stated.isEmpty || Self.isColours(stated) {
      if let places = try byTitle(header.channelTitles, wanted) { return places }
    }
    if names == stated { return Array(names.indices) }
    if !stated.isEmpty, wanted.allSatisfy({ stated.contains(names[$0]) }) {
      let repeated = wanted.map { names[$0] }.first { name in stated.count { $0 == name } > 1 }
      guard let repeated else { return names.map { stated.firstIndex(of: $0) } }
      guard origin == .spec else {
        throw ZooError(
          .badInput, problem: "names two channels '\(repeated)' (\(Self.text(stated)))", expected: "each name once",
          remedy: "Set data.imageChannels to names for the channels in the file, in its order")
      }
    }
    if let places = byPosition(header, stated: try synonyms.resolved(header.channelNames)) { return places }
    throw contradiction(header)
  }

  /// The places of those of ``names`` that a file states; `nil` if it states none of them.
  package func places(within header: ImageHeader) throws(ZooError) -> [Int?]? {
    let stated = try stated(header)
    let places = names.map { stated.firstIndex(of: $0) }
    return places.contains { $0 != nil } ? places : nil
  }

  /// As ``places(_:wanted:)``, for the file of one channel among files of a channel each: it has that one channel, or
  /// several of which one has the name.
  package func place(inFileOf channel: Int, _ header: ImageHeader) throws(ZooError) -> [Int?] {
    var places = [Int?](repeating: nil, count: names.count)
    let stated = try stated(header)
    if stated.count(where: { $0 == names[channel] }) == 1 {
      places[channel] = stated.firstIndex(of: names[channel])
      return places
    }
    // A gray picture that was saved in colour: whether all three are the same is seen when it is read.
    if Self.isThreefold(header) {
      places[channel] = 0
      return places
    }
    // Another name is the file's own for the channel, unless it is that of another one.
    guard header.channels == 1, !stated.contains(where: names.contains) else {
      throw contradiction(header, one: channel)
    }
    places[channel] = 0
    return places
  }

  /// Whether a file has red, green and blue, and nothing says that they are different channels.
  package static func isThreefold(_ header: ImageHeader) -> Bool {
    [["red", "green", "blue"], ["red", "green", "blue", "alpha"]].contains(header.channelNames)
  }

  /// By what may be names: all wanted ones, or none of those known.
  private func byTitle(_ titles: [String], _ wanted: [Int]) throws(ZooError) -> [Int?]? {
    guard titles.contains(where: names.contains) else { return nil }
    guard wanted.allSatisfy({ name in titles.count(where: { $0 == names[name] }) == 1 }) else {
      throw ZooError(
        .badInput, problem: "its pages are titled \(Self.text(titles))", expected: Self.text(names),
        remedy: "Write the names as channel names (OME-TIFF), or remove the titles")
    }
    return names.map { titles.firstIndex(of: $0) }
  }

  private func byPosition(_ header: ImageHeader, stated: [String]) -> [Int?]? {
    let isUnnamed = stated.isEmpty || Self.isColours(stated)
    // Transparency is part of a picture, not of what a camera saw.
    let count = header.channels - (isUnnamed && stated.last == "alpha" ? 1 : 0)
    let all = Array(names.indices) as [Int?]
    switch origin {
    case .spec:
      guard names.count == header.channels || names.count == count || isOpen && names.count < count else { return nil }
      if isUnnamed { return all }
      // Names of the file that stand elsewhere among ours speak against our order, unless they tell nothing.
      let agrees =
        Set(stated).count < stated.count
        || zip(names, stated).allSatisfy { name, own in name == own || !names.contains(own) }
      let isSame = isOpen ? stated.prefix(names.count) == renamed.prefix(names.count) : stated == renamed
      return agrees && isSame ? all : nil
    case .model(var imageChannels):
      let isOpen = imageChannels.last == Self.further
      if isOpen { imageChannels.removeLast() }
      // Colours that training named are what they were there.
      let areNamed = Self.isColours(stated) && imageChannels.count == header.channels
      if isUnnamed, stated.count < 2 || areNamed {
        let fits = imageChannels.count == header.channels || isOpen && imageChannels.count < header.channels
        if fits, names.allSatisfy(imageChannels.contains) {
          return names.map { imageChannels.firstIndex(of: $0) }
        }
        return names.count == header.channels ? all : nil
      }
      // Nobody named the channel of a model that was trained on gray pictures.
      return names == ["gray"] && header.channels == 1 ? all : nil
    case .file, .modelOfOrders:
      return isUnnamed && names.count == 1 && header.channels == 1 ? all : nil
    }
  }

  private func contradiction(_ header: ImageHeader, one channel: Int) -> ZooError {
    ZooError(
      .badInput, problem: Self.found(header), expected: "the channel \(names[channel]) alone",
      remedy: "Give the file that holds it, or the file of all channels in data.columns.path")
  }

  private static func found(_ header: ImageHeader) -> String {
    let stated = header.channelNames
    guard stated.isEmpty else { return "has the \(stated.count == 1 ? "channel" : "channels") \(text(stated))" }
    return "has \(Figures.counted(header.channels, "channel")) without names"
      + (header.channelTitles.isEmpty ? "" : " (its pages are titled \(text(header.channelTitles)))")
  }

  private func contradiction(_ header: ImageHeader) -> ZooError {
    let stated = header.channelNames
    let isNamed = !stated.isEmpty && !Self.isColours(stated)
    let isMultiple = !isNamed && names.count > 0 && header.channels > names.count && header.channels % names.count == 0
    let whose: String
    switch origin {
    case .spec:
      whose = " as \(key) says" + (renamed.isEmpty ? "" : " of files with \(Self.text(renamed))")
    case .model, .modelOfOrders: whose = " as the model"
    case .file(let path): whose = " as \(path)"
    }
    let remedy: String
    if origin == .spec, Set(stated) == Set(renamed), !renamed.isEmpty {
      remedy = "Bring the channels of the files into one order, or write the spec's names into them"
    } else if origin == .spec {
      remedy =
        "Name all channels of the files in \(key), in the files' order"
        + (stated.isEmpty || stated.contains(where: names.contains) || header.frames > 1
          ? "" : "; to leave the files' own names aside, set data.axes=CYX, too")
        + (isMultiple
          ? ", with \"\(Self.further)\" at the end for further ones; if pages are slices in depth of these channels, set data.axes to ZCYX or CZYX, and data.slices"
          : "")
    } else if origin == .modelOfOrders, !isNamed, header.channels >= names.count {
      remedy =
        "Set data.imageChannels to the names of the channels in the file, in its order: the files that the model was trained with have them in several orders"
    } else if names.count == header.channels {
      remedy =
        "If they are the same channels under other names, set data.imageChannels to \(Self.text(names)) in the file's order"
    } else if stated.contains(where: names.contains) {
      let shared = names.filter(stated.contains)
      remedy = "Set data.channels=[\(shared.joined(separator: ", "))], which these files have, or leave them out"
    } else {
      remedy =
        "Give files of these channels, or name all channels of the file in data.imageChannels, these among them"
    }
    let known = synonyms.isEmpty ? "" : "; in files \(synonyms.text)"
    return ZooError(
      .badInput, problem: Self.found(header),
      expected: "\(Figures.counted(names.count, "channel")) (\(Self.text(names))\(known))\(whose)",
      remedy: remedy
        + (isNamed
          ? "; where files call one channel differently, say so by data.channelNames, e.g. \(Self.synonyms(names, stated))"
          : ""))
  }

  /// A setting that makes names mean channels: with both, where one of each is left, else with what stands for them.
  private static func synonyms(_ names: [String], _ stated: [String]) -> String {
    let (own, others) = (names.filter { !stated.contains($0) }, stated.filter { !names.contains($0) })
    func quoted(_ name: String) -> String {
      name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_]*/) != nil ? name : "\"\(name)\""
    }
    guard own.count == 1, others.count == 1 else {
      return "data.channelNames='{\(quoted(own.first ?? names.first ?? "BF")): [\"its name there\"]}'"
    }
    return "data.channelNames='{\(quoted(own[0])): [\(quoted(others[0]))]}'"
  }

  private static func text(_ names: [String]) -> String { Figures.names(names) }
}
