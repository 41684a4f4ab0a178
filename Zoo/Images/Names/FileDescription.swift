import ZooFormat

/// What somebody says of image files, which the files don't say themselves.
package struct FileDescription: Sendable, Hashable {
  /// Names of the channels in the files' order; what the files say if empty.
  package var imageChannels: [String]
  /// The same for files of single folders, whose orders may differ.
  package var folderChannels: [[String]]
  /// Name of a channel → what files call it.
  package var channelNames: [String: [String]]
  package var axes: PageAxes
  package var slices: SliceChoice?

  package init(
    imageChannels: [String] = [], folderChannels: [[String]] = [], channelNames: [String: [String]] = [:],
    axes: PageAxes = .auto, slices: SliceChoice? = nil
  ) {
    self.imageChannels = imageChannels
    self.folderChannels = folderChannels
    self.channelNames = channelNames
    self.axes = axes
    self.slices = slices
  }

  /// What was said of the files that the model of `card` was trained with, by the spec in the card.
  package init(trained card: Card) {
    self.init()
    guard case .object(let root)? = try? JSONText(card.spec), case .object(let data)? = root["data"] else { return }
    imageChannels = data["imageChannels"]?.strings ?? []
    if case .object(let names)? = data["folderChannels"] { folderChannels = names.values.compactMap(\.strings) }
    if case .object(let names)? = data["channelNames"] { channelNames = names.compactMapValues(\.strings) }
    if case .string(let word)? = data["axes"] { axes = PageAxes(rawValue: word) ?? .auto }
    if case .string(let word)? = data["slices"] { slices = SliceChoice(word: word) }
    if let number = data["slices"]?.integer { slices = .plane(number) }
  }
}

extension FileDescription {
  /// Every order that channels are named in.
  fileprivate var orders: Set<[String]> { Set(folderChannels + [imageChannels]).subtracting([[]]) }
}

/// How files are read for a model: what is said of them now, and of the files that it was trained with.
package struct ModelReading: Sendable {
  package let card: Card
  package let given: FileDescription
  package let trained: FileDescription
  /// What else channels are called in files.
  package let synonyms: ChannelSynonyms

  /// What was said in training holds for new files, unless something else is said of them; of pages only where the files say
  /// nothing themselves.
  package init(_ card: Card, given: FileDescription, trained: FileDescription) {
    self.card = card
    self.given = given
    self.trained = trained
    synonyms = ChannelSynonyms(given.channelNames).filled(from: ChannelSynonyms(trained.channelNames))
  }

  package var slices: SliceChoice? { given.slices ?? trained.slices }

  package var axes: PageAxes { given.axes == .auto && trained.axes == .timesAreSlices ? .timesAreSlices : given.axes }

  /// What the pages of files are that don't say it.
  package var unstatedAxes: PageAxes { given.axes == .auto ? trained.axes : .auto }

  /// The names of channels where nobody gives any for these files.
  package var naming: ChannelNaming {
    let orders = trained.orders
    let origin = orders.count > 1 ? ChannelNaming.Origin.modelOfOrders : .model(imageChannels: orders.first ?? [])
    return ChannelNaming(card.channels, origin: origin, synonyms: synonyms)
  }

  /// The places of the card's channels among the names of the files' channels.
  /// - Throws: ``ZooError`` with both lists if one isn't there.
  package func places(in channels: [String]) throws(ZooError) -> [Int] {
    var places: [Int] = []
    for name in card.channels {
      guard let index = channels.firstIndex(of: name) else {
        throw ZooError(
          .badInput, path: "data.imageChannels", problem: "is \(channels.joined(separator: ", "))",
          expected: "names that include \(card.channels.joined(separator: ", ")), as the model takes them",
          remedy: "Give each channel in the files the name that the model knows it by")
      }
      places.append(index)
    }
    return places
  }

  /// The places in a file for the card's channels.
  /// - Throws: ``ZooError`` with the names of both sides and what settles it.
  package func places(_ header: ImageHeader) throws(ZooError) -> [Int] {
    guard !given.imageChannels.isEmpty else {
      return try naming.places(header, wanted: Array(card.channels.indices)).compactMap(\.self)
    }
    let naming = ChannelNaming(given.imageChannels, origin: .spec, first: header, synonyms: synonyms)
    let wanted = try places(in: naming.names)
    let places = try naming.places(header, wanted: wanted)
    return wanted.compactMap { places[$0] }
  }

  /// How a file that holds all channels is read.
  package func reading() -> ImageReading {
    var reading = ImageReading(frames: card.frames, axes: axes, slices: slices)
    reading.unstatedAxes = unstatedAxes
    let orders = [given.orders, trained.orders].first { !$0.isEmpty } ?? [card.channels]
    // Of files that may have further channels, it isn't known how many.
    let counts = Set(orders.map { $0.last == ChannelNaming.further ? nil : $0.count })
    reading.channels = counts.count == 1 ? counts.first ?? nil : nil
    return reading
  }
}
