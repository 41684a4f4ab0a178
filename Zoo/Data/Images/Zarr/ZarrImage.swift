import Foundation
import ZooFormat
import ZooImages

/// An image of OME-Zarr 0.1 to 0.5: the full resolution of its pyramid, with axes, names of channels and the size of a
/// pixel as its metadata have them.
///
/// Not for use by several threads at once: chunks that hold several planes are kept between calls.
package final class ZarrImage {
  let header: ImageHeader
  /// Micrometres of a pixel across; `nil` if the file doesn't say.
  let pixelSize: Double?
  /// Hours from one frame to the next; `nil` if the file doesn't say.
  let frameInterval: Double?
  /// Slices in depth, and what is done with them.
  private let depth: Int
  private let choice: SliceChoice?
  private let array: ZarrArray
  /// The places of the axes in the array; `nil` for one that it hasn't.
  private let axes: [Character: Int]
  private var kept: [[Int]: [UInt8]?] = [:]
  private var keptBytes = 0

  private static let mostPlanes = 10_000_000
  /// Bytes of decoded chunks that are kept.
  private static let keptLimit = 256 << 20
  /// The most chunks of a plane, each of which is looked for.
  private static let mostChunks = 1 << 20
  /// The most pixels of a plane of which no chunk is stored.
  private static let largestEmptyPlane = 1 << 26

  /// - Throws: ``ZooError`` if the folder isn't such an image, or holds one in a form that isn't read.
  init(_ folder: String, slices choice: SliceChoice? = nil) throws(ZooError) {
    self.choice = choice
    do throws(ZooError) {
      let attributes = try ZarrMetadata.attributes(folder)
      guard let scales = attributes?["multiscales"]?.items?.first, let first = scales["datasets"]?.items?.first,
        let path = first["path"]?.text, let inside = ZarrMetadata.inside(path)
      else {
        throw ZooError(
          .badInput, problem: "is no OME-Zarr image: it has no multiscales", expected: "the folder of an image",
          remedy: attributes?["plate"] == nil
            ? nil : "Name the parts {row}/{column}/{field} of the plate in data.cells.images")
      }
      let array = try ZarrArray("\(folder)/\(inside)")
      let shape = array.shape
      let axes = try Self.axes(scales["axes"], count: shape.count)
      func size(_ axis: Character) -> Int { axes[axis].map { shape[$0] } ?? 1 }
      let labels = attributes?["omero"]?["channels"]?.items?.map { $0["label"]?.text ?? "" } ?? []
      var header = ImageHeader(
        width: size("x"), height: size("y"), channels: size("c"), frames: size("t"), sampleType: array.sampleType)
      if labels.count == header.channels, !labels.contains(""), Set(labels).count == labels.count {
        header.channelNames = labels
      }
      depth = size("z")
      header.slices = choice == nil ? 1 : depth
      _ = try ImageHeader(width: header.width, height: header.height, sampleType: header.sampleType).sampleCount()
      let (planes, overflow) = header.frames.multipliedReportingOverflow(by: header.channels)
      guard !overflow, planes <= Self.mostPlanes, header.channels <= 10_000 else {
        throw ZooError(
          .badInput, problem: "has \(header.sizesText)", expected: "at most \(Self.mostPlanes) planes")
      }
      func chunkCount(_ axis: Character) -> Int { axes[axis].map { (shape[$0] - 1) / array.chunk[$0] + 1 } ?? 1 }
      let chunks = chunkCount("x") * chunkCount("y")
      guard chunks <= Self.mostChunks else {
        throw ZooError(
          .badInput, problem: "has \(chunks) chunks for each plane", expected: "at most \(Self.mostChunks)")
      }
      self.header = header
      self.array = array
      self.axes = axes
      pixelSize = Self.scale(scales, first, axis: axes["x"], count: shape.count).flatMap {
        LengthUnit.micrometres($0.value, unit: $0.unit)
      }
      frameInterval = Self.scale(scales, first, axis: axes["t"], count: shape.count).flatMap {
        TimeUnit.hours($0.value, unit: $0.unit)
      }
    } catch {
      throw error.at(file: folder)
    }
  }

  /// Whether a folder is an image; one that is damaged counts as one, so that it is told about when it is opened.
  static func isImage(_ folder: String) -> Bool {
    guard ZarrMetadata.isZarr(folder) else { return false }
    do throws(ZooError) { return try ZarrMetadata.attributes(folder)?["multiscales"] != nil } catch { return true }
  }

  /// The places of the axes by their names.
  private static func axes(_ listed: JSONValue?, count: Int) throws(ZooError) -> [Character: Int] {
    // Version 0.3 has names alone, earlier ones have always all five.
    let names = listed?.items?.map { ($0["name"]?.text ?? $0.text ?? "").lowercased() } ?? ["t", "c", "z", "y", "x"]
    guard names.count == count, Set(names).count == count, names.allSatisfy({ "tczyx".contains($0) && $0.count == 1 }),
      names.contains("y"), names.contains("x")
    else {
      throw ZooError(
        .badInput, problem: "the axes are \(names.joined(separator: ", ")) of an array of \(count)",
        expected: "x and y, and c, t and z if there are more")
    }
    return Dictionary(
      uniqueKeysWithValues: names.enumerated().compactMap { place, name in name.first.map { ($0, place) } })
  }

  /// From one element to the next along an axis. Without a unit, a scale says nothing.
  private static func scale(
    _ scales: JSONValue, _ dataset: JSONValue, axis: Int?, count: Int
  ) -> (value: Double, unit: String)? {
    guard let axis, let axes = scales["axes"]?.items, axes.count == count else { return nil }
    var size = 1.0
    var isSaid = false
    for transformations in [dataset["coordinateTransformations"], scales["coordinateTransformations"]] {
      for item in transformations?.items ?? [] where item["type"]?.text == "scale" {
        guard let factors = item["scale"]?.items, factors.count == count, let factor = factors[axis].double else {
          return nil
        }
        size *= factor
        isSaid = true
      }
    }
    return isSaid ? axes[axis]["unit"]?.text.map { (size, $0) } : nil
  }

  /// - Throws: ``ZooError`` if it has slices in depth of which nobody says what is done with them, or not the one that is
  ///   wanted.
  func checkDepth() throws(ZooError) {
    try choice?.check(count: depth)
    guard depth == 1 || choice != nil else {
      throw ZooError(
        .badInput, problem: "has \(depth) slices in depth", expected: "one", remedy: SliceChoice.remedy)
    }
  }

  /// The pixels of a plane, row after row. Both places from 0 and within ``header``.
  func plane(frame: Int, channel: Int) throws(ZooError) -> [Float] {
    guard depth > 1, let choice else { return try plane(frame: frame, slice: 0, channel: channel) }
    if case .plane(let number) = choice { return try plane(frame: frame, slice: number - 1, channel: channel) }
    var projection = SliceProjection(
      try plane(frame: frame, slice: 0, channel: channel), choice, isWhole: array.sampleType != .float32)
    for slice in 1..<depth { projection.add(try plane(frame: frame, slice: slice, channel: channel)) }
    return projection.pixels
  }

  private func plane(frame: Int, slice: Int, channel: Int) throws(ZooError) -> [Float] {
    let (width, height) = (header.width, header.height)
    var pixels = [Float](repeating: array.fill, count: width * height)
    var place = [Int](repeating: 0, count: array.shape.count)
    var start = place
    for (axis, index) in [("t", frame), ("c", channel), ("z", slice)] as [(Character, Int)] {
      guard let at = axes[axis] else { continue }
      (place[at], start[at]) = index.quotientAndRemainder(dividingBy: array.chunk[at])
    }
    guard let x = axes["x"], let y = axes["y"] else { return pixels }
    let steps = strides
    let origin = zip(start, steps).reduce(0) { $0 + $1.0 * $1.1 }
    var found = 0
    for row in 0...(height - 1) / array.chunk[y] {
      for column in 0...(width - 1) / array.chunk[x] {
        (place[y], place[x]) = (row, column)
        guard let bytes = try chunk(place) else { continue }
        found += 1
        let (top, left) = (row * array.chunk[y], column * array.chunk[x])
        let rows = min(array.chunk[y], height - top)
        let columns = min(array.chunk[x], width - left)
        for line in 0..<rows {
          array.sampleType.unpack(
            bytes, from: origin + line * steps[y], step: steps[x], count: columns, isLittleEndian: array.isLittleEndian,
            into: &pixels, at: (top + line) * width + left)
        }
      }
    }
    guard found > 0 || pixels.count <= Self.largestEmptyPlane else {
      throw ZooError(.badInput, file: array.folder, problem: "has no chunk of a plane of \(width)×\(height) pixels")
    }
    return pixels
  }

  /// Elements from one to the next along each axis of a chunk.
  private var strides: [Int] {
    var steps = [Int](repeating: 1, count: array.chunk.count)
    for axis in steps.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * array.chunk[axis + 1] }
    return steps
  }

  /// The bytes of a chunk; those of several planes are kept, as the next plane needs them again.
  private func chunk(_ place: [Int]) throws(ZooError) -> [UInt8]? {
    let area = (axes["x"].map { array.chunk[$0] } ?? 1) * (axes["y"].map { array.chunk[$0] } ?? 1)
    guard array.chunkCount > area else { return try read(place) }
    if let known = kept[place] { return known }
    let bytes = try read(place)
    if keptBytes + (bytes?.count ?? 0) > Self.keptLimit { (kept, keptBytes) = ([:], 0) }
    kept[place] = .some(bytes)
    keptBytes += bytes?.count ?? 0
    return bytes
  }

  private func read(_ place: [Int]) throws(ZooError) -> [UInt8]? {
    do throws(ZooError) { return try array.bytes(place) } catch {
      throw error.at(file: "\(array.folder), chunk \(place.map(String.init).joined(separator: "/"))")
    }
  }

  /// The SHA-256 of the metadata and of all chunks of the full resolution. O(bytes).
  static func digest(_ folder: String) throws(ZooError) -> [UInt8] {
    let image = try ZarrImage(folder)
    var hash = SHA256()
    for name in ["zarr.json", ".zattrs"] where FileKind("\(folder)/\(name)") == .file {
      try FileReader("\(folder)/\(name)").digest().withUnsafeBytes { hash.update($0) }
    }
    let files = FileManager.default.enumerator(atPath: image.array.folder)?.compactMap { $0 as? String } ?? []
    for file in files.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let path = "\(image.array.folder)/\(file)"
      guard FileKind(path) == .file else { continue }
      Array(file.utf8).withUnsafeBytes { hash.update($0) }
      try FileReader(path).digest().withUnsafeBytes { hash.update($0) }
    }
    return hash.finish()
  }
}
