import Foundation
import ZooFormat
import ZooImages

extension FieldSimulation {
  /// Writes whole experiments in one of the layouts, and beside them what is true: `annotations.csv` with the class of each
  /// cell in each frame, `tracks.csv` with fates and times, `plate_map.csv` with the conditions.
  ///
  /// Wells are made side by side; the bytes don't depend on `threads`. The folder appears when it is whole.
  /// - Parameter progress: Called after each frame with the number of frames written so far; from several threads.
  /// - Throws: ``ZooError`` if the folder isn't empty or can't be written to.
  package func write(
    to folder: String, layout: FieldLayout, threads: Int = 2,
    progress: @escaping @Sendable (_ frames: Int) -> Void = { _ in },
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws {
    let entries = Set(wells.map(\.experimentName)).union(["annotations.csv", "tracks.csv", "README.md", Self.plateMap])
    try StagedFolder(folder, last: Self.plateMap, isEntry: entries.contains).fill {
      try writeAll(to: $0, layout, threads: threads, progress: progress, isInterrupted: isInterrupted)
    }
  }

  private static let plateMap = "plate_map.csv"

  private func writeAll(
    to folder: String, _ layout: FieldLayout, threads: Int, progress: @escaping @Sendable (_ frames: Int) -> Void,
    isInterrupted: @escaping @Sendable () -> Bool
  ) throws(ZooError) {
    for name in Set(wells.map(\.experimentName)) { try FieldFiles.makeFolder("\(folder)/\(name)") }
    let counter = FrameCounter()
    let results = ParallelMap.map(wells, threads: threads) { well throws(ZooError) in
      try write(well, to: "\(folder)/\(well.experimentName)", layout, isInterrupted: isInterrupted) {
        progress(counter.next())
      }
    }
    var annotations = CSV.line(["experiment", "well", "frame", "track", "x", "y", "label"])
    var tracks = CSV.line([
      "experiment", "well", "track", "parent", "begin", "end", "fate", "onset", "rupture", "onset_frame", "kind",
    ])
    for result in results {
      let tables = try result.get()
      annotations += tables.annotations
      tracks += tables.tracks
    }
    try FieldFiles.write(annotations, to: folder + "/annotations.csv")
    try FieldFiles.write(tracks, to: folder + "/tracks.csv")
    try FieldFiles.write(readMe(layout), to: folder + "/README.md")
    sync()
    var map = CSV.line(["experiment", "well", "condition", "place", "note"])
    for well in wells {
      map += CSV.line([well.experimentName, layout.well(well), well.condition.rawValue, well.name, Simulation.note])
    }
    try AtomicFile.write(Array(map.utf8), to: "\(folder)/\(Self.plateMap)")
  }

  private func write(
    _ well: Well, to folder: String, _ layout: FieldLayout, isInterrupted: () -> Bool, progress: () -> Void
  ) throws(ZooError) -> (annotations: String, tracks: String) {
    func stopIfAsked(after frames: Int) throws(ZooError) {
      guard isInterrupted() else { return }
      throw ZooError(.interrupted, problem: "stopped after \(Figures.counted(frames, "frame")) of \(well.name)")
    }
    let renderer = FieldRenderer(self, well, isInterrupted: isInterrupted)
    try stopIfAsked(after: 0)
    let cells = renderer.population.cells
    var writer = try layout.writer(self, well, folder: folder)
    var numbering = FieldTracks()
    var annotations = ""
    for time in 0..<frames {
      let frame = renderer.frame(time)
      let numbers = numbering.numbers(frame.nuclei, frame: time, cells: cells)
      try writer.add(frame, at: time, tracks: numbers)
      for (nucleus, track) in zip(frame.nuclei, numbers) {
        annotations += CSV.line([
          well.experimentName, layout.well(well), "\(time)", "\(track)", FieldFiles.text(nucleus.x),
          FieldFiles.text(nucleus.y), cells[nucleus.cell].stage(at: time).rawValue,
        ])
      }
      try stopIfAsked(after: time + 1)
      progress()
    }
    try writer.finish(numbering.tracks, cells: cells)
    var tracks = ""
    for track in numbering.tracks {
      let life = cells[track.cell].life
      let isDying = life.cellClass != .healthy
      // The first frame of the track in which the cell is dying; none if the track ends before.
      let onset = (track.begin...track.end).first { cells[track.cell].stage(at: $0) != .healthy }
      tracks += CSV.line([
        well.experimentName, layout.well(well), "\(track.number)", "\(track.parent)", "\(track.begin)", "\(track.end)",
        life.cellClass.rawValue, isDying ? String(format: "%.3f", life.onset) : "",
        life.ruptureTime.map { String(format: "%.3f", $0) } ?? "", onset.map { "\($0)" } ?? "",
        onset == nil ? "" : life.cellClass.rawValue,
      ])
    }
    return (annotations, tracks)
  }

  private func readMe(_ layout: FieldLayout) -> String {
    """
    # \(Simulation.note)

    \(Figures.counted(wells.count, "field")) of \(width)×\(height) pixels over \(Figures.counted(frames, "frame")), one every \
    \(Int(saturating: Self.frameInterval)) minutes, \(Self.pixelSize) µm a pixel, channels \(Simulation.channels.joined(separator: ", ")), in the \
    layout `\(layout.rawValue)`, made by a program: seed \(seed). Nothing here was measured, and nothing here proves anything about cells.

    `annotations.csv` has the class of each cell in each frame, `tracks.csv` the fate of each track with the frames of onset and \
    rupture (`onset_frame` and `kind` if it dies in view), `plate_map.csv` the condition of each well. Frames are counted from 0.

    """
  }
}
