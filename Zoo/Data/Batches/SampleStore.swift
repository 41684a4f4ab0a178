import Foundation
import ZooFormat
import ZooImages

/// The folder of packed samples: found by content, made where they are missing, kept within a bound.
///
/// Several processes may use one folder: a file appears whole or not at all, and a file that is removed while it is in use
/// stays readable for whoever opened it. What was packed when a process was stopped is gone on with. Nothing here stops a run: without room or permission, it goes on without.
package struct SampleStore {
  let folder: String
  /// The most bytes of all packed samples together.
  let limit: Int
  private let report: (String) -> Void

  private static let ending = ".zoo-samples"
  /// Left free on the disk for everybody else.
  private static let reserve = 512 << 20

  init(folder: String, limit: Int, report: @escaping (String) -> Void) {
    self.folder = folder
    self.limit = limit
    self.report = report
  }

  /// Where packed samples go if nobody says.
  static var standardFolder: String? {
    let environment = ProcessInfo.processInfo.environment
    if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return base + "/swift-model-zoo" }
    return environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.cache/swift-model-zoo" : nil }
  }

  /// What a spec asks for: `nil` if samples are kept in memory alone.
  /// - Parameter memory: bytes of samples that may be kept there.
  package static func wanted(
    _ spec: DataSpec, _ dataset: Dataset, memory: Int, report: @escaping (String) -> Void
  ) -> SampleStore? {
    let limit = spec.cacheDiskMegabytes * 1_000_000
    guard spec.cache == "auto" else {
      return spec.cache == "none" ? nil : SampleStore(folder: spec.cache, limit: limit, report: report)
    }
    // Files of single crops are decoded as quickly as packed ones are read; fields are decoded whole for each crop.
    guard dataset.source is CellsSource, dataset.samples.count * dataset.recordSize > memory else { return nil }
    guard let folder = standardFolder else { return nil }
    return SampleStore(folder: folder, limit: limit, report: report)
  }

  /// The packed samples of a data set; `nil` if they can't be kept. O(bytes) to make them, in the order of the source, so
  /// that each field is gone through once.
  /// - Throws: ``ZooError`` of kind `interrupted`.
  package func samples(
    of dataset: Dataset, key: [UInt8], threads: Int, isInterrupted: @escaping () -> Bool
  ) throws(ZooError) -> PackedSamples? {
    let form = PackedSamples.Form(
      key: key, count: dataset.samples.count, values: dataset.sampleSize, width: dataset.storedWidth)
    let name = Dataset.hexadecimal(key.prefix(16)) + Self.ending
    let path = "\(folder)/\(name)"
    do throws(ZooError) {
      if FileKind(path) == .file, let found = try? PackedSamples(path, form) {
        utimes(path, nil)
        report("packed samples found in \(path)")
        return found
      }
      try makeRoom(form.byteCount, for: name)
      try write(dataset, form, to: path, threads: threads, isInterrupted: isInterrupted)
      return try PackedSamples(path, form)
    } catch {
      if error.kind == .interrupted { throw error }
      report("! samples aren't packed on the disk: \(error)")
      return nil
    }
  }

  /// Removes the files that were used longest ago until there is room.
  /// - Throws: ``ZooError`` if there can't be.
  private func makeRoom(_ needed: Int, for own: String) throws(ZooError) {
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw ZooError(.failed, file: folder, problem: "can't be made", remedy: "Set data.cache to a folder, or to none")
    }
    guard needed <= limit else {
      throw ZooError(
        .failed, path: "data.cacheDiskMegabytes", problem: "is \(limit / 1_000_000)",
        expected: "\(needed / 1_000_000 + 1) for these samples")
    }
    let place = try OpenFolder(folder)
    var files: [(name: String, bytes: Int, used: Int)] = []
    let endings = [Self.ending] + PackingFile.endings.map { Self.ending + $0 }
    // What was left of this file is gone on with, and takes the room that it needs.
    for name in place.names() where endings.contains(where: name.hasSuffix) && !name.hasPrefix(own) {
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      files.append((name, Int(status.st_size), status.modificationSeconds))
    }
    files.sort { ($0.used, $0.name) < ($1.used, $1.name) }
    var sum = files.reduce(0) { $0 + $1.bytes }
    while sum + needed > limit || freeBytes < needed + Self.reserve, !files.isEmpty {
      let oldest = files.removeFirst()
      place.remove(oldest.name)
      sum -= oldest.bytes
    }
    guard freeBytes >= needed + Self.reserve else {
      throw ZooError(
        .failed, file: folder, problem: "the disk has \(Figures.bytes(freeBytes)) free",
        expected: "\(Figures.bytes(needed)) and some more", remedy: "Set data.cache to a folder on another disk")
    }
  }

  private var freeBytes: Int {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return 0 }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  private func write(
    _ dataset: Dataset, _ form: PackedSamples.Form, to path: String, threads: Int, isInterrupted: () -> Bool
  ) throws(ZooError) {
    guard let file = try PackingFile(path, form) else {
      throw ZooError(.failed, file: path, problem: "is being made by another process")
    }
    let rest = "\(Figures.counted(form.count, "sample")), \(Figures.bytes(form.byteCount)), into \(path)"
    report(file.count > 0 ? "going on with packing \(rest): \(file.count) are there" : "packing \(rest)")
    // As many at a time as keep the threads busy, within some memory.
    let block = max(threads, min(64 * threads, (32 << 20) / max(form.recordSize, 1)))
    var told = ContinuousClock.now
    while file.count < form.count {
      let part = Array(file.count..<min(form.count, file.count + block))
      let records = ParallelMap.map(part, threads: threads) { index throws(ZooError) -> [UInt8]? in
        PackedPixels(try dataset.load(index)).bytes(width: form.width)
      }
      // One that can't be decoded is decoded again when it is asked for, to say what is wrong with it.
      for record in records { try file.add((try? record.get()) ?? nil) }
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped while samples were packed") }
      if ContinuousClock.now - told > .seconds(10) {
        told = .now
        report("  \(file.count) of \(form.count) packed")
      }
    }
    try file.finish()
  }
}

extension stat {
  fileprivate var modificationSeconds: Int {
    #if canImport(Darwin)
      st_mtimespec.tv_sec
    #else
      st_mtim.tv_sec
    #endif
  }
}

extension Dataset {
  /// Bytes of a value that keep what is stored exactly.
  var storedWidth: Int {
    guard isStored else { return 4 }
    return switch sampleType {
    case .uint8: 1
    case .uint16: 2
    default: 4
    }
  }

  fileprivate var recordSize: Int { sampleSize * storedWidth }

  /// What the pixels of all samples follow from: the stored contents, and how the spec has them read and cut.
  package func pixelKey(_ spec: DataSpec, contents: [[UInt8]]) throws(ZooError) -> [UInt8] {
    var reading = DataSpec()
    reading.source = spec.source
    reading.columns = spec.columns
    reading.imageChannels = spec.imageChannels
    reading.folderChannels = spec.folderChannels
    reading.channelNames = spec.channelNames
    reading.axes = spec.axes
    reading.slices = spec.slices
    reading.height = spec.height
    reading.width = spec.width
    reading.frames = spec.frames
    reading.windows = spec.windows
    reading.windowStep = spec.windowStep
    reading.cells = spec.cells
    reading.cells.planeMegabytes = 0
    reading.simulation = spec.simulation
    var hash = SHA256()
    let text = try RunJSON.encode(reading, lines: false)
    for part in [Array("pixels 1".utf8), Array(text), Array(channels.joined(separator: "\n").utf8)] {
      withUnsafeBytes(of: UInt64(part.count).littleEndian) { hash.update($0) }
      part.withUnsafeBytes { hash.update($0) }
    }
    for content in contents { content.withUnsafeBytes { hash.update($0) } }
    return hash.finish()
  }
}
