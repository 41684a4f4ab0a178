import Foundation
import ZooFormat
import ZooImages

/// The pictures of all fields, by field, frame and channel.
package struct FieldImages: Sendable {
  /// Where a plane is stored.
  package struct Plane: Sendable, Hashable {
    /// Place in ``FieldImages/files``.
    package var file: Int
    /// In the file, from 0.
    var frame: Int
    var channel: Int
    /// Files with the other slices in depth, which are projected together.
    var others: [Int] = []
  }

  /// One place of a plate, filmed.
  package struct Field: Sendable {
    /// The values of the pattern's parts that tell fields apart.
    package var values: [String: String]
    /// Those values, joined by slashes.
    package var name: String
    /// The number of the first frame as the files have it: in their names, or 0 for the first of a stack.
    package var firstFrame: Int
    package var frameCount: Int
    /// `frames × channels`; `nil` where there is none.
    package var planes: [Plane?]
    package var width: Int
    package var height: Int

    var lastFrame: Int { firstFrame + frameCount - 1 }
  }

  /// Paths as they can be opened.
  package let files: [String]
  package private(set) var fields: [Field]
  package let channels: [String]
  /// Names of the parts that tell fields apart, in the order of the pattern.
  package let keys: [String]
  let pattern: ImagePatterns
  /// The narrowest that holds those of all channels.
  package let sampleType: SampleType
  /// By file: with a file for each channel, each channel may have a type of its own.
  let fileTypes: [SampleType]
  /// What is expected of a file, for what it doesn't say itself.
  private let reading: ImageReading
  /// By file what its folder says of the channels in it; `nil` for the others.
  private let ownNames: [FolderChannels.Rule?]
  /// What is done with slices in depth that are files of their own.
  let slices: SliceChoice?
  /// What was done with slices in depth; `nil` without any.
  package private(set) var stacks: String?
  /// By file the number of its slice, where names have it.
  let depths: [Int?]
  /// How large a pixel is in each field.
  private(set) var scales: FieldScales
  /// Fields whose frames are slices in depth, as their files say.
  let depthFields: Int
  /// What was found out about the channels, if it isn't plain.
  let findings: [String]
  /// The channels, with the numbers that files have for them if the spec names them by these.
  let channelsText: String

  /// Parts of a pattern that tell planes of a field apart.
  static let planeParts: Set<String> = ["frame", "channel", "z"]

  /// Finds the fields. O(files); a header is read for each field.
  /// - Parameters:
  ///   - names: Of the channels, in the order of their numbers or of the files; what the files say if empty. `*` at the end
  ///     stands for further channels that aren't used.
  ///   - folders: Names that go before these in some folders.
  ///   - slices: What is done with slices in depth.
  ///   - synonyms: What channels are called in files.
  ///   - stated: What tables say of each file.
  ///   - keepsSlices: Whether slices that are files of their own are kept for ``use(_:)``, however many there are.
  /// - Throws: ``ZooError`` if nothing fits the pattern, channels have no names, or a field has several slices.
  package init(
    _ folder: FieldFolder, _ pattern: ImagePatterns, names: [String], folders: FolderChannels = FolderChannels(),
    axes: PageAxes, slices: SliceChoice? = nil, synonyms: ChannelSynonyms = ChannelSynonyms(),
    stated: StatedChannels.Table = .init(), keepsSlices: Bool = false
  ) throws(ZooError) {
    let isOpen = names.last == ChannelNaming.further
    let names = isOpen ? Array(names.dropLast()) : names
    var found = try pattern.matches(folder)
    guard !found.isEmpty else {
      let nearest = folder.paths.first { path in
        ImageFile.extensions.contains((path as NSString).pathExtension.lowercased())
      }
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.images", problem: "no file fits the pattern '\(pattern.text)'",
        expected: "files such as \(nearest ?? "well/Img_t0000_ch1.png")",
        remedy: "Change data.cells.images"
          + (pattern.names.contains("frame") ? ": \(FieldPattern.frameForms)" : ""))
    }
    let masks = MaskNames.besideImages(found.map(\.path))
    found.removeAll { masks.contains($0.path) }
    self.pattern = pattern
    keys = pattern.names.filter { !Self.planeParts.contains($0) }
    let numbers = Set(found.map { $0.values["z"].flatMap { Int($0) } ?? 0 })
    let hasDepth = pattern.names.contains("z") && (numbers.count > 1 || keepsSlices)
    if keepsSlices, !hasDepth {
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.sliceTable", problem: "the images' names have no part {z}",
        expected: "slices that are files of their own")
    }
    if hasDepth, !keepsSlices { found = try Self.chosen(found, slices, among: numbers, root: folder.root) }
    files = found.map { folder.full($0.path) }
    depths = found.map { $0.values["z"].flatMap { Int($0) } }
    // Pages of which nobody says what they are are channels where the name has the frame, else frames.
    var reading = ImageReading(
      frames: pattern.names.contains("frame") ? nil : .max, axes: axes, slices: hasDepth ? nil : slices)
    if !pattern.names.contains("channel"), !names.isEmpty, !isOpen { reading.channels = names.count }
    if pattern.names.contains("channel") { reading.channels = 1 }
    self.reading = reading
    self.slices = slices
    let rules = try folders.places(found.map(\.path), root: folder.root)
    let hasParts = pattern.names.contains("channel")
    let ownNames = rules.map { rule in hasParts ? nil : rule.map { folders.rules[$0] } }
    self.ownNames = ownNames
    var groups: [String: [Int]] = [:]
    var order: [String] = []
    for (index, item) in found.enumerated() {
      let name = keys.map { item.values[$0] ?? "" }.joined(separator: "/")
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(index)
    }
    let others = found.indices.filter { rules[$0] == nil }
    let written = pattern.channels ?? Self.sorted(Set(others.compactMap { found[$0].values["channel"] }))
    // Words in names may call one channel differently.
    let resolved = try written.map { token throws(ZooError) in try synonyms.resolved([token])[0] }
    var tokens: [String] = []
    for token in resolved where !tokens.contains(token) { tokens.append(token) }
    let placeOfWord = Dictionary(uniqueKeysWithValues: zip(written, resolved.compactMap(tokens.firstIndex(of:))))
    var headers: [ImageHeader] = []
    var representatives: [Int] = []
    for name in order {
      // Any plane will do to learn the size of a field.
      let place = groups[name]?.first ?? 0
      let file = files[place]
      var header = try Self.header(file, reading.of(ownNames[place]))
      do throws(ZooError) { header.channelNames = try synonyms.resolved(header.channelNames) } catch {
        throw error.at(file: file)
      }
      try header.checkChannels(file)
      if let rule = ownNames[place] { try Self.check(header, rule, file) }
      headers.append(header)
      representatives.append(place)
    }
    if axes == .auto, !pattern.names.contains("frame"), !pattern.names.contains("channel") {
      try Self.checkPages(headers, representatives.map { [files] in files[$0] })
    }
    depthFields = headers.count(where: SlicesAsFrames.areIn)
    let said = try StatedChannels(
      stated, others.map { [found] in found[$0] }, tokens: tokens, given: names, folder: folder)
    var all: [String] = []
    if let said {
      all = said.channels
    } else if pattern.channels != nil {
      all = tokens
    } else if !others.isEmpty {
      let unruled = representatives.indices.filter { [representatives] in rules[representatives[$0]] == nil }
      all = try Self.names(
        names, isOpen: isOpen, tokens: tokens, headers: unruled.map { [headers] in headers[$0] }, hasParts: hasParts,
        files: unruled.map { [files, representatives] in files[representatives[$0]] }, hasSynonyms: !synonyms.isEmpty)
    }
    // Which channel a file is, where its folder or a table says it.
    var own = [String?](repeating: nil, count: found.count)
    if hasParts, !folders.isEmpty {
      let words = found.indices.map { [found] in (rules[$0], found[$0].values["channel"] ?? "") }
      let known = try folders.names(of: words, root: folder.root, sorted: Self.sorted)
      for (place, word) in words.enumerated() { own[place] = word.0.flatMap { known[$0][word.1] } }
      try StatedChannels.check(stated, found, names: own, rules: rules, folders, folder: folder)
    }
    if let said { for (place, name) in zip(others, said.names) { own[place] = name } }
    let usual = all
    // Those of folders follow, in the order of data.imageChannels if that has them.
    let further = Set(rules).compactMap { $0.map { folders.rules[$0] } }.sorted { $0.pattern < $1.pattern }
      .flatMap(\.names)
    for name in names.filter(further.contains) + further where !all.contains(name) { all.append(name) }
    channels = all
    // The place of the channel that a file's name, or a table, says it is.
    let matches = found
    let places = matches.indices.map { index -> Int? in
      if let name = own[index] { return all.firstIndex(of: name) }
      return matches[index].values["channel"].flatMap { placeOfWord[$0] }
    }
    let paths = files
    let types = try Self.types(places, channels: all.count, headers, groups: order.map { groups[$0] ?? [] }) {
      file throws(ZooError) in try Self.header(paths[file], reading.of(ownNames[file])).sampleType
    }
    let first = headers[0].sampleType
    fileTypes = places.map { place in place.flatMap { types[$0] } ?? first }
    sampleType = Self.common(types.values.isEmpty ? [first] : Array(types.values))
    let isNumbered = hasParts && said == nil && pattern.channels == nil && !names.isEmpty && usual == names
    channelsText =
      isNumbered
      ? (ChannelNumbers.text(tokens, names) + all.dropFirst(names.count).map { ", \($0)" }.joined())
      : all.joined(separator: ", ")
    findings = [
      masks.min().map {
        "\(Figures.counted(masks.count, "file")) called as masks of others, e.g. \($0.onOneLine), \(masks.count == 1 ? "isn't" : "aren't") taken as fields"
      }, folders.finding(rules),
      said?.finding
        ?? StatedChannels.comparison(stated, others.map { [found] in found[$0] }, tokens: tokens, given: names),
      Self.typesText(types, channels: all),
      isNumbered ? ChannelNumbers.gap(tokens, names) : nil,
    ].compactMap { $0 }
    var fields: [Field] = []
    for (name, header) in zip(order, headers) {
      let file = groups[name]?.first ?? 0
      guard header.sampleType == fileTypes[file] else {
        let other = fileTypes.indices.first { places[$0] == places[file] } ?? 0
        throw ZooError(
          .badInput, file: files[file],
          problem: "has samples of \(header.sampleType)", expected: "\(fileTypes[file]), as \(files[other]) has",
          remedy: TypeScales.text([files[file]], [files[other]]) { _ in reading.of(ownNames[file]) }.map {
            "Save all images of a channel as one type; \($0)"
          })
      }
      let members = groups[name] ?? []
      fields.append(
        try Self.field(
          name, members.map { ($0, found[$0].values) }, header, keys: keys, channels: channels, places: places,
          usual: usual, ownNames: ownNames, given: names, hasSynonyms: !synonyms.isEmpty, files: files,
          projectsFiles: hasDepth, mayLack: keepsSlices,
          path: { pattern.path($0).map(folder.full) }))
    }
    let counts = hasDepth ? [numbers.count] : Set(headers.map(\.slices)).sorted()
    stacks =
      counts.contains { $0 > 1 }
      ? slices.map {
        "fields are stacks of \(counts.map(String.init).joined(separator: ", ")) slices; \($0.deed) (data.slices: \($0.text))"
      } : nil
    self.fields = fields
    scales = FieldScales(fields, files: files)
  }

  /// Takes sizes of pixels that the spec says in place of what the files say.
  mutating func take(pixelSizes: [String: Double], below root: String) throws(ZooError) {
    scales = try scales.giving(pixelSizes, below: root)
  }

  /// Uses one slice of each frame.
  mutating func use(_ choice: SliceTable.Choice, of table: String) {
    fields = choice.fields
    stacks = "fields are stacks of \(Set(depths).count) slices; the one that \(table) says of each frame is used"
  }

  /// The files that are used where names have the number of the slice.
  private static func chosen(
    _ found: [(path: String, values: [String: String])], _ slices: SliceChoice?, among depths: Set<Int>, root: String
  ) throws(ZooError) -> [(path: String, values: [String: String])] {
    guard let slices else {
      throw ZooError(
        .badInput, file: root, path: "data.cells.images", problem: "the fields have several slices in depth",
        expected: "one slice",
        remedy: "\(SliceChoice.remedy), or write the slice's number into the pattern in place of {z}")
    }
    guard case .plane(let number) = slices else { return found }
    let kept = found.filter { $0.values["z"].flatMap { Int($0) } == number }
    guard !kept.isEmpty else {
      throw ZooError(
        .badInput, file: root, path: "data.slices", problem: "no file's name has \(number) as its {z}",
        expected: "one of \(depths.sorted().prefix(20).map(String.init).joined(separator: ", "))")
    }
    return kept
  }

  /// How a file is read.
  func reading(_ file: Int) -> ImageReading { reading.of(ownNames[file]) }

  /// Of films too that are larger than what is taken into memory at once.
  private static func header(_ file: String, _ reading: ImageReading) throws(ZooError) -> ImageHeader {
    reading.frames == nil && FileKind(file) == .file
      ? try ImageFile.header(file, reading) : try FieldFilm(file, reading).header
  }

  /// The planes of one field.
  private static func field(
    _ name: String, _ members: [(file: Int, values: [String: String])], _ header: ImageHeader, keys: [String],
    channels: [String], places: [Int?], usual: [String], ownNames: [FolderChannels.Rule?], given: [String],
    hasSynonyms: Bool, files: [String], projectsFiles: Bool, mayLack: Bool, path: ([String: String]) -> String?
  ) throws(ZooError) -> Field {
    var numbers: [Int?] = []
    for member in members {
      let text = member.values["frame"]
      let number = text.flatMap(CellTableReader.integer)
      guard text == nil || number != nil else {
        throw ZooError(
          .badInput, file: files[member.file], problem: "the frame is '\(text ?? "")'", expected: "a whole number",
          remedy: "Check the part {frame} of data.cells.images")
      }
      numbers.append(number)
    }
    let hasNumbers = numbers.first != .some(nil)
    let first = hasNumbers ? numbers.compactMap(\.self).min() ?? 0 : 0
    let last = hasNumbers ? numbers.compactMap(\.self).max() ?? 0 : header.frames - 1
    guard last - first < 1_000_000 else {
      throw ZooError(
        .badInput, file: files[members[0].file], problem: "the frames run from \(first) to \(last)",
        expected: "at most a million frames", remedy: "Check the part {frame} of data.cells.images")
    }
    guard !hasNumbers || header.frames == 1 else {
      throw ZooError(
        .badInput, file: files[members[0].file],
        problem: "is a frame by its name, but holds \(Figures.counted(header.frames, "frame"))", expected: "one frame",
        remedy: "Remove {frame} from data.cells.images, or project the file first")
    }
    let frames = last - first + 1
    // The channels of a file go by their names if it has them, by their order if not.
    let stated = header.channelNames
    let goesByName = given.isEmpty || hasSynonyms && !ChannelNaming.isColours(stated)
    let usual = goesByName && !stated.isEmpty ? stated : usual
    var planes = [Plane?](repeating: nil, count: frames * channels.count)
    // Place of a plane → the slices that there are of it.
    var depths: [Int: Set<String>] = [:]
    for (member, number) in zip(members, numbers) {
      let fileFrames = number.map { $0 - first..<$0 - first + 1 } ?? 0..<header.frames
      for frame in fileFrames {
        if let place = places[member.file] {
          try put(
            Plane(file: member.file, frame: frame - fileFrames.lowerBound, channel: 0), frame, place, member.values["z"]
          )
        } else {
          let own = ownNames[member.file]?.names ?? usual
          for inFile in 0..<min(header.channels, own.count) {
            guard let place = channels.firstIndex(of: own[inFile]) else { continue }
            try put(
              Plane(file: member.file, frame: frame - fileFrames.lowerBound, channel: inFile), frame, place,
              member.values["z"])
          }
        }
      }
    }
    func put(_ plane: Plane, _ frame: Int, _ channel: Int, _ depth: String?) throws(ZooError) {
      let at = frame * channels.count + channel
      if let other = planes[at] {
        if projectsFiles, let depth, depths[at, default: []].insert(depth).inserted,
          other.frame == plane.frame, other.channel == plane.channel
        {
          planes[at]?.others.append(plane.file)
          return
        }
        throw ZooError(
          .badInput, file: files[plane.file],
          problem:
            "is frame \(first + frame) of '\(channels[channel])' of the field '\(name)', as \(files[other.file]) is",
          expected: "one file for each", remedy: "Name in data.cells.images what tells them apart")
      }
      planes[at] = plane
      if projectsFiles, let depth { depths[at] = [depth] }
    }
    if projectsFiles, !mayLack, let most = depths.values.map(\.count).max(),
      let lacking = depths.first(where: { $0.value.count < most }), let plane = planes[lacking.key]
    {
      // The file that is missing is named, if its name follows from those that are there.
      let whole = depths.values.first { $0.count == most } ?? []
      let missing = whole.subtracting(lacking.value).sorted()
      var values = members.first { $0.file == plane.file }?.values ?? [:]
      values["z"] = missing.first
      let file = path(values)
      throw ZooError(
        .badInput, file: file,
        problem: (file == nil ? "a file of '\(channels[lacking.key % channels.count])'" : "this file")
          + " is missing: frame \(first + lacking.key / channels.count) of the field '\(name)' has no slice \(missing.joined(separator: ", "))",
        expected: "\(most) slices, as others of the field have",
        remedy: "Add the files that are missing, or set data.slices to the number of a slice that all have")
    }
    return Field(
      values: members[0].values.filter { keys.contains($0.key) }, name: name, firstFrame: first, frameCount: frames,
      planes: planes, width: header.width, height: header.height)
  }
}

extension FieldImages {
  /// How many fields there are and of which sizes: `12 fields of 236×216 pixels (8), 200×176 (4)`.
  var sizesText: String {
    var counts: [String: Int] = [:]
    for field in fields { counts["\(field.width)×\(field.height)", default: 0] += 1 }
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let all = Figures.counted(fields.count, "field")
    guard sorted.count > 1 else { return "\(all) of \(sorted.first?.key ?? "") pixels" }
    let shown = sorted.prefix(5).map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
    return "\(all) of different sizes in pixels: \(shown)\(sorted.count > 5 ? " and \(sorted.count - 5) others" : "")"
  }
}

extension FieldImages {
  private static let takenColumns: Set<String> = [
    "id", "frame", "time", "track", "x", "y", "score", "label", "predicted", "model", "uncertain", "warning",
  ]

  /// Names of the columns that say in tables of predictions which field a cell is of: `experiment`, `well`, `field`, and
  /// all other parts of the pattern that tell fields apart.
  package var placeColumns: [String] {
    ["experiment", "well", "field"]
      + furtherKeys.map { Self.takenColumns.contains($0) || $0.hasPrefix("p_") ? "field_\($0)" : $0 }
  }

  /// What stands in ``placeColumns``; `field` is the whole name.
  package func places(_ field: Field) -> [String] {
    [field.values["experiment"] ?? "", field.values["well"] ?? "", field.name]
      + furtherKeys.map { field.values[$0] ?? "" }
  }

  private var furtherKeys: [String] { keys.filter { !["experiment", "well", "field"].contains($0) } }
}
