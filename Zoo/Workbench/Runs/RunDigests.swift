import Foundation
import ZooData
import ZooFormat

/// `digests.json`: what the parts of a run are, so that a part that was changed, or belongs to another run, is found.
///
/// A part is written in three steps: its new digest is noted beside the old one, the part is replaced, and the old digest
/// goes with the next note. So a process that is killed between any two of them leaves a run that agrees with its digests.
struct RunDigests: Codable, Sendable, Hashable {
  static let fileName = "digests.json"

  /// What a part may be.
  struct State: Codable, Sendable, Hashable {
    /// Of a file that is appended to, the bytes that the digest is of: more may follow.
    var byteCount: Int
    /// SHA-256 of the bytes in lower-case hexadecimal; of a `.zoo` file, of its structure, which holds the digests of all
    /// tensors.
    var digest: String
  }

  /// By the name of the file: the states that it may be in. `null` stands for a file that isn't there.
  var parts: [String: [State?]] = [:]
}

/// A file of a run as it lies on the disk.
enum RunPart {
  case missing
  case bytes([UInt8])
  case model(ModelFile)

  init(_ folder: RunFolder, _ file: RunFolder.File) throws(ZooError) {
    let path = folder.path(file)
    guard FileKind(path) != .nothing else {
      self = .missing
      return
    }
    guard file.isModel else {
      self = .bytes(try FileBytes.read(path))
      return
    }
    self = .model(try ModelFile.open(path))
  }

  func agrees(with state: RunDigests.State?, _ file: RunFolder.File) -> Bool {
    switch (self, state) {
    case (.missing, nil): true
    case (.missing, _), (_, nil): false
    case (.bytes(let bytes), let state?):
      // The number is whatever somebody wrote into the file.
      state.byteCount >= 0 && (file.grows ? bytes.count >= state.byteCount : bytes.count == state.byteCount)
        && Self.hexadecimal(SHA256.digest(Array(bytes.prefix(state.byteCount)))) == state.digest
    case (.model(let model), let state?):
      model.byteCount == state.byteCount && Self.hexadecimal(model.structureDigest) == state.digest
    }
  }

  static func hexadecimal(_ digest: [UInt8]) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension RunFolder {
  /// `nil` if there are none: not in a run that zoo train made.
  func digests() throws(ZooError) -> RunDigests? {
    let path = path + "/" + RunDigests.fileName
    guard FileKind(path) != .nothing else { return nil }
    return try RunJSON.decode(Data(FileBytes.read(path)), file: path)
  }

  /// A part of the run, which is what the run wrote. Reading needs no lock: a part that is replaced meanwhile is read
  /// again.
  /// - Throws: ``ZooError`` naming the part if it was changed.
  func part(_ file: File) throws(ZooError) -> RunPart {
    for _ in 0..<20 {
      let before = try digests()
      let part = try RunPart(self, file)
      guard let states = before?.parts[file.rawValue], !states.contains(where: { part.agrees(with: $0, file) }) else {
        return part
      }
      // Files may be taken out of a run that is done; whoever needs one says so.
      if case .missing = part { return part }
      if try digests() == before { break }
    }
    throw changed(file)
  }

  func changed(_ file: File) -> ZooError {
    ZooError(
      .badInput, file: path(file), problem: "isn't what the run wrote: it was changed, or belongs to another run",
      expected: "the digest in \(RunDigests.fileName)",
      remedy: "Put the run's own file back, or start a new run")
  }

  /// A model of the run, with all digests checked. O(bytes).
  func model(_ file: File) throws -> Model {
    guard case .model(let model) = try part(file) else { throw missing(file) }
    return try model.load(checkDigests: true)
  }

  func missing(_ file: File) -> ZooError {
    ZooError(.badInput, file: path(file), problem: "doesn't exist", remedy: "Give the folder of a finished run")
  }
}
