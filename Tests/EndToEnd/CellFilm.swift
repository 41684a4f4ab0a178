import Foundation
import Testing

@testable import ZooWorkbench

/// A model of simulated cells, trained for an epoch, and a film that it hasn't seen.
struct CellFilm {
  let folder: String
  var run: String { folder + "/run" }
  var other: String { folder + "/other" }

  static func with(
    _ layout: String = "trackmate", frames: Int? = nil, training: [String] = [], _ body: (CellFilm) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let film = CellFilm(folder: folder)
    for (name, seed) in [("film", "3"), ("other", "4")] {
      try film.zoo([
        "simulate", "fields", "\(folder)/\(name)", "--layout", layout, "--experiments", "2", "--wells", "2", "--frames",
        "5", "--size", "96", "--cells", "14", "--seed", seed,
      ])
    }
    try film.zoo(["new", "\(folder)/cells.json5", "--data", "\(folder)/film"])
    let sequence =
      frames.map { ["data.frames=\($0)", "model.temporal=mean", "data.cells.ends=repeat"] } ?? []
    try film.zoo(
      [
        "train", "\(folder)/cells.json5", "--run-dir", film.run, "train.epochs=1", "train.batch=8", "data.height=24",
        "data.width=24", "model.backbone={name: 'resnet10_tiny', width: 4}", "data.split.by=[]", "data.split.train=1",
        "data.split.validation=0",
        "data.split.test=0",
      ] + sequence + training)
    try body(film)
  }

  @discardableResult
  func zoo(_ words: [String], status: Int32 = 0) throws -> Transcript {
    let done = Transcript(words)
    try #require(done.status == status, "\(words.joined(separator: " ")): \(done.messages)")
    return done
  }

  func text(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }
}
