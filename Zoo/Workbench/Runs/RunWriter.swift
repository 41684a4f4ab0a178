import Foundation
import ZooData
import ZooFormat

/// Writes the files of a run, alone: the folder is locked as long as this lives, and others are told by whom. Reading
/// needs no lock.
///
/// Every file is replaced as a whole inside the folder that was opened first; links are never followed. What was written
/// is noted in ``RunDigests``. Not for use by several tasks at once.
package final class RunWriter {
  /// What the folder is opened for.
  package enum Purpose: Sendable, Hashable {
    /// A run that isn't there yet.
    case starting
    /// The run that is there, whose parts must be what it wrote.
    case resuming
    /// One more part for whatever is there.
    case adding
  }

  static let lockName = "run.lock"

  let folder: RunFolder
  private let place: OpenFolder
  private let lock: FileLock
  /// What is in place; each part has one state.
  private var digests = RunDigests()
  /// As they lie on the disk.
  private var noted = RunDigests()
  /// Which file each part is.
  private var numbers: [RunFolder.File: UInt64] = [:]
  private var isOpen = true

  /// Makes the folder if it isn't there, and locks it.
  /// - Parameter report: told if the file system has no locks.
  /// - Throws: ``ZooError`` if another process writes the run, the folder holds links, pipes or devices under the names of
  ///   a run's files, there is a run already, or a part of the run to go on with was changed.
  package init(_ folder: RunFolder, _ purpose: Purpose, report: (String) -> Void = { _ in }) throws {
    self.folder = folder
    try folder.create()
    place = try OpenFolder(folder.path)
    for name in RunFolder.File.allCases.map(\.rawValue) + [RunDigests.fileName, Self.lockName] {
      try Self.checkKind(place.entry(name), "\(folder.path)/\(name)")
    }
    do { lock = try FileLock(Self.lockName, in: place, holder: Self.holder) } catch let busy as FileLock.Busy {
      throw ZooError(
        .usage, file: folder.path, problem: "is being written by \(busy.holder)",
        remedy: "Wait for it to end, or give another folder by --run-dir")
    }
    if !lock.isEffective {
      report("the file system of \(folder.path) has no locks: see that nothing else writes this run")
    }
    switch purpose {
    case .starting: try folder.checkIsNoRun()
    case .adding:
      digests = try folder.digests() ?? RunDigests()
      noted = digests
    case .resuming: try takeOver()
    }
  }

  deinit { close() }

  /// Ends the lock.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    // A digest too many does no harm.
    if digests != noted { try? writeDigests() }
    lock.release()
  }

  // MARK: Writing

  package func write(_ spec: Spec) throws { try write(Array(spec.canonicalText.utf8), to: .spec) }

  package func write(_ environment: RunEnvironment) throws {
    try write(Array(RunJSON.encode(environment)), to: .environment)
  }

  package func write(_ metrics: RunMetrics) throws { try write(Array(RunJSON.encode(metrics)), to: .metrics) }

  package func write(_ predictions: Predictions) throws {
    let staged = try AtomicFile(RunFolder.File.predictions.rawValue, in: place)
    var digest = SHA256()
    for line in predictions.csvLines {
      let bytes = Array(line.utf8)
      bytes.withUnsafeBytes { digest.update($0) }
      try staged.write(bytes)
    }
    let state = RunDigests.State(byteCount: staged.byteCount, digest: RunPart.hexadecimal(digest.finish()))
    try put(staged, .predictions, state)
  }

  package func write(_ split: [SplitRow]) throws { try write(Array(SplitRow.csv(split).utf8), to: .split) }

  package func write(report page: String) throws { try write(Array(page.utf8), to: .report) }

  /// A checkpoint or the exported model. O(bytes).
  package func write(_ model: Model, to file: RunFolder.File) throws {
    let (staged, digest) = try model.staged(file.rawValue, in: place)
    let state = RunDigests.State(byteCount: staged.byteCount, digest: RunPart.hexadecimal(digest))
    try put(staged, file, state)
  }

  func write(_ bytes: [UInt8], to file: RunFolder.File) throws {
    let state = RunDigests.State(byteCount: bytes.count, digest: RunPart.hexadecimal(SHA256.digest(bytes)))
    let staged = try AtomicFile(file.rawValue, in: place)
    try staged.write(bytes)
    try put(staged, file, state)
  }

  /// Opens a file that ``write(_:to:)`` has made, to append to it.
  func appending(to file: RunFolder.File) throws(ZooError) -> Int32 { try place.appending(file.rawValue) }

  /// A file was appended to. The digest is written with that of the next part: until then the bytes are more than it
  /// covers, which they may be.
  func grew(_ file: RunFolder.File, to state: RunDigests.State) { digests.parts[file.rawValue] = [state] }

  private func put(_ staged: AtomicFile, _ file: RunFolder.File, _ state: RunDigests.State) throws {
    let before = digests.parts[file.rawValue]?.last ?? nil
    digests.parts[file.rawValue] = before == state ? [state] : [before, state]
    if digests != noted { try writeDigests() }
    try staged.commit()
    digests.parts[file.rawValue] = [state]
    if case .file(let number, _) = place.entry(file.rawValue) { numbers[file] = number }
  }

  private func writeDigests() throws {
    let file = try AtomicFile(RunDigests.fileName, in: place)
    try file.write(Array(RunJSON.encode(digests)))
    try file.commit()
    noted = digests
  }

  // MARK: Checks

  /// Notices at once, and not at the end of the work, if the folder or a file that the run still needs is gone.
  /// A few system calls.
  /// - Throws: ``ZooError`` naming it.
  func checkPresence() throws(ZooError) {
    guard place.isInPlace else {
      throw ZooError(
        .failed, file: folder.path, problem: "the folder was moved or removed while the run went on",
        remedy: "Put it back and go on by \(folder.resumeCommand), or start a new run")
    }
    for (file, number) in numbers where !file.isResult {
      if case .file(number, _) = place.entry(file.rawValue) { continue }
      throw ZooError(
        .failed, file: folder.path(file), problem: "was removed or replaced while the run went on",
        remedy: "Put it back and go on by \(folder.resumeCommand), or start a new run")
    }
  }

  /// Every part of the run must be what the run wrote.
  private func takeOver() throws {
    guard let recorded = try folder.digests() else {
      throw ZooError(
        .badInput, file: "\(folder.path)/\(RunDigests.fileName)",
        problem: "doesn't exist, so nothing says whether the run's files are its own",
        remedy: "Put it back, or start a new run")
    }
    var found = RunDigests()
    for file in RunFolder.File.allCases {
      let states = recorded.parts[file.rawValue] ?? [nil]
      let part = try RunPart(folder, file)
      if let state = states.first(where: { part.agrees(with: $0, file) }) {
        found.parts[file.rawValue] = state.map { [$0] }
      } else if case .missing = part {
        guard file.isResult else { throw missing(file) }
      } else {
        throw folder.changed(file)
      }
      if case .model(let model) = part {
        try model.verifyDigests()
        try model.verifyFraming()
      }
      if case .file(let number, _) = place.entry(file.rawValue) { numbers[file] = number }
    }
    // Not before all was seen: a run that is refused keeps what it has.
    (noted, digests) = (recorded, found)
  }

  private func missing(_ file: RunFolder.File) -> ZooError {
    ZooError(
      .badInput, file: folder.path(file), problem: "is missing", expected: "the file that the run wrote",
      remedy: "Put it back, or start a new run")
  }

  static func checkKind(_ entry: OpenFolder.Entry, _ path: String) throws(ZooError) {
    let found: String
    switch entry {
    case .nothing, .file: return
    case .link: found = "is a symbolic link"
    case .folder: found = "is a folder"
    case .special: found = "is a pipe, a socket or a device"
    }
    throw ZooError(
      .badInput, file: path, problem: found, expected: "a regular file of the run's own, or none",
      remedy: "Remove it, or give another folder by --run-dir")
  }

  /// Who writes, for those who have to wait.
  private static var holder: String {
    // Foundation's name of the host may ask the network.
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return "process \(getpid()) on \(host) since \(Date().ISO8601Format())"
  }
}

extension RunFolder {
  /// Whether a process writes the run at this moment.
  var isBeingWritten: Bool {
    guard let place = try? OpenFolder(path) else { return false }
    return FileLock.isHeld(RunWriter.lockName, in: place)
  }
}

extension RunFolder.File {
  var isModel: Bool { self == .best || self == .last || self == .model }

  /// Whether it is made from the others, at the end of the run or as it goes on.
  var isResult: Bool {
    self == .model || self == .predictions || self == .metrics || self == .report || self == .events
  }

  /// Whether it is appended to while the run goes on.
  var grows: Bool { self == .log || self == .events }
}
