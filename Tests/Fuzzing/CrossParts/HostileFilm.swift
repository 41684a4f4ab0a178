import Foundation

@testable import ZooWorkbench

/// A small simulated film in the files of one program, of which one file is exchanged for anything.
struct HostileFilm {
  /// What the layouts write that is read as a table, a setting or an image of numbers, by path: without the large images.
  let files: [String: Data]
  private let folder: URL
  private let layout: FieldLayout

  /// One for each layout, made when it is first asked for.
  static let all: [HostileFilm] = FieldLayout.allCases.compactMap { try? HostileFilm($0) }

  private init(_ layout: FieldLayout) throws {
    self.layout = layout
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-film-\(UUID().uuidString)")
    let simulation = try FieldSimulation(
      experiments: 1, wells: 2, frames: 2, width: 64, height: 64, cells: 6, seed: 3)
    try simulation.write(to: folder.path, layout: layout, threads: 1)
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let url = folder.appendingPathComponent(path)
      guard FileKind(url.path) == .file, let data = FileManager.default.contents(atPath: url.path) else { continue }
      if data.count < 20_000, !path.hasSuffix(".png"), !path.hasSuffix(".md") { files[path] = data }
    }
    self.files = files
  }

  /// Opens the film with `content` in the place of one of its files, and cuts some cells out of it.
  func open(_ path: String, _ content: Data, frames: Int?) throws {
    let file = folder.appendingPathComponent(path)
    try content.write(to: file)
    defer { try? files[path]?.write(to: file) }
    var spec = DataSpec()
    spec.source = .cells
    spec.root = folder.path
    (spec.height, spec.width, spec.frames) = (16, 16, frames)
    spec.imageChannels = Simulation.channels
    spec.labels.from = .annotations
    spec.cells.ends = .nearest
    spec.cells.gaps = .hold
    let data = try Dataset.open(spec, for: .prediction)
    for index in data.samples.indices.prefix(3) { _ = try data.load(index) }
  }
}

/// Predictions of tracked cells and what was done to their wells, of which one is exchanged for anything.
enum HostileDeaths {
  static let predictions: String = {
    var text = "experiment,well,track,frame,time,p_healthy,p_apoptosis,p_pyroptosis\n"
    for (well, onset) in [("A1", 2), ("A2", 9), ("B1", 1), ("B2", 3)] {
      for track in 0..<3 {
        for frame in 0..<5 {
          let dead = frame >= onset + track
          text += "e,\(well),\(track),\(frame),\(Double(frame) / 4),\(dead ? "0.1,0.1,0.8" : "0.8,0.1,0.1")\n"
        }
      }
    }
    return text
  }()
  static let plate = "well,condition\nA1,control\nA2,control\nB1,treated\nB2,treated\n"

  static func analyse(predictions: String, plate: String, rule: DeathRule.Kind) throws {
    let table = try CSVTable(Array(predictions.utf8), file: "predictions.csv")
    let tracked = try TrackedPredictions(table, file: "predictions.csv")
    var chosen = DeathRule()
    chosen.kind = rule
    let deaths = try Deaths(tracked, rule: chosen)
    let map = try PlateMap(CSVTable(Array(plate.utf8), file: "plate.csv"), file: "plate.csv")
    let analysis = try DeathAnalysis(deaths, plate: map)
    _ = (deaths.csv, analysis.curvesCSV, analysis.text, analysis.html())
  }
}
