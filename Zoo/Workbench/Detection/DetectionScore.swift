import Foundation
import ZooData
import ZooFormat

/// How well cells were found, against points that somebody set.
///
/// A detection of a class is right if a point of that class of the same field and frame, which no more probable detection
/// has taken, lies within a distance; the nearest is taken. Average precision is the area under precision as a function
/// of recall, precision being the highest at that recall or above (Everingham et al. 2010).
package struct DetectionScore: Codable, Sendable {
  package struct ClassScore: Codable, Sendable, Hashable {
    package var name: String
    /// In pixels.
    package var distance: Double
    package var points: Int
    package var detections: Int
    /// `nil` without points.
    package var averagePrecision: Double?
    /// By falling score.
    package var curve: [CurvePoint]
  }

  package struct CurvePoint: Codable, Sendable, Hashable {
    package var score: Double
    package var precision: Double
    package var recall: Double
  }

  /// Numbers of found and true cells by field and frame (Bland & Altman 1986): mean of the differences, and the limits that
  /// hold 95 % of them.
  package struct Counts: Codable, Sendable, Hashable {
    /// The class that is counted; `nil` for all cells.
    package var name: String?
    package var moments: Int
    package var bias: Double
    package var lower: Double
    package var upper: Double
  }

  /// What became of the points, and what the found cells are: a cell takes the nearest point that no more probable one has
  /// taken, whatever the classes.
  package struct Confusion: Codable, Sendable, Hashable {
    /// In pixels.
    package var distance: Double
    package var classes: [String]
    /// For each class of points how many are found as each class.
    package var found: [[Int]]
    /// For each class of points how many nobody found.
    package var missed: [Int]
    /// For each class how many cells were found where no point is.
    package var extra: [Int]

    /// The share of points that are found, as whatever class.
    package var recall: Double? { ratio(matched, matched + missed.reduce(0, +)) }
    /// The share of found cells that stand at a point.
    package var precision: Double? { ratio(matched, matched + extra.reduce(0, +)) }
    /// The share of found points that are found as what they are.
    package var accuracy: Double? { ratio(classes.indices.reduce(0) { $0 + found[$1][$1] }, matched) }

    private var matched: Int { found.joined().reduce(0, +) }

    private func ratio(_ part: Int, _ whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
  }

  package var classes: [ClassScore]
  /// One for each distance.
  package var confusions: [Confusion]
  package var counts: Counts
  /// By class, of those that have points or cells.
  package var countsByClass: [Counts]

  /// A place in a table.
  package struct Point: Sendable, Hashable {
    var moment: [String]
    var x: Double
    var y: Double
    var label: String
    var score: Double
  }

  /// - Parameters:
  ///   - found: Each cell once for each class, with the probability of that class as score.
  ///   - all: Each cell that counts as found once, with its class.
  package init(found: [Point], truth: [Point], classes names: [String], distances: [Double], all: [Point]) {
    classes = names.flatMap { name in
      distances.map { Self.score(name, found.filter { $0.label == name }, truth.filter { $0.label == name }, $0) }
    }
    confusions = distances.map { Self.confusion(all, truth, names, $0) }
    let moments = Set(truth.map(\.moment))
    counts = Counts(name: nil, all, truth, moments)
    countsByClass = names.compactMap { name in
      let (here, there) = (all.filter { $0.label == name }, truth.filter { $0.label == name })
      return here.isEmpty && there.isEmpty ? nil : Counts(name: name, here, there, moments)
    }
  }

  private static func confusion(
    _ found: [Point], _ truth: [Point], _ names: [String], _ distance: Double
  ) -> Confusion {
    let places = Dictionary(zip(names, names.indices)) { first, _ in first }
    var result = Confusion(
      distance: distance, classes: names,
      found: [[Int]](repeating: [Int](repeating: 0, count: names.count), count: names.count),
      missed: [Int](repeating: 0, count: names.count), extra: [Int](repeating: 0, count: names.count))
    let matches = matches(found, truth, distance)
    var isTaken = [Bool](repeating: false, count: truth.count)
    for (cell, match) in zip(found, matches) {
      guard let column = places[cell.label] else { continue }
      guard let match else {
        result.extra[column] += 1
        continue
      }
      isTaken[match] = true
      if let row = places[truth[match].label] { result.found[row][column] += 1 }
    }
    for (point, isTaken) in zip(truth, isTaken) where !isTaken {
      if let row = places[point.label] { result.missed[row] += 1 }
    }
    return result
  }

  /// For each found cell the point that it takes: the nearest that no more probable cell has taken.
  private static func matches(_ found: [Point], _ truth: [Point], _ distance: Double) -> [Int?] {
    let byMoment = Dictionary(grouping: truth.indices) { truth[$0].moment }
    var taken = [Bool](repeating: false, count: truth.count)
    var matches = [Int?](repeating: nil, count: found.count)
    for index in order(found) {
      let detection = found[index]
      var best: (place: Int, square: Double)?
      for place in byMoment[detection.moment] ?? [] where !taken[place] {
        let (dx, dy) = (truth[place].x - detection.x, truth[place].y - detection.y)
        let square = dx * dx + dy * dy
        if square <= distance * distance, square < best?.square ?? .infinity { best = (place, square) }
      }
      guard let best else { continue }
      taken[best.place] = true
      matches[index] = best.place
    }
    return matches
  }

  /// By falling score; of equal ones as given.
  private static func order(_ found: [Point]) -> [Int] {
    found.indices.sorted { (found[$1].score, $0) < (found[$0].score, $1) }
  }

  private static func score(
    _ name: String, _ found: [Point], _ truth: [Point], _ distance: Double
  ) -> ClassScore {
    let matches = matches(found, truth, distance)
    var curve: [CurvePoint] = []
    var right = 0
    let order = order(found)
    for (rank, index) in order.enumerated() {
      if matches[index] != nil { right += 1 }
      // Detections of equal score come together.
      if rank + 1 < order.count, found[order[rank + 1]].score == found[index].score { continue }
      curve.append(
        CurvePoint(
          score: found[index].score, precision: Double(right) / Double(rank + 1),
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
  package var text: String {
    var table = TextTable([
      ("class", .left), ("within", .right), ("points", .right), ("found", .right), ("average precision", .right),
    ])
    for row in classes {
      table.add([
        row.name, "\(Figures.significant(row.distance)) px", "\(row.points)", "\(row.detections)",
        Figures.fixed(row.averagePrecision),
      ])
    }
    return ([table.text] + confusions.map(Self.text) + [countsText]).joined(separator: "\n")
  }

  private static func text(_ confusion: Confusion) -> String {
    let names = confusion.classes
    var table = TextTable([("true", .left)] + names.map { ($0, .right) } + [("missed", .right)])
    for (place, name) in names.enumerated() {
      table.add([name] + confusion.found[place].map(String.init) + ["\(confusion.missed[place])"])
    }
    table.add(["no point"] + confusion.extra.map(String.init) + [""])
    return "cells found as, within \(Figures.significant(confusion.distance)) px: "
      + "\(Figures.fixed(confusion.recall)) of the points, \(Figures.fixed(confusion.precision)) of the cells at one, "
      + "\(Figures.fixed(confusion.accuracy)) of these of its class\n" + table.text
  }

  private var countsText: String {
    var table = TextTable([("found − true cells", .left), ("mean", .right), ("95 % within", .right)])
    for row in [counts] + countsByClass {
      table.add([
        row.name ?? "all", Figures.signed(row.bias, 2),
        "\(Figures.signed(row.lower, 2)) … \(Figures.signed(row.upper, 2))",
      ])
    }
    return "by field and frame, \(Figures.counted(counts.moments, "frame")) (Bland–Altman)\n" + table.text
  }

  /// The precision–recall curves as CSV.
  package var csv: String {
    var text = CSV.line(["class", "distance", "score", "precision", "recall"])
    for row in classes {
      for point in row.curve {
        text += CSV.line([row.name, "\(row.distance)", "\(point.score)", "\(point.precision)", "\(point.recall)"])
      }
    }
    return text
  }
}

extension DetectionScore.Counts {
  /// - Parameter moments: Frames of fields that have points of any class.
  fileprivate init(
    name: String?, _ found: [DetectionScore.Point], _ truth: [DetectionScore.Point], _ moments: Set<[String]>
  ) {
    func counted(_ points: [DetectionScore.Point]) -> [[String]: Int] {
      Dictionary(points.map { ($0.moment, 1) }, uniquingKeysWith: +)
    }
    let (detected, known) = (counted(found), counted(truth))
    let differences = moments.map { Double((detected[$0] ?? 0) - (known[$0] ?? 0)) }
    let mean = differences.reduce(0, +) / Double(max(differences.count, 1))
    let square = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = differences.count > 1 ? (square / Double(differences.count - 1)).squareRoot() : 0
    self.init(
      name: name, moments: moments.count, bias: mean, lower: mean - 1.96 * deviation, upper: mean + 1.96 * deviation)
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
            expected: "two numbers", remedy: CSVTable.commaRemedy([row[x], row[y]]))
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
