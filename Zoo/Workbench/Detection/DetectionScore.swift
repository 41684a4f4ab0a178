import Foundation
import ZooFormat

/// How well cells were found, against points that somebody set.
///
/// A detection of a class is right if a point of that class of the same field and frame, which no more probable detection
/// has taken, lies within a distance; the nearest is taken. Average precision is the area under precision as a function
/// of recall, precision being the highest at that recall or above (Everingham et al. 2010).
public struct DetectionScore: Codable, Sendable {
  public struct ClassScore: Codable, Sendable, Hashable {
    public var name: String
    /// In pixels.
    public var distance: Double
    public var points: Int
    public var detections: Int
    /// `nil` without points.
    public var averagePrecision: Double?
    /// By falling score.
    public var curve: [CurvePoint]
  }

  public struct CurvePoint: Codable, Sendable, Hashable {
    public var score: Double
    public var precision: Double
    public var recall: Double
  }

  /// Numbers of found and true cells by field and frame (Bland & Altman 1986): mean of the differences, and the limits that
  /// hold 95 % of them.
  public struct Counts: Codable, Sendable, Hashable {
    public var moments: Int
    public var bias: Double
    public var lower: Double
    public var upper: Double
  }

  public var classes: [ClassScore]
  public var counts: Counts

  /// A place in a table.
  package struct Point: Sendable, Hashable {
    var moment: [String]
    var x: Double
    var y: Double
    var label: String
    var score: Double
  }

  package init(found: [Point], truth: [Point], classes names: [String], distances: [Double], all: [Point]) {
    classes = names.flatMap { name in
      distances.map { Self.score(name, found.filter { $0.label == name }, truth.filter { $0.label == name }, $0) }
    }
    let (detected, known) = (Self.counted(all), Self.counted(truth))
    let moments = Set(known.keys)
    let differences = moments.map { Double((detected[$0] ?? 0) - (known[$0] ?? 0)) }
    let mean = differences.reduce(0, +) / Double(max(differences.count, 1))
    let square = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = differences.count > 1 ? (square / Double(differences.count - 1)).squareRoot() : 0
    counts = Counts(
      moments: moments.count, bias: mean, lower: mean - 1.96 * deviation, upper: mean + 1.96 * deviation)
  }

  private static func counted(_ points: [Point]) -> [[String]: Int] {
    Dictionary(points.map { ($0.moment, 1) }, uniquingKeysWith: +)
  }

  private static func score(
    _ name: String, _ found: [Point], _ truth: [Point], _ distance: Double
  ) -> ClassScore {
    let byMoment = Dictionary(grouping: truth.indices) { truth[$0].moment }
    var taken = [Bool](repeating: false, count: truth.count)
    var curve: [CurvePoint] = []
    var right = 0
    let order = found.indices.sorted { (found[$1].score, $0) < (found[$0].score, $1) }
    for (rank, index) in order.enumerated() {
      let detection = found[index]
      var best: (place: Int, square: Double)?
      for place in byMoment[detection.moment] ?? [] where !taken[place] {
        let (dx, dy) = (truth[place].x - detection.x, truth[place].y - detection.y)
        let square = dx * dx + dy * dy
        if square <= distance * distance, square < best?.square ?? .infinity { best = (place, square) }
      }
      if let best {
        taken[best.place] = true
        right += 1
      }
      // Detections of equal score come together.
      if rank + 1 < order.count, found[order[rank + 1]].score == detection.score { continue }
      curve.append(
        CurvePoint(
          score: detection.score, precision: Double(right) / Double(rank + 1),
          recall: Double(right) / Double(max(truth.count, 1))))
    }
    return ClassScore(
      name: name, distance: distance, points: truth.count, detections: found.count,
      averagePrecision: truth.isEmpty ? nil : area(curve), curve: curve)
  }

  private static func area(_ curve: [CurvePoint]) -> Double {
    var (area, highest, recall) = (0.0, 0.0, curve.last?.recall ?? 0)
    for point in curve.reversed() {
      area += (recall - point.recall) * highest
      recall = point.recall
      highest = max(highest, point.precision)
    }
    return area + recall * highest
  }

  /// For a terminal.
  public var text: String {
    var table = TextTable([
      ("class", .left), ("within", .right), ("points", .right), ("found", .right), ("average precision", .right),
    ])
    for row in classes {
      table.add([
        row.name, "\(Figures.significant(row.distance)) px", "\(row.points)", "\(row.detections)",
        Figures.fixed(row.averagePrecision),
      ])
    }
    return table.text
      + "\nfound − true cells of \(Figures.counted(counts.moments, "frame")): mean \(Figures.signed(counts.bias, 2)), "
      + "95 % within \(Figures.signed(counts.lower, 2)) … \(Figures.signed(counts.upper, 2)) (Bland–Altman)\n"
  }

  /// The precision–recall curves as CSV.
  public var csv: String {
    var text = CSV.line(["class", "distance", "score", "precision", "recall"])
    for row in classes {
      for point in row.curve {
        text += CSV.line([row.name, "\(row.distance)", "\(point.score)", "\(point.precision)", "\(point.recall)"])
      }
    }
    return text
  }
}

extension DetectionScore {
  /// From the table that ``FieldDetection/csv`` wrote and one of points: `frame`, `x`, `y`, `label`, and `experiment`, `well`
  /// and `field` where both have them.
  /// - Parameter threshold: The least score of detections that count as found cells.
  /// - Throws: ``ZooError`` about a column that is missing, what isn't a number, or points none of whose fields were searched.
  package init(
    found: CSVTable, foundFile: String, truth: CSVTable, truthFile: String, distances: [Double],
    countingFrom threshold: Double = 0
  ) throws(ZooError) {
    let keys = ["experiment", "well", "field"].filter { found.index(of: $0) != nil && truth.index(of: $0) != nil }
    func points(
      _ table: CSVTable, _ file: String, label: String, score: (([String]) -> Double?)?
    ) throws(ZooError) -> [Point] {
      func place(_ name: String) throws(ZooError) -> Int {
        if let place = table.index(of: name) { return place }
        throw ZooError(
          .badInput, file: file, line: 1, problem: "there is no column '\(name)'",
          expected: "frame, x, y and \(label)")
      }
      let (x, y, frame, labels) = (try place("x"), try place("y"), try place("frame"), try place(label))
      let places = keys.compactMap(table.index(of:))
      var points: [Point] = []
      for (row, line) in zip(table.rows, table.lines) where !row[labels].isEmpty {
        guard let px = Double(row[x]), let py = Double(row[y]), px.isFinite, py.isFinite else {
          throw ZooError(
            .badInput, file: file, line: line, problem: "the position is '\(row[x])', '\(row[y])'",
            expected: "two numbers")
        }
        points.append(
          Point(
            moment: places.map { row[$0] } + [row[frame]], x: px, y: py, label: row[labels], score: score?(row) ?? 1))
      }
      return points
    }
    guard let scorePlace = found.index(of: "score") else {
      throw ZooError(
        .badInput, file: foundFile, line: 1, problem: "there is no column 'score'",
        expected: "the table that zoo predict MODEL FIELDS --find wrote")
    }
    let prefix = "p_"
    let scores = found.columns.indices.filter { found.columns[$0].hasPrefix(prefix) }
    let names = scores.map { String(found.columns[$0].dropFirst(prefix.count)) }
    let all = try points(found, foundFile, label: "predicted") { Double($0[scorePlace]) }
    let known = try points(truth, truthFile, label: "label", score: nil)
    let moments = Set(all.map { $0.moment.dropLast() })
    let within = known.filter { moments.contains($0.moment.dropLast()) }
    guard !within.isEmpty else {
      throw ZooError(
        .badInput, file: truthFile, problem: "none of its \(known.count) points is of a field that was searched",
        expected: "the same names of fields")
    }
    // A cell counts for each class by as much as the model thinks it one of it.
    var byClass: [Point] = []
    for (point, row) in zip(all, found.rows) {
      for (name, place) in zip(names, scores) {
        guard let share = Double(row[place]), share > 0 else { continue }
        var copy = point
        copy.label = name
        copy.score = point.score * share
        byClass.append(copy)
      }
    }
    self.init(
      found: byClass, truth: within, classes: names, distances: distances, all: all.filter { $0.score >= threshold })
  }
}
