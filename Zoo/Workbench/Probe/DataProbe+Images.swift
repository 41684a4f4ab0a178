import Foundation
import ZooData
import ZooFormat

/// What the images' headers say.
extension DataProbe {
  /// Sizes, sample types, channels and frames of up to 2,000 images that are spread over all.
  mutating func probe(images: [String]) {
    guard !images.isEmpty else { return }
    let step = max(1, images.count / 2000)
    let isOpen = spec.imageChannels.isEmpty || spec.imageChannels.last == ChannelNaming.further
    let isSingle = hasFilePerChannel || !spec.columns.channelPaths.isEmpty
    let channels = isOpen || isSingle ? nil : spec.imageChannels.count
    let synonyms = ChannelSynonyms(spec.channelNames)
    let reading = ImageReading(
      frames: given.has("data.frames") ? spec.frames : nil, channels: channels, axes: spec.axes, slices: spec.slices)
    var sizes: [String: (count: Int, width: Int, height: Int)] = [:]
    var kinds: [String: Int] = [:]
    var first: ImageHeader?
    var named: [[String]: Int] = [:]
    for index in stride(from: 0, to: images.count, by: step) {
      guard var header = try? ImageFile.header(images[index], reading) else { continue }
      header.channelNames = (try? synonyms.resolved(header.channelNames)) ?? header.channelNames
      first = first ?? header
      sizes["\(header.width)×\(header.height)", default: (0, header.width, header.height)].count += 1
      named[header.channelNames, default: 0] += 1
      // Channels that have names are found in any order.
      let names = header.channelNames.isEmpty ? "" : " (\(header.channelNames.sorted().joined(separator: ", ")))"
      kinds[
        "\(Figures.frames(header.frames, channels: header.channels))\(names) of \(header.sampleType)", default: 0] += 1
    }
    guard let first, let common = sizes.values.max(by: { ($0.count, $0.width) < ($1.count, $1.width) }) else { return }
    let listed = sizes.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    say(
      "height",
      "Images are resized to this; they have \(listed.prefix(4).map { "\($0.key) (\($0.value.count))" }.joined(separator: ", "))\(listed.count > 4 ? " and \(listed.count - 4) other sizes" : "") pixels."
    )
    let scale = min(1, 128 / Double(max(common.width, common.height)))
    spec.width = max(8, Int(saturating: (Double(common.width) * scale).rounded()))
    spec.height = max(8, Int(saturating: (Double(common.height) * scale).rounded()))
    if kinds.count > 1 {
      let found = kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      say(
        "channels",
        "Unsure: the files are of several kinds: \(found.prefix(4).map { "\($0.key) in \($0.value)" }.joined(separator: "; "))."
      )
    }
    if !isSingle { takeCommonChannels(first, named) }
    if spec.frames == nil, first.frames > 1 {
      spec.frames = first.frames
      say("frames", SlicesAsFrames.doubt(first))
    }
    if spec.imageChannels.isEmpty, !isSingle, first.channels > 1, first.channelNames.isEmpty,
      !given.has(FolderChannels.key)
    {
      spec.imageChannels = (1...first.channels).map { "channel\($0)" }
      say(
        "imageChannels",
        "The files don't name their channels: give them their names, here and in `channels`; \(FolderChannels.hint).")
      say(
        "imageChannels",
        "If these are frames of one channel, set frames: \(first.channels) and imageChannels: [\"BF\"] or the like.")
    }
  }

  /// Files that name their channels, but not the same ones: those that all have.
  private mutating func takeCommonChannels(_ first: ImageHeader, _ named: [[String]: Int]) {
    guard named.count > 1, named[[]] == nil else { return }
    // Names that differ in case or blanks alone are one.
    let keyed = named.keys.map { Set($0.map(Spelling.key)) }
    let common = first.channelNames.filter { name in keyed.allSatisfy { $0.contains(Spelling.key(name)) } }
    guard !common.isEmpty else { return }
    var spellings: [String: Set<String>] = [:]
    for name in named.keys.joined() { spellings[Spelling.key(name), default: []].insert(name) }
    let several = spellings.values.filter { $0.count > 1 }.map { $0.sorted().joined(separator: " = ") }.sorted()
    if !several.isEmpty { say("channels", "Taken as one channel: \(several.joined(separator: ", ")).") }
    let kept = Set(common.map(Spelling.key))
    var others: [String: Int] = [:]
    for (names, count) in named {
      for name in Set(names) where !kept.contains(Spelling.key(name)) { others[name, default: 0] += count }
    }
    if !others.isEmpty || !several.isEmpty { spec.channels = common }
    guard !others.isEmpty else { return }
    let left = others.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value)" }
    say("channels", "Those that all images have; left out: \(left.joined(separator: ", ")).")
  }
}
