import Foundation
import ZooFormat

extension FieldSimulation {
  /// Writes whole experiments in one of the layouts, and beside them what is true: `annotations.csv` with the class of each
  /// cell in each frame, `tracks.csv` with fates and times, `plate_map.csv` with the conditions.
  ///
  /// Wells are made side by side; the bytes don't depend on `threads`. `plate_map.csv` is written last: a folder with one
  /// is complete.
  /// - Parameter progress: Called after each frame with the number of frames written so far; from several threads.
  /// - Throws: ``ZooError`` if the folder isn't empty or can't be written to.
  public func write(
    to folder: String, layout: FieldLayout, threads: Int = 2,
    progress: @escaping @Sendable (_ frames: Int) -> Void = { _ in },
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws(ZooError) {
    let isNew = try EmptyFolder.make(folder)
    do {
      try writeAll(to: folder, layout, threads: threads, progress: progress, isInterrupted: isInterrupted)
    } catch {
      for name in Set(wells.map(\.experimentName)).union(Self.tables) {
        try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
      // Only if it is empty: what isn't ours stays.
      if isNew { rmdir(folder) }
      throw error
    }
  }

  private static let tables = ["annotations.csv", "tracks.csv", "README.md", "plate_map.csv"]

  private func writeAll(
    to folder: String, _ layout: FieldLayout, threads: Int, progress: @escaping @Sendable (_ frames: Int) -> Void,
    isInterrupted: @escaping @Sendable () -> Bool
  ) throws(ZooError) {
    for name in Set(wells.map(\.experimentName)) { try FieldFiles.makeFolder("\(folder)/\(name)") }
    let counter = FrameCounter()
    let results = ParallelMap.map(wells, threads: threads) { well throws(ZooError) in
      try write(well, to: "\(folder)/\(well.experimentName)", layout) {
        guard !isInterrupted() else { return false }
        progress(counter.next())
        return true
      }
    }
    var annotations = CSV.line(["experiment", "well", "frame", "track", "x", "y", "label"])
    var tracks = CSV.line(["experiment", "well", "track", "parent", "begin", "end", "fate", "onset", "rupture"])
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
    try AtomicFile.write(Array(map.utf8), to: folder + "/plate_map.csv")
  }

  private func write(
    _ well: Well, to folder: String, _ layout: FieldLayout, goesOn: () -> Bool
  ) throws(ZooError) -> (annotations: String, tracks: String) {
    let renderer = FieldRenderer(self, well)
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
      guard goesOn() else { throw ZooError(.interrupted, problem: "stopped after \(time + 1) frames of \(well.name)") }
    }
    try writer.finish(numbering.tracks, cells: cells)
    var tracks = ""
    for track in numbering.tracks {
      let life = cells[track.cell].life
      let isDying = life.cellClass != .healthy
      tracks += CSV.line([
        well.experimentName, layout.well(well), "\(track.number)", "\(track.parent)", "\(track.begin)", "\(track.end)",
        life.cellClass.rawValue, isDying ? String(format: "%.3f", life.onset) : "",
        life.ruptureTime.map { String(format: "%.3f", $0) } ?? "",
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
    rupture, `plate_map.csv` the condition of each well. Frames are counted from 0.

    """
  }
}
