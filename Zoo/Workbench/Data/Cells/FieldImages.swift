import Foundation
import ZooFormat

/// The pictures of all fields, by field, frame and channel.
struct FieldImages: Sendable {
  /// Where a plane is stored.
  struct Plane: Sendable, Hashable {
    /// Place in ``FieldImages/files``.
    var file: Int
    /// In the file, from 0.
    var frame: Int
    var channel: Int
  }

  /// One place of a plate, filmed.
  struct Field: Sendable {
    /// The values of the pattern's parts that tell fields apart.
    var values: [String: String]
    /// Those values, joined by slashes.
    var name: String
    /// The number of the first frame as the files have it: in their names, or 0 for the first of a stack.
    var firstFrame: Int
    var frameCount: Int
    /// `frames × channels`; `nil` where there is none.
    var planes: [Plane?]
    var width: Int
    var height: Int

    var lastFrame: Int { firstFrame + frameCount - 1 }
  }

  /// Paths as they can be opened.
  let files: [String]
  let fields: [Field]
  let channels: [String]
  /// Names of the parts that tell fields apart, in the order of the pattern.
  let keys: [String]
  let sampleType: SampleType
  /// What is expected of a file, for what it doesn't say itself.
  let reading: ImageReading
  /// How large a pixel is in each field.
  let scales: FieldScales
  /// Fields whose frames are slices in depth, as their files say.
  let slices: Int

  private static let planeParts: Set<String> = ["frame", "channel", "z"]

  /// Finds the fields. O(files); a header is read for each field.
  /// - Parameter names: Of the channels, in the order of their numbers or of the files; what the files say if empty.
  /// - Throws: ``ZooError`` if nothing fits the pattern, channels have no names, or a field has several slices.
  init(_ folder: FieldFolder, _ pattern: FieldPattern, names: [String], axes: PageAxes) throws(ZooError) {
    let found = folder.matches(pattern)
    guard !found.isEmpty else {
      let nearest = folder.paths.first { path in
        ImageFile.extensions.contains((path as NSString).pathExtension.lowercased())
      }
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.images", problem: "no file fits the pattern '\(pattern.text)'",
        expected: "files such as \(nearest ?? "well/Img_t0000_ch1.png")", remedy: "Change data.cells.images")
    }
    keys = pattern.names.filter { !Self.planeParts.contains($0) }
    files = found.map { folder.full($0.path) }
    // Pages of which nobody says what they are are channels where the name has the frame, else frames.
    var reading = ImageReading(frames: pattern.names.contains("frame") ? nil : .max, axes: axes)
    if !pattern.names.contains("channel"), !names.isEmpty { reading.channels = names.count }
    if pattern.names.contains("channel") { reading.channels = 1 }
    self.reading = reading
    var groups: [String: [Int]] = [:]
    var order: [String] = []
    for (index, item) in found.enumerated() {
      let name = keys.map { item.values[$0] ?? "" }.joined(separator: "/")
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(index)
    }
    if pattern.names.contains("z"), Set(found.map { $0.values["z"].flatMap { Int($0) } ?? 0 }).count > 1 {
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.images", problem: "the fields have several slices in depth",
        expected: "one slice",
        remedy: "Project them first, or write the slice's number into the pattern in place of {z}")
    }
    let tokens = Self.sorted(Set(found.compactMap { $0.values["channel"] }))
    var headers: [ImageHeader] = []
    var representatives: [String] = []
    for name in order {
      // Any plane will do to learn the size of a field.
      let file = files[groups[name]?.first ?? 0]
      headers.append(try Self.header(file, reading))
      representatives.append(file)
    }
    sampleType = headers[0].sampleType
    slices = headers.count { $0.framesAreSlices && $0.frames > 1 }
    channels = try Self.names(
      names, tokens: tokens, headers: headers, hasParts: pattern.names.contains("channel"),
      files: representatives)
    var fields: [Field] = []
    for (name, header) in zip(order, headers) {
      guard header.sampleType == sampleType else {
        throw ZooError(
          .badInput, file: files[groups[name]?.first ?? 0], problem: "has samples of \(header.sampleType)",
          expected: "\(sampleType), as \(files[0]) has")
      }
      let members = groups[name] ?? []
      fields.append(
        try Self.field(
          name, members.map { ($0, found[$0].values) }, header, keys: keys, channels: channels, tokens: tokens,
          given: names, files: files))
    }
    self.fields = fields
    scales = FieldScales(fields, files: files)
  }

  /// Of films too that are larger than what is taken into memory at once.
  private static func header(_ file: String, _ reading: ImageReading) throws(ZooError) -> ImageHeader {
    reading.frames == nil && FileKind(file) == .file
      ? try ImageFile.header(file, reading) : try ImageFilm(file, reading).header
  }

  /// The planes of one field.
  private static func field(
    _ name: String, _ members: [(file: Int, values: [String: String])], _ header: ImageHeader, keys: [String],
    channels: [String], tokens: [String], given: [String], files: [String]
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
    let own = given.isEmpty && !header.channelNames.isEmpty ? header.channelNames : channels
    var planes = [Plane?](repeating: nil, count: frames * channels.count)
    for (member, number) in zip(members, numbers) {
      let token = member.values["channel"]
      let fileFrames = number.map { $0 - first..<$0 - first + 1 } ?? 0..<header.frames
      for frame in fileFrames {
        if let token, let place = tokens.firstIndex(of: token) {
          try put(Plane(file: member.file, frame: frame - fileFrames.lowerBound, channel: 0), frame, place)
        } else {
          for inFile in 0..<min(header.channels, own.count) {
            guard let place = channels.firstIndex(of: own[inFile]) else { continue }
            try put(Plane(file: member.file, frame: frame - fileFrames.lowerBound, channel: inFile), frame, place)
          }
        }
      }
    }
    func put(_ plane: Plane, _ frame: Int, _ channel: Int) throws(ZooError) {
      if let other = planes[frame * channels.count + channel] {
        throw ZooError(
          .badInput, file: files[plane.file],
          problem:
            "is frame \(first + frame) of '\(channels[channel])' of the field '\(name)', as \(files[other.file]) is",
          expected: "one file for each", remedy: "Name in data.cells.images what tells them apart")
      }
      planes[frame * channels.count + channel] = plane
    }
    return Field(
      values: members[0].values.filter { keys.contains($0.key) }, name: name, firstFrame: first, frameCount: frames,
      planes: planes, width: header.width, height: header.height)
  }

  /// The channels' names: given, or as the files say, each name once.
  private static func names(
    _ given: [String], tokens: [String], headers: [ImageHeader], hasParts: Bool, files: [String]
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
          expected: "a name for each channel", remedy: remedy)
      }
      return given
    }
    if !given.isEmpty {
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
      guard let other = headers.firstIndex(where: { $0.channels != given.count }) else { return given }
      throw ZooError(
        .badInput, file: files[other], path: "data.imageChannels",
        problem:
          "the field has \(Figures.counted(headers[other].channels, "channel")), but the names given are \(given.joined(separator: ", "))",
        expected: "a name for each channel",
        remedy: stated[other].isEmpty ? remedy : "Remove data.imageChannels: the files name their channels themselves")
    }
    var names: [String] = []
    for (header, file) in zip(headers, files) {
      guard header.channelNames.count == header.channels else {
        throw ZooError(
          .badInput, file: file, path: "data.imageChannels",
          problem: "has \(Figures.counted(header.channels, "channel")) without names",
          expected: "a name for each channel",
          remedy: remedy)
      }
      for name in header.channelNames where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// By number if all are numbers, else by name.
  private static func sorted(_ tokens: Set<String>) -> [String] {
    let numbers = tokens.compactMap { Int($0) }
    guard numbers.count == tokens.count else { return tokens.sorted() }
    return tokens.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) }
  }
}
