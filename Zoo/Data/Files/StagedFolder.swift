import Foundation
import ZooFormat
import ZooImages

/// A folder that appears whole or not at all: it is filled under a hidden name beside its place, or inside the empty
/// folder that stands there, and then renamed. What a writer left that was killed is removed by the next.
///
/// The hidden folder is locked as long as its process lives, so nobody takes it for abandoned.
package final class StagedFolder {
  private static let ending = ".zoo-tmp"
  private static let lockName = ".lock"
  /// What is in place last, so that a folder with it is complete; `nil` if no file says so.
  private let last: String?
  /// What there may be: nothing else is ever removed from a folder that was there.
  private let isEntry: (String) -> Bool
  /// Where the files are to be.
  private let target: String
  /// Where they are written.
  private let path: String
  private let isInside: Bool
  private let lock: FileLock
  private var isDone = false

  /// - Parameters:
  ///   - target: is made if it isn't there; must be empty if it is, but for what a writer left that was killed.
  ///   - last: the entry that is put in place after all others.
  ///   - isEntry: whether a name is one that may be in it.
  /// - Throws: ``ZooError`` if the folder isn't empty or can't be written to.
  package init(_ target: String, last: String? = nil, isEntry: @escaping (_ name: String) -> Bool) throws {
    self.target = target
    self.isEntry = isEntry
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
      Self.removeAbandoned(in: target, startingWith: ".staged.", isInside: isEntry)
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

  /// Refuses a place where no folder can be made later, before the work for it is done.
  /// - Throws: ``ZooError`` if something stands there but an empty folder, or what a writer left that was killed.
  package static func check(_ target: String) throws(ZooError) {
    switch FileKind(target) {
    case .nothing:
      let url = URL(fileURLWithPath: target).standardizedFileURL
      // The hidden name is longer than the last one, by as much as any number and the ending take.
      let hidden = ".\(url.lastPathComponent)." + String(UInt64.max, radix: 36) + ending
      for place in [target, "\(url.deletingLastPathComponent().path)/\(hidden)"] {
        do throws(ZooError) { try OpenFolder.checkCanBeMade(place) } catch {
          var located = error
          located.location.file = target
          throw located
        }
      }
    case .file: throw isTaken(target, "is a file")
    case .folder:
      let found = try names(target)
      guard found.isEmpty || found.contains(where: isStaged) else { throw isTaken(target, "isn't empty") }
    }
  }

  private static func isStaged(_ name: String) -> Bool { name.hasPrefix(".staged.") && name.hasSuffix(ending) }

  /// Lets `body` write into the folder at the path that it is given, and puts everything in place.
  package func fill(_ body: (_ path: String) throws -> Void) throws {
    do { try body(path) } catch var error as ZooError {
      // The hidden name means nothing to anybody.
      error.location.file = error.location.file?.replacing(path, with: target)
      throw error
    }
    try commit()
  }

  private func commit() throws {
    if isInside {
      // Whoever finds the hidden folder with anything in it knows that what stands beside it is no whole set.
      let names = try Self.names(path).filter { $0 != last && $0 != Self.lockName }.sorted() + (last.map { [$0] } ?? [])
      for name in names { try Self.move("\(path)/\(name)", to: "\(target)/\(name)", target) }
      lock.release()
      rmdir(path)
    } else {
      lock.release()
      try Self.move(path, to: target, target)
    }
    isDone = true
  }

  deinit {
    guard !isDone else { return }
    lock.release()
    if isInside { Self.remove(isEntry, from: target) }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// - Parameter isInside: what else the writer may have put into the folder, if it is the target itself.
  private static func removeAbandoned(
    in folder: String, startingWith start: String, isInside isEntry: ((String) -> Bool)? = nil
  ) {
    for name in (try? names(folder)) ?? [] where name.hasPrefix(start) && name.hasSuffix(ending) {
      let path = "\(folder)/\(name)"
      // What a link leads to is nobody's leftover.
      guard let open = try? OpenFolder(path, followsLink: false),
        let lock = try? FileLock(lockName, in: open, holder: "")
      else { continue }
      defer { lock.release() }
      // Once nothing is left to be moved the set is complete, and stays.
      if let isEntry, !((try? names(path)) ?? []).allSatisfy({ $0 == lockName }) { remove(isEntry, from: folder) }
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  private static func remove(_ isEntry: (String) -> Bool, from folder: String) {
    for name in (try? names(folder)) ?? [] where isEntry(name) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
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
