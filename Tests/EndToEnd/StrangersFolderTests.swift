import Foundation
import Testing
import ZooCommand
import ZooWorkbench

/// Run folders that somebody else made or changed: nothing outside them is written, and nothing in them is believed
/// that isn't what the run wrote.
@Suite("A stranger's run folder", .serialized)
struct StrangersFolderTests {
  private static let words = [
    "train", "quickstart", "data.height=16", "data.width=16", "data.simulation.cellsPerClass=4",
    "data.simulation.experiments=6", "model.backbone.width=4", "train.epochs=2", "train.batch=8",
    "train.tensorboard=true", "--threads", "1",
  ]
  /// A finished run, made once.
  private static let original: String = {
    let folder = NSTemporaryDirectory() + "zoo-stranger-\(getpid())"
    try? FileManager.default.removeItem(atPath: folder)
    let call = Transcript(words + ["--run-dir", "\(folder)/run"])
    if call.status != 0 { Issue.record("\(call.messages)") }
    return folder
  }()
  private static let files = FileManager.default

  private func withCopy(_ body: (RunFolder) throws -> Void) throws {
    let path = "\(Self.original)/\(UUID().uuidString)"
    try Self.files.copyItem(atPath: "\(Self.original)/run", toPath: path)
    defer { try? Self.files.removeItem(atPath: path) }
    try body(RunFolder(path))
  }

  private func flip(_ path: String, at share: Double) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[Int(saturating: Double(bytes.count - 1) * share)] ^= 0x10
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  private func refused(_ words: [String], _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    let call = Transcript(words)
    #expect(call.status == 65, "\(call.messages)", sourceLocation: sourceLocation)
    #expect(call.messages.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 1)
    for part in parts { #expect(call.messages.contains(part), "\(call.messages)", sourceLocation: sourceLocation) }
  }

  @Test(
    "whose file is a link is refused, and what the link leads to stays as it was", arguments: RunFolder.File.allCases)
  func links(_ file: RunFolder.File) throws {
    try withCopy { folder in
      let victim = folder.path + "-keys"
      try Data("ssh-ed25519 AAAA\n".utf8).write(to: URL(fileURLWithPath: victim))
      defer { try? Self.files.removeItem(atPath: victim) }
      // The same bytes beside the run, so that only the link gives it away.
      try Self.files.moveItem(atPath: folder.path(file), toPath: folder.path + "-moved")
      defer { try? Self.files.removeItem(atPath: folder.path + "-moved") }
      for target in [victim, folder.path + "-moved"] {
        try Self.files.createSymbolicLink(atPath: folder.path(file), withDestinationPath: target)
        let before = try Data(contentsOf: URL(fileURLWithPath: target))
        let call = Transcript(["train", "--resume", folder.path])
        #expect(call.status == 65, "\(call.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == before)
        try Self.files.removeItem(atPath: folder.path(file))
      }
    }
  }

  @Test(
    "with pipes or folders in place of files is refused before anything is trained", arguments: RunFolder.File.allCases)
  func pipes(_ file: RunFolder.File) throws {
    try withCopy { folder in
      try Self.files.removeItem(atPath: folder.path(file))
      #expect(mkfifo(folder.path(file), 0o600) == 0)
      let start = Date()
      let call = Transcript(["train", "--resume", folder.path])
      #expect(call.status == 65, "\(call.messages)")
      #expect(Date().timeIntervalSince(start) < 20)
      if file != .spec { #expect(call.messages.contains("is a pipe, a socket or a device"), "\(call.messages)") }
    }
    let fresh = "\(Self.original)/fresh"
    try Self.files.createDirectory(atPath: fresh, withIntermediateDirectories: true)
    defer { try? Self.files.removeItem(atPath: fresh) }
    #expect(mkfifo(RunFolder(fresh).path(.log), 0o600) == 0)
    refused(Self.words + ["--run-dir", fresh], "log.jsonl: is a pipe")
  }

  @Test("with a changed part is refused, and the part is named", arguments: RunFolder.File.allCases)
  func flipped(_ file: RunFolder.File) throws {
    try withCopy { folder in
      try flip(folder.path(file), at: 0.6)
      refused(["train", "--resume", folder.path], file.rawValue)
    }
  }

  @Test("with a changed model is not predicted with, evaluated or exported")
  func flippedModel() throws {
    for share in [0.1, 0.5, 0.9, 1] {
      try withCopy { folder in
        try flip(folder.path(.model), at: share)
        for word in [folder.path, folder.path(.model)] {
          refused(["evaluate", word], "model.zoo")
          refused(["predict", word, "data.simulation.cellsPerClass=1"], "model.zoo")
          refused(["export", word, "--onnx", folder.path + "/out.onnx"], "model.zoo")
        }
        #expect(!Self.files.fileExists(atPath: folder.path + "/out.onnx"))
      }
    }
  }

  @Test("with the checkpoint of another seed is refused")
  func exchanged() throws {
    let other = "\(Self.original)/other"
    let call = Transcript(Self.words + ["seed=2", "data.split.seed=2", "--run-dir", other])
    #expect(call.status == 0, "\(call.messages)")
    defer { try? Self.files.removeItem(atPath: other) }
    for file in [RunFolder.File.best, .last, .split, .log, .model, .predictions, .metrics] {
      try withCopy { folder in
        try Self.files.removeItem(atPath: folder.path(file))
        try Self.files.copyItem(atPath: RunFolder(other).path(file), toPath: folder.path(file))
        refused(["train", "--resume", folder.path], file.rawValue)
      }
    }
  }

  /// Also where the digests were made to fit.
  @Test("whose checkpoint lacks moments or counts beyond the run is refused")
  func counters() throws {
    for (change, message) in [
      ({ $0.tensors = [:] }, "is missing"),
      ({ $0.counters["step"] = UInt64(Int.max) }, "step: is \(Int.max)"),
      ({ $0.counters["epochs"] = 1 << 40 }, "epochs: is"), ({ $0.counters["step"] = nil }, "doesn't say 'step'"),
      ({ $0.counters["epoch_loss"] = Double.nan.bitPattern }, "no numbers"),
      ({ $0.counters["best_epoch"] = 77 }, "best_epoch: is 77"),
    ] as [((inout TrainingState) -> Void, String)] {
      try withCopy { folder in
        var model = try Model.read(from: folder.path(.last))
        var training = try #require(model.training)
        change(&training)
        model.training = training
        try model.write(to: folder.path(.last))
        refused(["train", "--resume", folder.path], "last.zoo: isn't what the run wrote")
        try RunWriter(folder, .adding).write(model, to: .last)
        refused(["train", "--resume", folder.path], "last.zoo", message)
      }
    }
  }

  @Test(
    "whose digests count bytes that no file has is refused",
    arguments: [RunFolder.File.log, .events, .split, .model, .last], [-1, Int.min, Int.max])
  func byteCounts(_ file: RunFolder.File, _ count: Int) throws {
    try withCopy { folder in
      let path = "\(folder.path)/digests.json"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let start = try #require(text.firstRange(of: "\"\(file.rawValue)\""))
      let number = try #require(text[start.upperBound...].firstMatch(of: /"byte_count" : (\d+)/)).output.1
      let changed = text[..<number.startIndex] + "\(count)" + text[number.endIndex...]
      try Data(changed.utf8).write(to: URL(fileURLWithPath: path))
      // Numbers that JSON doesn't hold exactly are refused as such.
      refused(["train", "--resume", folder.path], count == -1 ? file.rawValue : "digests.json")
    }
  }

  @Test("without its digests, or the files that they name, is not gone on with")
  func missing() throws {
    for name in ["digests.json", "last.zoo", "best.zoo", "split.csv", "log.jsonl", "environment.json"] {
      try withCopy { folder in
        try Self.files.removeItem(atPath: "\(folder.path)/\(name)")
        refused(["train", "--resume", folder.path], name)
      }
    }
    // Results are made again.
    try withCopy { folder in
      let model = try Data(contentsOf: URL(fileURLWithPath: folder.path(.model)))
      for file in [RunFolder.File.model, .predictions, .metrics, .report] {
        try Self.files.removeItem(atPath: folder.path(file))
      }
      let call = Transcript(["train", "--resume", folder.path])
      #expect(call.status == 0, "\(call.messages)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path(.model))) == model)
    }
  }
}
