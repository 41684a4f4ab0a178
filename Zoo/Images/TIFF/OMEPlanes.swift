import Foundation
import ZooFormat

/// Finds the planes that OME-XML places in a file, and in the files beside it.
struct OMEPlanes {
  private let set: TIFFSet
  private let xml: OMEXML
  private let ownUUID: String?

  /// The planes of the image that the first file of `set` belongs to.
  /// - Throws: ``ZooError`` if there are several images, a file of the set isn't there, or planes are missing.
  static func planes(_ set: TIFFSet, note: String) throws(ZooError) -> TIFFPlanes {
    let own = try OMEXML(note)
    guard let file = own.metadataFile else { return try OMEPlanes(set: set, xml: own, ownUUID: own.uuid).planes() }
    guard let companion = try set.bytes(beside: file) else {
      throw missing(file, what: "keeps its metadata in")
    }
    let text = companion[0..<min(companion.count, OMEXML.largest + 1)] ?? []
    return try OMEPlanes(set: set, xml: OMEXML(String(decoding: text, as: UTF8.self)), ownUUID: own.uuid).planes()
  }

  private static func missing(_ file: String, what: String) -> ZooError {
    ZooError(
      .badInput, problem: "\(what) the file \(file), which isn't beside it",
      remedy:
        "Put the files of the set into one folder, make one file of them (bfconvert FILE NEW.ome.tif), or say by data.axes what this file's own pages are"
    )
  }

  private func planes() throws(ZooError) -> TIFFPlanes {
    let images = xml.images.filter { image in image.runs.isEmpty || image.runs.contains { isOwn($0, of: image) } }
    guard images.count == 1 || xml.images.count == 1, let image = images.first ?? xml.images.first else {
      let names = images.map { "'\($0.name)'" }.joined(separator: ", ")
      throw ZooError(
        .badInput,
        problem: "the file holds \(images.count == 0 ? xml.images.count : images.count) images"
          + (images.isEmpty ? "" : " (\(names))"),
        expected: "one", remedy: "Write one file for each, e.g. bfconvert -series 0 FILE NEW.ome.tif")
    }
    return try planes(of: image)
  }

  /// Whether a run is in the file itself: it names no file, this one, or one that this is by its UUID.
  private func isOwn(_ run: OMEXML.PlaneRun, of image: OMEXML.Image) -> Bool {
    guard let file = run.fileName else { return run.uuid == nil || ownUUID == nil || run.uuid == ownUUID }
    return file == set.name || (ownUUID != nil && run.uuid == ownUUID)
  }

  private func document(
    _ run: OMEXML.PlaneRun, of image: OMEXML.Image, isOnlyFile: Bool
  ) throws(ZooError) -> Int {
    if isOwn(run, of: image) { return 0 }
    let file = run.fileName ?? run.uuid ?? ""
    if let index = try set.document(file) { return index }
    // A file that names one file alone was renamed.
    if isOnlyFile { return 0 }
    throw Self.missing(file, what: "is part of a set with")
  }

  private func planes(of image: OMEXML.Image) throws(ZooError) -> TIFFPlanes {
    let page = set.first.pages[set.first.images[0]]
    let channels = try pageChannels(image, samplesPerPixel: page.samplesPerPixel)
    try refuseOtherSize(image, page: page)
    let axes = try Self.order(image)
    let sizes: [Character: Int] = ["C": channels, "Z": image.sizeZ, "T": image.sizeT]
    var total = 1
    for size in sizes.values {
      let (next, overflow) = total.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow, next <= ImageHeader.largestSampleCount else {
        throw ZooError(
          .badInput,
          problem: "the OME-XML speaks of \(image.sizeC) channels, \(image.sizeZ) slices and \(image.sizeT) times")
      }
      total = next
    }
    var found: [TIFFPlane?] = Array(repeating: nil, count: min(total, 1 << 20))
    guard found.count == total else { throw ZooError(.badInput, problem: "the OME-XML speaks of \(total) planes") }
    // Each plane may be placed again where it is; for ever isn't needed.
    var rest = 4 * total + image.runs.count
    var places: [String: Int] = [:]
    let isOnlyFile = Swift.Set(xml.images.flatMap(\.runs).map(\.fileName)).count == 1
    for run in image.runs.isEmpty ? [OMEXML.PlaneRun()] : image.runs {
      let file = "\(run.fileName ?? "")\0\(run.uuid ?? "")"
      let document: Int
      if let place = places[file] {
        document = place
      } else {
        document = try self.document(run, of: image, isOnlyFile: isOnlyFile)
        places[file] = document
      }
      let pages = set.documents[document].pages
      let all = set.documents[document].images
      // Without a number, the pages of the file in their order; thumbnails aren't counted then.
      let directories =
        run.directory.map { Array(pages.indices.dropFirst($0).prefix(run.planeCount ?? 1)) }
        ?? Array(all.prefix(run.planeCount ?? all.count))
      var place = ["C": run.firstC, "Z": run.firstZ, "T": run.firstT] as [Character: Int]
      rest -= directories.count
      guard rest >= 0 else {
        throw ZooError(
          .badInput, problem: "the OME-XML places its \(total) planes again and again", remedy: Self.override)
      }
      for directory in directories {
        guard place.allSatisfy({ $0.value < sizes[$0.key] ?? 0 }) else {
          throw ZooError(
            .badInput,
            problem:
              "the OME-XML places more planes than its \(image.sizeC) channels, \(image.sizeZ) slices and \(image.sizeT) times",
            remedy: Self.override)
        }
        let index = ((place["T"] ?? 0) * image.sizeZ + (place["Z"] ?? 0)) * channels + (place["C"] ?? 0)
        let plane = TIFFPlane(document: document, directory: directory)
        guard found[index] == nil || found[index] == plane else {
          throw ZooError(.badInput, problem: "the OME-XML gives one plane two pages", remedy: Self.override)
        }
        found[index] = plane
        Self.advance(&place, axes: axes, sizes: sizes)
      }
    }
    let planes = found.compactMap { $0 }
    guard planes.count == total else {
      throw ZooError(
        .badInput,
        problem: "the file has \(planes.count) of the \(total) planes that its OME-XML names "
          + "(\(Figures.counted(image.sizeC, "channel")), \(Figures.counted(image.sizeZ, "slice")), \(Figures.counted(image.sizeT, "time")))",
        expected: "all of them", remedy: Self.override)
    }
    try refuseUnnamedPages(planes, like: page)
    var result = TIFFPlanes(channels: channels, slices: image.sizeZ, times: image.sizeT, planes: planes)
    result.names = names(image, count: channels * page.samplesPerPixel)
    return result
  }

  private static let override =
    "Write the file again whole, or say by data.axes and data.imageChannels what its pages are"

  /// Pages that were cut or scaled while the XML stayed: its pixel size, and positions in tables, may be of the former image.
  private func refuseOtherSize(_ image: OMEXML.Image, page: TIFFPage) throws(ZooError) {
    guard (image.sizeX > 0 && image.sizeX != page.width) || (image.sizeY > 0 && image.sizeY != page.height) else {
      return
    }
    throw ZooError(
      .badInput,
      problem: "the OME-XML speaks of planes of \(image.sizeX) × \(image.sizeY) pixels, "
        + "but the pages have \(page.width) × \(page.height)",
      remedy: Self.override)
  }

  /// Pages that look like planes and that the XML doesn't speak of.
  private func refuseUnnamedPages(_ planes: [TIFFPlane], like page: TIFFPage) throws(ZooError) {
    var named = Swift.Set(planes.filter { $0.document == 0 }.map(\.directory))
    // Pages of other images in the same file are spoken of: how many runs begin less end at each page.
    var changes = [Int](repeating: 0, count: set.first.pages.count + 1)
    for run in xml.images.flatMap(\.runs) {
      guard let first = run.directory, first < set.first.pages.count else { continue }
      changes[first] += 1
      changes[first + min(run.planeCount ?? 1, set.first.pages.count - first)] -= 1
    }
    var open = 0
    for page in set.first.pages.indices {
      open += changes[page]
      if open > 0 { named.insert(page) }
    }
    let others = set.first.images.filter { !named.contains($0) && set.first.pages[$0].matches(page) }
    guard !others.isEmpty else { return }
    throw ZooError(
      .badInput,
      problem: "the file has \(set.first.images.count) pages, of which its OME-XML names \(named.count)",
      remedy: Self.override)
  }

  /// Channels as pages count them: samples of one pixel are channels within a page.
  private func pageChannels(_ image: OMEXML.Image, samplesPerPixel: Int) throws(ZooError) -> Int {
    let samples = image.channels.map(\.samplesPerPixel)
    if samples.contains(where: { $0 > 1 }), samples.reduce(0, +) == image.sizeC {
      guard samples.allSatisfy({ $0 == samplesPerPixel }) else {
        throw ZooError(
          .badInput,
          problem:
            "the OME-XML says that channels have \(samples.map(String.init).joined(separator: ", ")) samples a pixel, but the pages have \(samplesPerPixel)",
          remedy: Self.override)
      }
      return samples.count
    }
    guard samplesPerPixel > 1 else { return image.sizeC }
    guard image.sizeC % samplesPerPixel == 0 else {
      throw ZooError(
        .badInput,
        problem: "the OME-XML speaks of \(image.sizeC) channels, but the pages have \(samplesPerPixel) samples a pixel",
        remedy: Self.override)
    }
    return image.sizeC / samplesPerPixel
  }

  /// The axes of planes, the fastest first.
  private static func order(_ image: OMEXML.Image) throws(ZooError) -> [Character] {
    let letters = Array(image.order)
    guard letters.count == 5, letters[0] == "X", letters[1] == "Y", letters[2...].sorted() == ["C", "T", "Z"] else {
      throw ZooError(
        .badInput, problem: "the OME-XML says DimensionOrder is '\(image.order.prefix(20))'",
        expected: "XYCZT or another order of these letters", remedy: override)
    }
    return Array(letters[2...])
  }

  private static func advance(_ place: inout [Character: Int], axes: [Character], sizes: [Character: Int]) {
    for (step, axis) in axes.enumerated() {
      place[axis, default: 0] += 1
      if place[axis, default: 0] < sizes[axis] ?? 0 || step == axes.count - 1 { return }
      place[axis] = 0
    }
  }

  /// The names of channels. What programs write where nobody named them (`Channel:0:1`) is none.
  private func names(_ image: OMEXML.Image, count: Int) -> [String] {
    guard image.channels.count == count else { return [] }
    let names = image.channels.map { $0.name.wholeMatch(of: /Channel:\d+(:\d+)*/) == nil ? $0.name : "" }
    return names.allSatisfy(\.isEmpty) ? [] : names
  }
}
