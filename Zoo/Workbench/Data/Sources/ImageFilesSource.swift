import Foundation
import ZooFormat

/// Samples in PNG and TIFF files: what the folder and the manifest have in common.
struct ImageFilesSource: SampleSource {
  /// The files of one entry: a row for each frame that has its own file, in it one file with all channels, or one file
  /// for each channel.
  typealias Files = [[String]]

  let entries: [SourceEntry]
  let channels: [String]
  let declaredClasses: [String]?
  let groupColumns: [String]
  let frames: Int?
  let sampleType: SampleType
  let sampleRange: ClosedRange<Float>
  let note: String?
  private let files: [Files]
  private let hasFilePerChannel: Bool

  /// - Parameters:
  ///   - channelNames: Of the channels in a file; what the first file says if empty. Of the files of a row if there is
  ///     one for each channel.
  ///   - frames: Frames of each entry, in files of their own or as pages of one.
  init(
    entries: [SourceEntry], files: [Files], channelNames: [String], hasFilePerChannel: Bool, frames: Int?,
    declaredClasses: [String]? = nil, groupColumns: [String] = [], range: ClosedRange<Float>?, note: String? = nil
  ) throws(ZooError) {
    self.entries = entries
    self.files = files
    self.hasFilePerChannel = hasFilePerChannel
    self.frames = frames
    self.declaredClasses = declaredClasses
    self.groupColumns = groupColumns
    self.note = note
    guard let first = files.first?.first?.first else {
      throw ZooError(.badInput, problem: "the data holds no images", expected: "PNG or TIFF files")
    }
    // Any file that can be read will do: those that can't are reported with everything else.
    var header: ImageHeader?
    for file in files.prefix(100).compactMap({ $0.first?.first }) where header == nil {
      header = try? ImageFile.header(file, pages: frames == nil ? .channels : .frames)
    }
    let found: ImageHeader
    if let header { found = header } else { found = try ImageFile.header(first) }
    sampleType = found.sampleType
    sampleRange = range ?? found.sampleType.range
    if hasFilePerChannel {
      channels = channelNames
      return
    }
    channels = channelNames.isEmpty ? found.channelNames : channelNames
    guard channels.count == found.channels else {
      throw ZooError(
        .badInput, file: first,
        problem: "has \(Figures.counted(found.channels, "channel"))"
          + (channelNames.isEmpty
            ? " without names" : ", but the names given are \(channelNames.joined(separator: ", "))"),
        expected: "a name for each channel", remedy: "Set data.imageChannels to the names of the channels in the files")
    }
  }

  func image(_ entry: Int, channels: [Int]) throws(ZooError) -> Image {
    var samples: [Float] = []
    var size: (width: Int, height: Int)?
    for row in files[entry] {
      let parts: [Image]
      if hasFilePerChannel {
        var images: [Image] = []
        for channel in channels { images.append(try read(row[channel], channelCount: 1)) }
        parts = images
      } else {
        parts = [try read(row[0], channelCount: self.channels.count)]
      }
      for (part, path) in zip(parts, row) {
        if let size, size != (part.width, part.height) {
          throw ZooError(
            .badInput, file: path, problem: "has \(part.width)×\(part.height) pixels",
            expected: "\(size.width)×\(size.height), as the other images of \(entries[entry].id)")
        }
        size = (part.width, part.height)
      }
      for frame in 0..<(parts.first?.frames ?? 0) {
        for (place, channel) in channels.enumerated() {
          let part = hasFilePerChannel ? parts[place] : parts[0]
          let plane = part.width * part.height
          let start = (frame * part.channels + (hasFilePerChannel ? 0 : channel)) * plane
          samples += part.samples[start..<start + plane]
        }
      }
    }
    return try Image(
      width: size?.width ?? 0, height: size?.height ?? 0, channels: channels.count, frames: frames ?? 1,
      sampleType: sampleType, samples: samples)
  }

  private func read(_ path: String, channelCount: Int) throws(ZooError) -> Image {
    let image = try ImageFile.read(path, pages: frames == nil ? .channels : .frames)
    if let problem = misfit(image.header, path, channelCount: channelCount) { throw problem }
    return image
  }

  func problems(_ entries: [Int], channels: [Int]) -> [ZooError] {
    var problems: [ZooError] = []
    for entry in entries {
      for row in files[entry] {
        for (place, path) in row.enumerated() where !hasFilePerChannel || channels.contains(place) {
          do throws(ZooError) {
            let header = try ImageFile.header(path, pages: frames == nil ? .channels : .frames)
            let count = hasFilePerChannel ? 1 : self.channels.count
            if let problem = misfit(header, path, channelCount: count) { problems.append(problem) }
          } catch {
            problems.append(error)
          }
        }
      }
    }
    return problems
  }

  private func misfit(_ header: ImageHeader, _ path: String, channelCount: Int) -> ZooError? {
    let frameCount = files.first?.count == 1 ? frames ?? 1 : 1
    guard header.channels == channelCount, header.frames == frameCount, header.sampleType == sampleType else {
      return ZooError(
        .badInput, file: path,
        problem: "has \(Figures.frames(header.frames, channels: header.channels)) of \(header.sampleType)",
        expected: "\(Figures.frames(frameCount, channels: channelCount)) of \(sampleType), as the first image has")
    }
    return nil
  }

  func file(_ entry: Int) -> String? { files[entry].first?.first }

  func content(_ entry: Int) throws(ZooError) -> [UInt8] {
    var digests: [UInt8] = []
    for path in files[entry].joined() {
      digests += SHA256.digest(try FileBytes.read(path))
    }
    return digests
  }
}
