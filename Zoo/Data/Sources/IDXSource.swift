import Foundation
import ZooFormat
import ZooImages

/// IDX files, in which MNIST and its kin are published: images and labels, training and test apart.
struct IDXSource: SampleSource {
  let entries: [SourceEntry]
  let channels = ["gray"]
  let declaredClasses: [String]?
  let sampleType = SampleType.uint8
  let sampleRange: ClosedRange<Float>
  private let width: Int
  private let height: Int
  private let pixels: [UInt8]

  /// Reads all four files into memory.
  init(_ spec: DataSpec, root: String) throws(ZooError) {
    func path(_ name: String) -> String { name.hasPrefix("/") ? name : root + "/" + name }
    var entries: [SourceEntry] = []
    var pixels: [UInt8] = []
    var size: [Int]?
    var names = spec.idx.labelNames
    let parts: [(Subset, String, String)] = [
      (.train, spec.idx.trainImages, spec.idx.trainLabels), (.test, spec.idx.testImages, spec.idx.testLabels),
    ]
    for (subset, imageName, labelName) in parts {
      let images = try IDXFile.read(path(imageName), rank: 3)
      let labels = try IDXFile.read(path(labelName), rank: 1)
      guard images.shape[0] == labels.shape[0] else {
        throw ZooError(
          .badInput, file: path(labelName), problem: "has \(labels.shape[0]) labels",
          expected: "\(images.shape[0]), as there are images in \(path(imageName))")
      }
      guard size == nil || size == Array(images.shape[1...]) else {
        throw ZooError(
          .badInput, file: path(imageName), problem: "holds images of another size than \(path(spec.idx.trainImages))")
      }
      size = Array(images.shape[1...])
      let highest = Int(labels.bytes.max() ?? 0)
      if spec.idx.labelNames.isEmpty {
        names += (names.count..<max(names.count, highest + 1)).map(String.init)
      } else if highest >= names.count {
        throw ZooError(
          .badInput, file: path(labelName), path: "data.idx.labelNames",
          problem: "there are labels up to \(highest), but \(names.count) names", expected: "\(highest + 1) names")
      }
      for (index, label) in labels.bytes.enumerated() {
        entries.append(
          SourceEntry(id: "\(subset.rawValue)/\(index)", className: names[Int(label)], subset: subset))
      }
      pixels += images.bytes
    }
    guard let size, !entries.isEmpty else {
      throw ZooError(.badInput, file: path(spec.idx.trainImages), problem: "holds no images")
    }
    self.entries = entries
    self.pixels = pixels
    height = size[0]
    width = size[1]
    declaredClasses = names
    sampleRange = spec.sampleRange ?? 0...255
  }

  func image(_ entry: Int, channels: [Int]) throws(ZooError) -> Image {
    let plane = pixels[entry * width * height..<(entry + 1) * width * height]
    return try Image(
      width: width, height: height, channels: channels.count, sampleType: .uint8, channelNames: self.channels,
      samples: channels.flatMap { _ in plane.map(Float.init) })
  }

  func content(_ entry: Int) throws(ZooError) -> [UInt8] {
    Array(pixels[entry * width * height..<(entry + 1) * width * height])
  }
}

/// One IDX file of bytes.
package struct IDXFile {
  package let shape: [Int]
  package let bytes: [UInt8]

  /// Reads a plain or gzipped file. Sizes are checked against what is stored before memory is taken.
  static func read(_ path: String, rank: Int) throws(ZooError) -> IDXFile {
    let stored = try FileBytes.read(path)
    do throws(ZooError) { return try IDXFile(stored, rank: rank) } catch { throw error.at(file: path) }
  }

  package init(_ stored: [UInt8], rank: Int) throws(ZooError) {
    let headerSize = 4 + 4 * rank
    let isCompressed = stored.starts(with: [0x1F, 0x8B])
    let start = isCompressed ? try Inflate.prefix(stored, size: headerSize) : Array(stored.prefix(headerSize))
    guard start.count == headerSize, start.starts(with: [0, 0, 8, UInt8(truncatingIfNeeded: rank)]) else {
      throw ZooError(
        .badInput, problem: "isn't an IDX file of bytes with \(rank) dimensions",
        expected: "a file that starts with 0, 0, 8, \(rank)")
    }
    var shape: [Int] = []
    var total = headerSize
    var count = 1
    for dimension in 0..<rank {
      let size = start[4 + 4 * dimension..<8 + 4 * dimension].reduce(0) { $0 << 8 | Int($1) }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= 1 << 33, size > 0 else {
        throw ZooError(
          .badInput, problem: "says that it holds \(shape + [size]) bytes or more", expected: "at most 8 GiB")
      }
      count = product
      shape.append(size)
    }
    total += count
    if isCompressed {
      bytes = Array(try Inflate.decompress([stored[...]], size: total)[headerSize...])
    } else {
      guard stored.count == total else {
        throw ZooError(.badInput, problem: "has \(stored.count) bytes", expected: "\(total) for \(shape)")
      }
      bytes = Array(stored[headerSize...])
    }
    self.shape = shape
  }
}
