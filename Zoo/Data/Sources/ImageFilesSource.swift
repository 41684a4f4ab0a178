import Foundation
import ZooFormat
import ZooImages

/// Samples in image files: what the folder and the manifest have in common.
package struct ImageFilesSource: SampleSource {
  /// The files of one entry: a row for each frame that has its own file, in it one file with all channels, or one file
  /// for each channel.
  package typealias Files = [[String]]

  package let entries: [SourceEntry]
  /// Those of the files, then the masks.
  package let channels: [String]
  package let declaredClasses: [String]?
  package let groupColumns: [String]
  package let facetColumns: [String]
  package let frames: Int?
  /// The widest of the channels' types.
  package let sampleType: SampleType
  package let sampleRange: ClosedRange<Float>
  package let note: String?
  package let lost: [String]
  /// What was done with films that are longer or shorter than a sample.
  package let remarks: [String]
  let files: [Files]
  /// The first frame of each entry in its file.
  private let firstFrames: [Int]
  let hasFilePerChannel: Bool
  /// Of files that no folder of `data.folderChannels` has.
  private let naming: ChannelNaming
  /// All channels of the files.
  private let names: [String]
  /// What `data.folderChannels` says, for each of its rules.
  private let folders: [(rule: FolderChannels.Rule, naming: ChannelNaming)]
  /// File → which of these holds for it.
  private let folderOfFile: [String: Int]
  /// What all files are to be like: for each channel if each has a file of its own, else one.
  let typical: [Typical]
  let reading: ImageReading
  /// Channels of which a further channel says where they are, because some entries lack them.
  private let masked: [Int]
  /// Whether a table lists the files, which no pattern leaves out.
  let isTable: Bool

  /// - Parameters:
  ///   - channelNames: Of the channels in a file; what the files say if empty. Of the files of a row if there is one for
  ///     each channel.
  ///   - frames: Frames of each entry, in files of their own or as pages of one.
  ///   - given: What is said of files: `axes`, `slices`, `channelNames`, `windows` of films, which of them may be shorter;
  ///     `folderChannels`, below `root`.
  ///   - masked: Channels that entries may lack (an empty path): zeros, and a further channel `NAME mask`.
  ///   - unstatedAxes: What the pages of files are that don't say it.
  ///   - model: The model that the files are read for, if its names are those that files without any have.
  ///   - isTable: Whether a table lists the files.
  ///   - lost: Groups that were left out as wholes.
  package init(
    entries: [SourceEntry], files: [Files], channelNames: [String], hasFilePerChannel: Bool, frames: Int?,
    declaredClasses: [String]? = nil, groupColumns: [String] = [], facetColumns: [String] = [],
    range: ClosedRange<Float>?, note: String? = nil, given: DataSpec = DataSpec(), masked: [String] = [],
    unstatedAxes: PageAxes = .auto, model: ChannelNaming? = nil, isTable: Bool = false, lost: [String] = []
  ) throws(ZooError) {
    self.lost = lost
    self.isTable = isTable
    self.hasFilePerChannel = hasFilePerChannel
    self.frames = frames
    self.declaredClasses = declaredClasses
    self.groupColumns = groupColumns
    self.facetColumns = facetColumns
    self.note = note
    // A channel that isn't used has no file.
    func one(_ files: Files) -> String? { files.first?.first { !$0.isEmpty } }
    guard let first = files.first.flatMap(one) else {
      let below = given.root.flatMap { FieldsBelow($0, exclude: given.exclude) }
      throw ZooError(
        .badInput, file: below == nil ? nil : given.root,
        problem: below.map { "no image is where the data look for it; \($0.told)" } ?? "the data holds no images",
        expected: below == nil ? "PNG, TIFF or JPEG files" : "paths that lead to them",
        remedy: below == nil
          ? nil
          : isTable
            ? "Write the paths into the table as they are below the folder"
            : "Name one of these folders as data.root, or say by data.images what stands in the paths")
    }
    var reading = ImageReading(frames: files[0].count == 1 ? frames : nil, axes: given.axes, slices: given.slices)
    reading.unstatedAxes = unstatedAxes
    let synonyms = ChannelSynonyms(given.channelNames)
    // Of files that may have further channels, it isn't known how many.
    func count(_ names: [String]) -> Int? { names.last == ChannelNaming.further ? nil : names.count }
    if hasFilePerChannel {
      reading.channels = 1
    } else if !channelNames.isEmpty {
      reading.channels = count(channelNames)
    } else if let model {
      reading.channels = model.names.count
      if case .model(let own) = model.origin, !own.isEmpty { reading.channels = count(own) }
    }
    let table = hasFilePerChannel ? FolderChannels() : FolderChannels(given.folderChannels)
    let (folderOfFile, finding) = try Self.folders(of: files, table, root: ManifestSource.root(given))
    self.folderOfFile = folderOfFile
    let all = files.compactMap(one)
    let plain = all.filter { folderOfFile[$0] == nil }
    let base = reading
    func own(_ path: String) -> ImageReading { base.of(folderOfFile[path].map { table.rules[$0] }) }
    let found = Self.typical(plain.isEmpty ? all : plain, own)
    let (path, header) = if let found { found } else { (first, try ImageFile.header(first, own(first))) }
    try header.checkChannels(path)
    // Cameras differ: with a file for each channel, each has a type of its own.
    typical = (0..<(hasFilePerChannel ? channelNames.count : 1)).map { channel in
      guard hasFilePerChannel else { return Typical(path, header) }
      let own = files.compactMap { row in row.first.flatMap { channel < $0.count ? $0[channel] : nil } }
      return Self.typical(own.filter { !$0.isEmpty }) { _ in base }.map(Typical.init) ?? Typical(path, header)
    }
    sampleType = typical.map(\.sampleType).max { $0.range.upperBound < $1.range.upperBound } ?? header.sampleType
    sampleRange = range ?? sampleType.range
    var folders: [(rule: FolderChannels.Rule, naming: ChannelNaming)] = []
    for (place, rule) in table.rules.enumerated() {
      let first = Self.typical(all.filter { folderOfFile[$0] == place }, own)
      let naming = ChannelNaming(
        rule.names + (rule.isOpen ? [ChannelNaming.further] : []), origin: .spec, key: rule.path, first: first?.1,
        synonyms: synonyms)
      if let (path, header) = first { try Self.check(naming, header, path) }
      folders.append((rule, naming))
    }
    self.folders = folders
    let further = Set(folderOfFile.values).map { table.rules[$0] }.sorted { $0.pattern < $1.pattern }.flatMap(\.names)
    if let folder = folders.first, plain.isEmpty, !all.isEmpty {
      naming = folder.naming
    } else if hasFilePerChannel || !channelNames.isEmpty {
      naming = ChannelNaming(
        channelNames, origin: .spec, first: hasFilePerChannel ? nil : header, synonyms: synonyms)
    } else if let model {
      naming = model
    } else {
      do throws(ZooError) {
        naming = ChannelNaming(
          try synonyms.resolved(header.channelNames), origin: .file(path), synonyms: synonyms)
      } catch {
        throw error.at(file: path)
      }
      guard !header.channelNames.isEmpty, !header.channelNames.contains("") else {
        throw ZooError(
          .badInput, file: path,
          problem: "has \(Figures.counted(header.channels, "channel")) without names"
            + (header.channelTitles.isEmpty
              ? "" : "; its pages are titled \(header.channelTitles.joined(separator: ", "))"),
          expected: "a name for each channel",
          remedy: "Set data.imageChannels to the names of the channels in the files; \(FolderChannels.hint)")
      }
      if reading.channels == nil { reading.channels = header.channels }
    }
    var names = plain.isEmpty && !folders.isEmpty ? [] : naming.names
    for name in channelNames.filter(further.contains) + further where !names.contains(name) { names.append(name) }
    self.names = names
    self.masked = masked.compactMap(names.firstIndex(of:))
    channels = names + masked.filter(names.contains).map(Self.mask)
    self.reading = reading
    let films = FilmWindows(entries, files, given, frames: reading.frames) { [reading] in
      reading.of(folderOfFile[$0].map { table.rules[$0] })
    }
    let events = try FilmEvents(films.entries, films.files, firstFrames: films.firstFrames, given)
    (self.entries, self.files, firstFrames) = (events.entries, films.files, films.firstFrames)
    let order = FieldFilm.pageOrder(all, axes: given.axes) { [reading] in
      reading.of(folderOfFile[$0].map { table.rules[$0] })
    }
    remarks = [finding, order].compactMap { $0 } + films.remarks + events.remarks
    if !hasFilePerChannel, model == nil, !channelNames.isEmpty, !plain.isEmpty {
      try Self.check(naming, header, path)
    }
  }

  /// Told at once, not for every file.
  private static func check(_ naming: ChannelNaming, _ header: ImageHeader, _ path: String) throws(ZooError) {
    do throws(ZooError) {
      // By name, a file needs no more than the channels that are used, which aren't chosen yet.
      guard try naming.places(within: header) == nil else { return }
      _ = try naming.places(header, wanted: Array(naming.names.indices))
    } catch {
      throw error.at(file: path)
    }
  }

  /// The rule of each file that one holds for, and what is told of them.
  private static func folders(
    of files: [Files], _ table: FolderChannels, root: String
  ) throws(ZooError) -> (ofFile: [String: Int], finding: String?) {
    guard !table.isEmpty else { return ([:], nil) }
    let paths = Set(files.joined().joined()).sorted()
    let start = root + "/"
    let places = try table.places(
      paths.map { $0.hasPrefix(start) ? String($0.dropFirst(start.count)) : $0 }, root: root)
    var ofFile: [String: Int] = [:]
    for (path, place) in zip(paths, places) { ofFile[path] = place }
    return (ofFile, table.finding(places))
  }

  func reading(_ path: String) -> ImageReading { reading.of(folderOfFile[path].map { folders[$0].rule }) }

  /// A file that most others are like.
  struct Typical {
    let path: String
    let sampleType: SampleType
    let isInverted: Bool

    init(_ path: String, _ header: ImageHeader) {
      (self.path, sampleType, isInverted) = (path, header.sampleType, header.isInverted)
    }
  }

  /// The first of a few files, spread over all, that is like most of them: the first of all may be the odd one. If none
  /// of them can be read, any of the first ones will do; those that can't are reported with everything else.
  private static func typical(
    _ paths: [String], _ reading: (String) -> ImageReading
  ) -> (String, ImageHeader)? {
    let few = Set((0..<5).map { $0 * (paths.count - 1) / 4 }).sorted().filter(paths.indices.contains)
    let found = few.compactMap { index in
      (try? ImageFile.header(paths[index], reading(paths[index]))).map { (paths[index], $0) }
    }
    func kind(_ header: ImageHeader) -> String {
      "\(header.sampleType) \(header.channels) \(header.channelNames) \(header.isInverted)"
    }
    var counts: [String: Int] = [:]
    for (_, header) in found { counts[kind(header), default: 0] += 1 }
    if let most = counts.values.max() { return found.first { counts[kind($0.1)] == most } }
    for path in paths.prefix(100) {
      if let header = try? ImageFile.header(path, reading(path)) { return (path, header) }
    }
    return nil
  }

  /// What the further channel is called that says where `channel` is.
  static func mask(_ channel: String) -> String { "\(channel) mask" }

  /// One part with all channels, or one for each.
  private enum Part {
    /// With the places of the wanted channels.
    case image(Image, places: [Int])
    /// A channel that isn't there, or a mask.
    case constant(Float)
  }

  package func image(_ entry: Int, channels: [Int]) throws(ZooError) -> Image {
    var size: (width: Int, height: Int)?
    var rows: [[Part]] = []
    for row in files[entry] {
      var parts: [Part] = []
      for (path, wanted) in wantedChannels(row, channels) {
        if hasFilePerChannel, wanted[0] >= names.count {
          let channel = masked[wanted[0] - names.count]
          parts.append(.constant(row[channel].isEmpty ? 0 : 1))
          continue
        }
        if path.isEmpty {
          parts.append(.constant(0))
          continue
        }
        let image = try ImageFile.read(path, reading(path))
        let places = try fitting(image.header, path, wanted: wanted)
        if let size, size != (image.width, image.height) {
          throw ZooError(
            .badInput, file: path, problem: "has \(image.width)×\(image.height) pixels",
            expected: "\(size.width)×\(size.height), as the other images of \(entries[entry].id)")
        }
        size = (image.width, image.height)
        if hasFilePerChannel, ChannelNaming.isThreefold(image.header) { try refuseColours(image, path) }
        parts.append(.image(image, places: places))
      }
      rows.append(parts)
    }
    // Without any channel, zeros of any size will do.
    let plane = (size?.width ?? 1) * (size?.height ?? 1)
    var samples: [Float] = []
    for parts in rows {
      let end = firstFrames[entry] + (reading.frames ?? 1)
      for case .image(let image, _) in parts where image.frames < end {
        throw ZooError(
          .badInput, file: file(entry), problem: "has \(Figures.counted(image.frames, "frame"))",
          expected: "\(end), as it had when the data were opened")
      }
      for frame in firstFrames[entry]..<firstFrames[entry] + (reading.frames ?? 1) {
        for part in parts {
          switch part {
          case .constant(let value): samples += repeatElement(value, count: plane)
          case .image(let image, let places):
            for place in places {
              let start = (frame * image.channels + place) * plane
              samples += image.samples[start..<start + plane]
            }
          }
        }
      }
    }
    return try Image(
      width: size?.width ?? 1, height: size?.height ?? 1, channels: channels.count, frames: frames ?? 1,
      sampleType: sampleType, samples: samples)
  }

  /// - Throws: ``ZooError`` if a picture that stands for one channel isn't gray.
  private func refuseColours(_ image: Image, _ path: String) throws(ZooError) {
    let plane = image.width * image.height
    for frame in 0..<image.frames {
      let red = image.samples[frame * image.channels * plane..<(frame * image.channels + 1) * plane]
      for other in 1...2 {
        let start = (frame * image.channels + other) * plane
        guard red.elementsEqual(image.samples[start..<start + plane]) else {
          throw ZooError(
            .badInput, file: path, problem: "is in colour, and red, green and blue differ",
            expected: "one channel", remedy: "Save the channel as a gray picture, or name the file in data.columns.path"
          )
        }
      }
    }
  }

  /// The files of a row that hold `channels`, each with those that it holds.
  func wantedChannels(_ row: [String], _ channels: [Int]) -> [(path: String, wanted: [Int])] {
    hasFilePerChannel ? channels.map { ($0 < row.count ? row[$0] : "", [$0]) } : [(row[0], channels)]
  }

  /// Where the `wanted` channels are in a file.
  /// - Throws: ``ZooError`` if the file doesn't have them, or isn't like the first one.
  func fitting(_ header: ImageHeader, _ path: String, wanted: [Int]) throws(ZooError) -> [Int] {
    // Longer films are cut into windows.
    try header.checkFrames(frames == nil ? nil : reading.frames, file: path, mayHaveMore: true)
    let typical = typical[hasFilePerChannel ? wanted[0] : 0]
    let all = hasFilePerChannel ? "all images of a channel" : "all images"
    guard header.sampleType == typical.sampleType else {
      throw strangeType(header.sampleType, path, typical, all)
    }
    guard header.isInverted == typical.isInverted else {
      throw ZooError(
        .badInput, file: path, problem: "takes 0 for \(header.isInverted ? "white" : "black")",
        expected: "0 for \(typical.isInverted ? "white" : "black"), as \(typical.path) does",
        remedy: "Save \(all) in one way")
    }
    do throws(ZooError) {
      if hasFilePerChannel { return try naming.place(inFileOf: wanted[0], header).compactMap(\.self) }
      let folder = folderOfFile[path].map { folders[$0] }
      let naming = folder?.naming ?? naming
      var own: [Int] = []
      for channel in wanted {
        guard let place = naming.names.firstIndex(of: names[channel]) else {
          throw ZooError(
            .badInput, path: folder?.rule.path,
            problem: "has no '\(names[channel])', but \(Figures.names(naming.names))",
            expected: "all channels that are used in every image",
            remedy: "Leave the channel out of data.channels, or the file out of the data")
        }
        own.append(place)
      }
      let places = try naming.places(header, wanted: own)
      return own.compactMap { places[$0] }
    } catch {
      throw error.at(file: path)
    }
  }

  package func file(_ entry: Int) -> String? { files[entry].first?.first { !$0.isEmpty } }

  package func content(_ entry: Int) throws(ZooError) -> [UInt8] {
    var digests: [UInt8] = []
    for path in files[entry].joined() where !path.isEmpty {
      let bytes = try FileBytes.read(path)
      digests += SHA256.digest(bytes)
      let folder = (path as NSString).deletingLastPathComponent
      // What can't be read is told elsewhere.
      for name in (try? ImageFile.companions(path, bytes: bytes, reading(path))) ?? [] {
        digests += SHA256.digest(try FileBytes.read(folder.isEmpty ? name : "\(folder)/\(name)"))
      }
    }
    // Which channel is missing, and which part of a film it is, belong to what is stored.
    if !masked.isEmpty { digests += files[entry].flatMap { row in masked.map { row[$0].isEmpty ? 0 : 1 } } }
    if entries[entry].unit != nil, reading.frames != nil { digests += Array("frame \(firstFrames[entry])".utf8) }
    return digests
  }
}
