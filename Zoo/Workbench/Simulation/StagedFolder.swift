import Foundation
import ZooFormat

/// A folder that appears whole or not at all: it is filled under a hidden name beside its place, or inside the empty
/// folder that stands there, and then renamed. What a writer left that was killed is removed by the next.
///
/// The hidden folder is locked as long as its process lives, so nobody takes it for abandoned.
final class StagedFolder {
  private static let ending = ".zoo-tmp"
  private static let lockName = ".lock"
  /// What is in place last: a folder with it is complete.
  private let last: String
  /// All that there will be: nothing else is ever removed from a folder that was there.
  private let entries: Set<String>
  /// Where the files are to be.
  private let target: String
  /// Where they are written.
  let path: String
  private let isInside: Bool
  private let lock: FileLock
  private var isDone = false

  /// - Parameters:
  ///   - target: is made if it isn't there; must be empty if it is.
  ///   - entries: the names of all that will be in it.
  ///   - last: the entry that is put in place after all others.
  /// - Throws: ``ZooError`` if the folder isn't empty or can't be written to.
  init(_ target: String, entries: Set<String>, last: String) throws {
    self.target = target
    self.entries = entries
    self.last = last
    let url = URL(fileURLWithPath: target).standardizedFileURL
    let hidden: String
    switch FileKind(target) {
    case .nothing:
      isInside = false
      let above = url.deletingLastPathComponent().path
      try OpenFolder.make(above)
      Self.removeAbandoned(in: above, startingWith: ".\(url.lastPathComponent).")
      hidden = "\(above)/.\(url.lastPathComponent)"
    case .folder:
      isInside = true
      Self.removeAbandoned(in: target, startingWith: ".staged.", inside: (entries, last))
      hidden = "\(target)/.staged"
      guard try Self.names(target).isEmpty else { throw Self.isTaken(target, "isn't empty") }
    case .file: throw Self.isTaken(target, "is a file")
    }
    path = "\(hidden).\(String(UInt64.random(in: .min ... .max), radix: 36))\(Self.ending)"
    guard mkdir(path, 0o777) == 0 else { throw Self.failure(target, "can't be made") }
    do { lock = try FileLock(Self.lockName, in: OpenFolder(path), holder: "process \(getpid())") } catch {
      rmdir(path)
      throw error is FileLock.Busy ? Self.isTaken(target, "is being written by another process") : error
    }
  }

  /// Puts everything in place.
  func commit() throws {
    lock.release()
    if isInside {
      // Whoever finds the hidden folder beside some of the entries, and not the last, knows that they are no whole set.
      let names = try Self.names(path).filter { $0 != last }.sorted() + [last]
      for name in names { try Self.move("\(path)/\(name)", to: "\(target)/\(name)", target) }
      rmdir(path)
    } else {
      try Self.move(path, to: target, target)
    }
    isDone = true
  }

  deinit {
    guard !isDone else { return }
    lock.release()
    if isInside { Self.remove(entries, from: target) }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// - Parameter inside: what else the writer may have put into the folder, if it is the target itself.
  private static func removeAbandoned(
    in folder: String, startingWith start: String, inside: (entries: Set<String>, last: String)? = nil
  ) {
    for name in (try? names(folder)) ?? [] where name.hasPrefix(start) && name.hasSuffix(ending) {
      let path = "\(folder)/\(name)"
      guard let open = try? OpenFolder(path), let lock = try? FileLock(lockName, in: open, holder: "") else { continue }
      defer { lock.release() }
      // With the last entry the data are complete but for the hidden folder, and stay.
      if let inside, FileKind("\(folder)/\(inside.last)") == .nothing { remove(inside.entries, from: folder) }
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  private static func remove(_ entries: Set<String>, from folder: String) {
    for name in entries { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
  }

  private static func names(_ folder: String) throws(ZooError) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
      throw ZooError(.failed, file: folder, problem: "the folder can't be read: \(error.localizedDescription)")
    }
  }

  private static func move(_ path: String, to place: String, _ target: String) throws(ZooError) {
    guard rename(path, place) == 0 else { throw failure(target, "can't be put in place") }
  }

  private static func failure(_ path: String, _ what: String) -> ZooError {
    ZooError(.failed, file: path, problem: "\(what): \(String(cString: strerror(errno)))")
  }

  private static func isTaken(_ folder: String, _ problem: String) -> ZooError {
    ZooError(
      .usage, file: folder, problem: problem, expected: "an empty folder, or none yet",
      remedy: "Choose another folder; nothing is overwritten")
  }
}
