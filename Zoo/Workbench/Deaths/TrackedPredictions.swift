import ZooData

/// Predictions of cells that were followed over time, by track.
package struct TrackedPredictions: Sendable {
  /// One cell over time.
  package struct Track: Sendable {
    /// With the values of ``TrackedPredictions/wellColumns``, joined by slashes.
    package var experiment: String
    package var well: String
    package var field: String
    package var name: String
    /// Rising, each once.
    package var frames: [Int]
    /// One for each frame, in ``TrackedPredictions/timeUnit``.
    package var times: [Double]
    /// For each frame one probability for each class.
    package var probabilities: [[Double]]
  }

  package let classes: [String]
  package let tracks: [Track]
  /// What times are measured in: `h`, `frames`, or what the caller said.
  package let timeUnit: String
  /// Columns without which wells of one name and experiment would be taken as one, e.g. `plate`.
  package let wellColumns: [String]
  /// Experiment and well as tracks have them → what the columns say that a plate map may name wells by.
  let places: [[String]: [String: String]]

  /// How the columns of a table are to be read.
  package struct Reading: Sendable {
    /// Hours between two frames, for tables without a time.
    package var frameInterval: Double?
    /// What the column `time` is measured in.
    package var timeUnit = "h"

    package init() {}
  }

  private static let probabilityPrefix = "p_"

  /// Reads a table with the columns `track`, `frame` and `p_CLASS` for each class; `experiment`, `well`, `field`, `time`
  /// and `model` are used where they are. O(rows · log rows).
  /// - Throws: ``ZooError`` for a table without tracks, frames or probabilities, for what isn't a number, a frame that a
  ///   track has twice, times that don't rise, and predictions of more than one model.
  package init(_ table: CSVTable, file: String, reading: Reading = Reading()) throws(ZooError) {
    func place(_ name: String, of what: String) throws(ZooError) -> Int {
      if let place = table.index(of: name) { return place }
      throw ZooError(
        .badInput, file: file, line: 1, problem: "there is no column '\(name)' with \(what)",
        expected: "the table that `zoo predict MODEL SPEC -o predictions.csv` writes of tracked cells",
        remedy: NearestName.of(name, in: table.columns).map { "Did you mean '\($0)'? Rename the column" })
    }
    let trackPlace = try place("track", of: "the name of each cell's track")
    let framePlace = try place("frame", of: "the number of the time point")
    let timePlace = table.index(of: "time")
    let scores = table.columns.indices.filter { table.columns[$0].hasPrefix(Self.probabilityPrefix) }
    guard scores.count > 1 else {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "there are no columns with probabilities",
        expected: "a column p_CLASS for each class")
    }
    classes = scores.map { String(table.columns[$0].dropFirst(Self.probabilityPrefix.count)) }
    timeUnit = reading.frameInterval != nil ? "h" : timePlace != nil ? reading.timeUnit : "frames"
    let names = ["experiment", "well", "field"].map(table.index(of:))
    let further = Self.wellColumns(table, names)
    wellColumns = further.map { table.columns[$0] }
    try Self.checkModel(table, file: file)
    try table.checkNames(in: names.compactMap(\.self) + further + [trackPlace], file: file)
    func number(_ row: Int, _ column: Int) throws(ZooError) -> Double {
      guard let value = Double(table.rows[row][column]), value.isFinite else {
        throw ZooError(
          .badInput, file: file, line: table.lines[row],
          problem: "'\(table.rows[row][column])' in '\(table.columns[column])' is not a number", expected: "a number")
      }
      return value
    }
    var order: [[String]] = []
    var members: [[String]: [(frame: Int, row: Int)]] = [:]
    var places: [[String]: [String: String]] = [:]
    for (row, cells) in table.rows.enumerated() where !cells[trackPlace].isEmpty {
      let own = names.map { $0.map { cells[$0] } ?? "" }
      let experiment = ([own[0]] + further.map { cells[$0] }).filter { !$0.isEmpty }.joined(separator: "/")
      let key = [experiment, own[1], own[2], cells[trackPlace]]
      if places[[experiment, own[1]]] == nil {
        var place = ["experiment": own[0], "well": own[1]]
        for column in further { place[table.columns[column]] = cells[column] }
        places[[experiment, own[1]]] = place
      }
      guard let frame = CellTableReader.integer(cells[framePlace]) else {
        throw ZooError(
          .badInput, file: file, line: table.lines[row], problem: "the frame is \(cells[framePlace])",
          expected: "a whole number")
      }
      if members[key] == nil { order.append(key) }
      members[key, default: []].append((frame, row))
    }
    guard !order.isEmpty else {
      throw ZooError(
        .badInput, file: file, problem: "no row has a track", expected: "cells that were followed over time")
    }
    var tracks: [Track] = []
    for key in order {
      let points = (members[key] ?? []).sorted { ($0.frame, $0.row) < ($1.frame, $1.row) }
      var track = Track(
        experiment: key[0], well: key[1], field: key[2], name: key[3], frames: [], times: [], probabilities: [])
      for (frame, row) in points {
        let time: Double
        if let interval = reading.frameInterval {
          time = Double(frame) * interval
        } else if let timePlace {
          time = try number(row, timePlace)
        } else {
          time = Double(frame)
        }
        guard track.frames.last != frame else {
          throw ZooError(
            .badInput, file: file, line: table.lines[row], problem: "the track '\(key[3])' has frame \(frame) twice",
            expected: "one row for each frame of a track")
        }
        if let last = track.times.last, time <= last {
          throw ZooError(
            .badInput, file: file, line: table.lines[row],
            problem: "the track '\(key[3])' goes back in time at frame \(frame)",
            expected: "times that rise with frames")
        }
        track.frames.append(frame)
        track.times.append(time)
        var values: [Double] = []
        for score in scores { values.append(try number(row, score)) }
        guard values.allSatisfy({ $0 >= 0 && $0 <= 1.0001 }) else {
          throw ZooError(
            .badInput, file: file, line: table.lines[row], problem: "the probabilities are \(values)",
            expected: "numbers in 0…1")
        }
        track.probabilities.append(values)
      }
      tracks.append(track)
    }
    self.tracks = tracks
    self.places = places
  }

  /// Columns that ``CellPrediction/header`` and others have for something else.
  private static let otherColumns: Set<String> = [
    "id", "experiment", "well", "field", "frame", "time", "track", "x", "y", "label", "predicted", "score", "model",
    "uncertain", "warning",
  ]
  /// What several fields of one well are told apart by.
  private static let fieldNames: Set<String> = [
    "site", "s", "position", "pos", "fov", "f", "scene", "series", "xy", "tile", "view", "image", "img", "film",
    "movie",
    "set",
  ]
  private static let plateNames: Set<String> = [
    "plate", "plateid", "platename", "day", "date", "run", "batch", "slide", "dish", "chamber", "replicate", "repeat",
  ]

  /// Columns by which an experiment has several wells of one name: those that have one value in each field, or without a
  /// column of fields those that are called as plates and days are.
  private static func wellColumns(_ table: CSVTable, _ names: [Int?]) -> [Int] {
    table.columns.indices.filter { column in
      let (name, plain) = (table.columns[column], ColumnRoles.plain(table.columns[column]))
      guard !otherColumns.contains(name), !name.hasPrefix(probabilityPrefix), !fieldNames.contains(plain),
        names[2] != nil || plateNames.contains(plain)
      else { return false }
      var byField: [String: String] = [:]
      var byWell: [[String]: String] = [:]
      var tellsApart = false
      for row in table.rows {
        let value = row[column]
        if let field = names[2], byField.updateValue(value, forKey: row[field]) ?? value != value { return false }
        let well = names[..<2].map { $0.map { row[$0] } ?? "" }
        if byWell.updateValue(value, forKey: well) ?? value != value { tellsApart = true }
      }
      return tellsApart
    }
  }

  /// Predictions of two models must not get into one curve.
  private static func checkModel(_ table: CSVTable, file: String) throws(ZooError) {
    guard let place = table.index(of: "model"), let first = table.rows.first?[place] else { return }
    if let row = table.rows.firstIndex(where: { $0[place] != first }) {
      throw ZooError(
        .badInput, file: file, line: table.lines[row],
        problem: "is of the model '\(table.rows[row][place])', the rows before it are of '\(first)'",
        expected: "predictions of one model", remedy: "Predict all fields with the same model")
    }
  }
}
