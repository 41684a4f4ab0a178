import Foundation
import ZooFormat
import ZooImages

struct ShuttleTrackerWriter: FieldLayoutWriter {
  private let simulation: FieldSimulation
  private let folder: String
  private var tracks: [(track: Int, time: Int, nucleus: Int)] = []

  init(_ simulation: FieldSimulation, _ well: FieldSimulation.Well, folder: String) throws(ZooError) {
    self.simulation = simulation
    self.folder = "\(folder)/\(well.name)-ST"
    try FieldFiles.makeFolder(self.folder)
  }

  mutating func add(_ frame: FieldFrame, at time: Int, tracks numbers: [Int]) throws(ZooError) {
    let stem = "\(folder)/Img_t\(FieldFiles.padded(time, 4))"
    for (channel, plane) in frame.planes.enumerated() {
      let image = try Image(
        width: simulation.width, height: simulation.height, sampleType: .uint16, samples: plane)
      try FieldFiles.write(
        PNGWriter.encode(image, text: ["Comment": Simulation.note]), to: "\(stem)_ch\(channel + 1).png")
    }
    let means = Simulation.channels.indices.map { "ch\($0 + 1)_mean" }
    var table = CSV.line(["nucleus_id", "center_x", "center_y", "area"] + means)
    for (id, nucleus) in frame.nuclei.enumerated() {
      table += CSV.line(
        ["\(id)", FieldFiles.text(nucleus.x), FieldFiles.text(nucleus.y), "\(nucleus.area)"]
          + nucleus.means.map { String(format: "%.2f", $0) })
      tracks.append((numbers[id], time, id))
    }
    try FieldFiles.write(table, to: "\(stem)-nuc_quant.csv")
  }

  mutating func finish(_: [FieldTracks.Track], cells: [FieldCell]) throws(ZooError) {
    var table = CSV.line(["track_index", "time_point_index", "nucleus_index"])
    for row in tracks.sorted(by: { ($0.track, $0.time) < ($1.track, $1.time) }) {
      table += CSV.line(["\(row.track)", "\(row.time)", "\(row.nucleus)"])
    }
    try FieldFiles.write(table, to: "\(folder)/tracks.csv")
  }
}

struct TrackMateWriter: FieldLayoutWriter {
  private let stem: String
  private let film: TIFFPlaneStream
  private var rows: [[String]] = []
  private var random: KeyedRandom
  private let simulation: FieldSimulation

  init(_ simulation: FieldSimulation, _ well: FieldSimulation.Well, folder: String) throws(ZooError) {
    self.simulation = simulation
    stem = "\(folder)/\(well.name)"
    film = try TIFFPlaneStream(
      stem + ".ome.tif", width: simulation.width, height: simulation.height,
      pages: simulation.frames * Simulation.channels.count,
      description: FieldFiles.ome(width: simulation.width, height: simulation.height, frames: simulation.frames),
      note: Simulation.note)
    random = KeyedRandom(
      seed: simulation.seed, KeyedRandom.key("trackmate"), UInt64(well.experiment), UInt64(well.index))
  }

  mutating func add(_ frame: FieldFrame, at time: Int, tracks: [Int]) throws(ZooError) {
    for plane in frame.planes { try film.add(plane) }
    for (nucleus, track) in zip(frame.nuclei, tracks) { addSpot(nucleus.x, nucleus.y, time, "\(track)") }
    // A detector finds scraps too, which no track takes up.
    for _ in 0..<2 {
      addSpot(
        random.uniform(0...Double(simulation.width - 1)), random.uniform(0...Double(simulation.height - 1)), time, "")
    }
  }

  private mutating func addSpot(_ x: Double, _ y: Double, _ frame: Int, _ track: String) {
    let size = FieldSimulation.pixelSize
    let seconds = Double(frame) * FieldSimulation.frameInterval * 60
    rows.append([
      "ID\(rows.count)", "\(rows.count)", track, "1.0", FieldFiles.text(x * size), FieldFiles.text(y * size), "0.0",
      "\(seconds)", "\(frame)", "5.0",
    ])
  }

  mutating func finish(_: [FieldTracks.Track], cells: [FieldCell]) throws(ZooError) {
    try film.finish()
    let names = [
      "LABEL", "ID", "TRACK_ID", "QUALITY", "POSITION_X", "POSITION_Y", "POSITION_Z", "POSITION_T", "FRAME", "RADIUS",
    ]
    var table = CSV.line(names)
    table += CSV.line(["Label", "Spot ID", "Track ID", "Quality", "X", "Y", "Z", "T", "Frame", "Radius"])
    table += CSV.line(["Label", "Spot ID", "Track ID", "Quality", "X", "Y", "Z", "T", "Frame", "R"])
    table += CSV.line(
      ["", "", "", "(quality)", "(micron)", "(micron)", "(micron)", "(sec)", "", "(micron)"])
    random.shuffle(&rows)
    for row in rows { table += CSV.line(row) }
    try FieldFiles.write(table, to: stem + "_allspots.csv")
  }
}

struct CelldetectiveWriter: FieldLayoutWriter {
  private let folder: String
  private let film: TIFFPlaneStream
  private let experiment: String
  private let simulation: FieldSimulation
  private var rows: [(track: Int, frame: Int, x: Double, y: Double)] = []

  init(_ simulation: FieldSimulation, _ well: FieldSimulation.Well, folder: String) throws(ZooError) {
    self.simulation = simulation
    experiment = folder
    self.folder = "\(folder)/W\(well.index + 1)/\(well.index + 1)00"
    try FieldFiles.makeFolder(self.folder + "/movie")
    try FieldFiles.makeFolder(self.folder + "/output/tables")
    film = try TIFFPlaneStream(
      self.folder + "/movie/movie.tif", width: simulation.width, height: simulation.height,
      pages: simulation.frames * Simulation.channels.count,
      description: FieldFiles.imageJ(channels: Simulation.channels.count, frames: simulation.frames),
      note: Simulation.note)
    guard well.index == 0 else { return }
    let wells = simulation.wells.filter { $0.experiment == well.experiment }
    try FieldFiles.write(
      """
      [MovieSettings]
      pxtoum = \(FieldSimulation.pixelSize)
      frametomin = \(FieldSimulation.frameInterval)
      len_movie = \(simulation.frames)
      shape_x = \(simulation.width)
      shape_y = \(simulation.height)
      movie_prefix =

      [Channels]
      \(Simulation.channels.enumerated().map { "\($1) = \($0)" }.joined(separator: "\n"))

      [Labels]
      conditions = \(wells.map(\.condition.rawValue).joined(separator: ","))

      """, to: "\(folder)/config.ini")
  }

  mutating func add(_ frame: FieldFrame, at time: Int, tracks: [Int]) throws(ZooError) {
    for plane in frame.planes { try film.add(plane) }
    for (nucleus, track) in zip(frame.nuclei, tracks) { rows.append((track, time, nucleus.x, nucleus.y)) }
  }

  mutating func finish(_ tracks: [FieldTracks.Track], cells: [FieldCell]) throws(ZooError) {
    try film.finish()
    var table = CSV.line(["", "TRACK_ID", "FRAME", "POSITION_X", "POSITION_Y", "class_id", "class", "t0"])
    for (index, row) in rows.sorted(by: { ($0.track, $0.frame) < ($1.track, $1.frame) }).enumerated() {
      let life = cells[tracks[row.track - 1].cell].life
      let isDying = life.cellClass != .healthy
      let stage = cells[tracks[row.track - 1].cell].stage(at: row.frame)
      // Celldetective's classes of an event: 0 happens, 1 doesn't, 2 happened before the film.
      let event = !isDying ? 1 : life.onset < 0 ? 2 : 0
      table += CSV.line([
        "\(index)", "\(row.track)", "\(row.frame)", FieldFiles.text(row.x), FieldFiles.text(row.y),
        "\(CellClass.allCases.firstIndex(of: stage) ?? 0)", "\(event)",
        event == 0 ? String(format: "%.3f", life.onset) : "-1",
      ])
    }
    try FieldFiles.write(table, to: folder + "/output/tables/trajectories_targets.csv")
  }
}

struct UltrackWriter: FieldLayoutWriter {
  private let simulation: FieldSimulation
  private let stem: String
  private var rows: [(track: Int, frame: Int, x: Double, y: Double)] = []

  init(_ simulation: FieldSimulation, _ well: FieldSimulation.Well, folder: String) throws(ZooError) {
    self.simulation = simulation
    stem = "\(folder)/W\(FieldFiles.padded(well.index + 1, 4))F0001"
  }

  mutating func add(_ frame: FieldFrame, at time: Int, tracks: [Int]) throws(ZooError) {
    for (channel, plane) in frame.planes.enumerated() {
      try FieldFiles.write(
        [plane], width: simulation.width, height: simulation.height, description: "",
        to: "\(stem)T\(FieldFiles.padded(time + 1, 4))Z001C\(channel + 1).tif")
    }
    for (nucleus, track) in zip(frame.nuclei, tracks) { rows.append((track, time, nucleus.x, nucleus.y)) }
  }

  mutating func finish(_ tracks: [FieldTracks.Track], cells: [FieldCell]) throws(ZooError) {
    let sorted = rows.sorted { ($0.track, $0.frame) < ($1.track, $1.frame) }
    var lastOf: [Int: Int] = [:]
    for (index, row) in sorted.enumerated() { lastOf[row.track] = index + 1 }
    var table = CSV.line(["track_id", "t", "y", "x", "id", "parent_track_id", "parent_id"])
    for (index, row) in sorted.enumerated() {
      let track = tracks[row.track - 1]
      let isFirst = row.frame == track.begin
      let parent = isFirst ? lastOf[track.parent] ?? -1 : index
      table += CSV.line([
        "\(row.track)", "\(row.frame)", FieldFiles.text(row.y), FieldFiles.text(row.x), "\(index + 1)",
        "\(track.parent == 0 ? -1 : track.parent)", "\(parent)",
      ])
    }
    try FieldFiles.write(table, to: stem + "_tracks.csv")
  }
}

struct TrackingChallengeWriter: FieldLayoutWriter {
  private let simulation: FieldSimulation
  private let folder: String
  private let description: String

  init(_ simulation: FieldSimulation, _ well: FieldSimulation.Well, folder: String) throws(ZooError) {
    self.simulation = simulation
    self.folder = "\(folder)/\(well.name)"
    description = FieldFiles.ome(width: simulation.width, height: simulation.height, frames: 1)
    try FieldFiles.makeFolder(self.folder + "/01")
    try FieldFiles.makeFolder(self.folder + "/01_GT/TRA")
  }

  mutating func add(_ frame: FieldFrame, at time: Int, tracks: [Int]) throws(ZooError) {
    let number = FieldFiles.padded(time, 3)
    try FieldFiles.write(
      frame.planes, width: simulation.width, height: simulation.height, description: description,
      to: "\(folder)/01/t\(number).tif")
    let numbers = Dictionary(
      uniqueKeysWithValues: zip(frame.nuclei, tracks).map { (Int32($0.cell + 1), Float($1)) })
    let labels = frame.labels.map { $0 == 0 ? 0 : numbers[$0] ?? 0 }
    try FieldFiles.write(
      [labels], width: simulation.width, height: simulation.height, description: "",
      to: "\(folder)/01_GT/TRA/man_track\(number).tif")
  }

  mutating func finish(_ tracks: [FieldTracks.Track], cells: [FieldCell]) throws(ZooError) {
    let lines = tracks.map { "\($0.number) \($0.begin) \($0.end) \($0.parent)\n" }
    try FieldFiles.write(lines.joined(), to: folder + "/01_GT/TRA/man_track.txt")
  }
}
