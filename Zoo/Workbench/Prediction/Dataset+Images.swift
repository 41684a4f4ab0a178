import Foundation
import ZooPlugins

extension Dataset {
  /// Images in files, without labels, as `model` takes them. A path may be a folder, whose images are taken by name.
  /// - Throws: ``ZooError`` with every file that can't be read or doesn't fit.
  static func images(_ paths: [String], for card: Card, range: ClosedRange<Float>? = nil) throws -> Dataset {
    let files = try paths.flatMap(imageFiles)
    guard let first = files.first else {
      throw ZooError(
        .badInput, file: paths.joined(separator: ", "), problem: "holds no images", expected: "PNG or TIFF files")
    }
    let header = try ImageFile.header(first, pages: card.frames == nil ? .channels : .frames)
    let areNamed = card.channels.allSatisfy(header.channelNames.contains)
    guard areNamed || header.channels == card.channels.count else {
      throw ZooError(
        .badInput, file: first,
        problem: "has \(Figures.counted(header.channels, "channel"))"
          + (header.channelNames.isEmpty ? " without names" : " (\(header.channelNames.joined(separator: ", ")))"),
        expected: "\(Figures.counted(card.channels.count, "channel")) (\(card.channels.joined(separator: ", ")))")
    }
    let source = try ImageFilesSource(
      entries: files.map { SourceEntry(id: $0, className: nil) }, files: files.map { [[$0]] },
      channelNames: areNamed ? header.channelNames : card.channels, hasFilePerChannel: false, frames: card.frames,
      range: range)
    let channels = card.channels.compactMap { source.channels.firstIndex(of: $0) }
    var problems = Problems()
    problems.add(source.problems(Array(files.indices), channels: channels))
    try problems.check()
    return Dataset(
      samples: files.map { Sample(id: $0, label: nil, groups: [], subset: nil) }, classes: card.classes,
      channels: card.channels, groupColumns: [], frames: card.frames, height: card.imageSize.height,
      width: card.imageSize.width, sampleType: source.sampleType, sampleRange: source.sampleRange, note: nil,
      isSimulated: false, source: source, entries: Array(files.indices), sourceChannels: channels)
  }

  private static func imageFiles(_ path: String) throws -> [String] {
    let kind = FileKind(path)
    guard kind != .nothing else {
      throw ZooError(
        .badInput, file: path, problem: "doesn't exist", expected: "a PNG or TIFF file, or a folder of them")
    }
    guard kind == .folder else { return [path] }
    return try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { ImageFile.extensions.contains(($0 as NSString).pathExtension.lowercased()) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(path)/\($0)" }
  }
}
