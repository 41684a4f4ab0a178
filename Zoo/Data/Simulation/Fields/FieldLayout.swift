import ZooFormat

/// In which form of files a simulated experiment is written: as the programs write it that segment and track cells.
package enum FieldLayout: String, Sendable, Hashable, CaseIterable {
  /// A folder for each well with a PNG for each frame and channel, `nuc_quant.csv` for each frame, and `tracks.csv`.
  case shuttletracker
  /// An OME-TIFF for each well and TrackMate's table of all spots, in micrometres.
  case trackmate
  /// `W1/100/movie/*.tif` and `trajectories_targets.csv`, with a `config.ini` for each experiment.
  case celldetective
  /// `W####F####T####Z###C#.tif` and ultrack's table of tracks for each well.
  case ultrack
  /// Folders of the Cell Tracking Challenge: an OME-TIFF of all channels and a label image for each frame.
  case ctc

  /// What the layout calls a well, as plate maps name it.
  func well(_ well: FieldSimulation.Well) -> String {
    switch self {
    case .shuttletracker, .trackmate, .ctc: well.name
    case .celldetective, .ultrack: String(well.index + 1)
    }
  }

  /// A writer for one well; `folder` is that of the experiment.
  func writer(
    _ simulation: FieldSimulation, _ well: FieldSimulation.Well, folder: String
  ) throws(ZooError) -> any FieldLayoutWriter {
    switch self {
    case .shuttletracker: try ShuttleTrackerWriter(simulation, well, folder: folder)
    case .trackmate: try TrackMateWriter(simulation, well, folder: folder)
    case .celldetective: try CelldetectiveWriter(simulation, well, folder: folder)
    case .ultrack: try UltrackWriter(simulation, well, folder: folder)
    case .ctc: try TrackingChallengeWriter(simulation, well, folder: folder)
    }
  }
}

/// Writes one field's pictures and tables, frame by frame.
protocol FieldLayoutWriter {
  /// - Parameter tracks: The track of each nucleus.
  mutating func add(_ frame: FieldFrame, at time: Int, tracks: [Int]) throws(ZooError)
  /// Writes what needs all frames.
  mutating func finish(_ tracks: [FieldTracks.Track], cells: [FieldCell]) throws(ZooError)
}
