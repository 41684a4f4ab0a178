import ZooData

/// Curves of death by condition and well, and what differs between conditions.
package struct DeathAnalysis: Codable, Sendable {
  /// Cells of one well, or of all wells of a condition.
  package struct Curves: Codable, Sendable {
    package var name: String
    package var experiment: String
    /// Of the plate map; empty without one.
    package var condition: String
    /// Tracks that count: those that weren't dead when first seen.
    package var cells: Int
    package var wells: Int
    package var died: Int
    package var deadAtStart: Int
    /// Deaths by kind.
    package var byKind: [String: Int]
    /// The share of cells that each kind of death came to, the others competing (Aalen–Johansen).
    package var incidence: [String: StepCurve]
    /// The share that lives (Kaplan–Meier).
    package var survival: StepCurve
    /// When half are dead; `nil` if fewer ever are.
    package var medianTime: Double?
    /// Deaths so far ÷ nuclei tracked, by time.
    package var ratio: [RatioPoint]
  }

  package struct RatioPoint: Codable, Sendable, Hashable {
    package var time: Double
    package var deaths: Int
    package var nuclei: Int
  }

  /// One condition against the reference for one kind of death, or all.
  package struct Contrast: Codable, Sendable, Hashable {
    package var condition: String
    package var reference: String
    /// `all` or a kind.
    package var kind: String
    /// Of cumulative incidence at ``DeathAnalysis/horizon``, with wells or experiments as units.
    package var units: UnitContrast?
    /// ``UnitContrast/pValue`` corrected for all contrasts by Holm's method.
    package var adjustedPValue: Double?
    /// Taking cells as independent, which they aren't: the log-rank test for `all`, Gray's test for a kind.
    package var cellPValue: Double?
  }

  package var timeUnit: String
  package var rule: DeathRule
  package var kinds: [String]
  /// What the contrasts compare: cumulative incidence until this time.
  package var horizon: Double
  /// `well` or `experiment`.
  package var unit: String
  package var wells: [Curves]
  package var conditions: [Curves]
  package var contrasts: [Contrast]
  package var cautions: [String]

  package struct Options: Sendable {
    /// Column of the plate map that is compared; its first if `nil`.
    package var condition: String?
    /// The condition that the others are compared with; the first in alphabetical order if `nil`.
    package var reference: String?
    /// `well` or `experiment`; wells, within experiments where there are several, if `nil`.
    package var unit: String?
    /// The end of the shortest recording if `nil`.
    package var horizon: Double?

    package init() {}
  }

  /// - Throws: ``ZooError`` for a well that the plate map lacks, and for conditions that nobody has.
  ///   O(cells · log cells + permutations of units).
  package init(_ deaths: Deaths, plate: PlateMap? = nil, options: Options = Options()) throws(ZooError) {
    timeUnit = deaths.timeUnit
    rule = deaths.rule
    kinds = deaths.kinds
    let conditions = try Self.conditions(deaths, plate, options.condition)
    var ends: [String: Double] = [:]
    for death in deaths.deaths { ends[death.experiment] = max(ends[death.experiment] ?? 0, death.lastTime) }
    let end = ends.values.max() ?? 0
    if let until = options.horizon, until > end {
      throw ZooError(
        .usage,
        problem: "--until is \(Figures.fixed(until)) \(timeUnit), but the recordings end at \(Figures.fixed(end))",
        expected: "a time within the recordings")
    }
    horizon = options.horizon ?? ends.values.min() ?? 0
    let byWell = Self.grouped(deaths.deaths) { [$0.experiment, $0.well] }
    let ofWells = byWell.map { key, members in
      Self.curves(
        key.filter { !$0.isEmpty }.joined(separator: " / "), members, conditions: conditions, kinds: deaths.kinds)
    }
    wells = ofWells
    let names = Set(conditions.values).sorted()
    // Without a plate map each well is a condition, and a screen has thousands: who has which is found once.
    let cellsOf = Dictionary(grouping: deaths.deaths.indices) { place in
      conditions[[deaths.deaths[place].experiment, deaths.deaths[place].well]] ?? ""
    }
    let wellsOf = Dictionary(grouping: ofWells.indices) { ofWells[$0].condition }
    self.conditions = names.map { name in
      var curves = Self.curves(
        name, (cellsOf[name] ?? []).map { deaths.deaths[$0] }, conditions: conditions, kinds: deaths.kinds)
      curves.experiment = ""
      return curves
    }
    let unitName = options.unit ?? "well"
    guard ["well", "experiment"].contains(unitName) else {
      throw ZooError(.usage, problem: "--unit is '\(unitName)'", expected: "well or experiment")
    }
    unit = unitName
    let reference = options.reference ?? names.first ?? ""
    guard names.contains(reference) else {
      throw ZooError(
        .usage, problem: "no well has the condition '\(reference)'", expected: SpecKind.listed(names),
        remedy: NearestName.of(reference, in: names).map { "Did you mean '\($0)'?" })
    }
    contrasts = []
    for name in names where name != reference {
      let both = [reference, name]
      let members = both.flatMap { wellsOf[$0] ?? [] }.sorted().map { ofWells[$0] }
      let cells = both.flatMap { cellsOf[$0] ?? [] }.sorted().map { deaths.deaths[$0] }
      for kind in ["all"] + (deaths.kinds.count > 1 ? deaths.kinds : []) {
        contrasts.append(
          Self.contrast(
            name, reference, kind, wells: members, cells: cells, kinds: deaths.kinds, conditions: conditions,
            unit: unitName, horizon: horizon))
      }
    }
    cautions = []
    let tested = contrasts.indices.filter { contrasts[$0].units?.pValue != nil }
    for (index, value) in zip(tested, Holm.adjusted(tested.compactMap { contrasts[$0].units?.pValue })) {
      contrasts[index].adjustedPValue = value
    }
    cautions = Self.cautions(self, deaths)
  }

  // MARK: Curves

  private static func grouped(
    _ deaths: [Death], by key: (Death) -> [String]
  ) -> [(key: [String], members: [Death])] {
    var order: [[String]] = []
    var members: [[String]: [Death]] = [:]
    for death in deaths {
      let name = key(death)
      if members[name] == nil { order.append(name) }
      members[name, default: []].append(death)
    }
    return order.map { ($0, members[$0] ?? []) }
  }

  /// The subjects that curves are made of, with events numbered by kind.
  static func data(_ deaths: [Death], kinds: [String], groups: (Death) -> Int = { _ in 0 }) -> SurvivalData? {
    let numbers = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0 + 1) })
    let subjects = deaths.compactMap { death -> SurvivalData.Subject? in
      // A cell that is seen once tells nothing of time.
      guard death.status != .deadAtStart, death.lastTime > death.firstTime else { return nil }
      return SurvivalData.Subject(
        entry: death.firstTime > 0 ? death.firstTime : -.infinity, time: death.onsetTime ?? death.lastTime,
        event: death.status == .died ? numbers[death.kind] ?? 0 : 0, group: groups(death))
    }
    return subjects.isEmpty ? nil : try? SurvivalData(subjects)
  }

  private static func curves(
    _ name: String, _ deaths: [Death], conditions: [[String]: String], kinds: [String]
  ) -> Curves {
    let first = deaths.first
    let died = deaths.filter { $0.status == .died }
    let data = data(deaths, kinds: kinds)
    let johansen = data.map { AalenJohansen($0, kinds: kinds.count) }
    let meier = data.map { KaplanMeier($0) }
    let empty = StepCurve(start: 0, points: [])
    return Curves(
      name: name, experiment: first?.experiment ?? "",
      condition: first.flatMap { conditions[[$0.experiment, $0.well]] } ?? "",
      cells: data?.subjects.count ?? 0, wells: Set(deaths.map { [$0.experiment, $0.well] }).count, died: died.count,
      deadAtStart: deaths.count { $0.status == .deadAtStart },
      byKind: Dictionary(died.map { ($0.kind, 1) }, uniquingKeysWith: +),
      incidence: Dictionary(
        uniqueKeysWithValues: kinds.enumerated().map { ($1, johansen?.incidence[$0] ?? empty) }),
      survival: meier?.curve ?? StepCurve(start: 1, points: []), medianTime: meier?.median, ratio: ratio(deaths))
  }

  /// Deaths so far and nuclei in view at each time at which a track begins, dies or ends.
  private static func ratio(_ deaths: [Death]) -> [RatioPoint] {
    let times = Set(deaths.flatMap { [$0.firstTime, $0.onsetTime, $0.lastTime].compactMap(\.self) }).sorted()
    let onsets = deaths.filter { $0.status == .died }.compactMap(\.onsetTime).sorted()
    let begins = deaths.map(\.firstTime).sorted()
    let ends = deaths.map(\.lastTime).sorted()
    var (onset, begin, end) = (0, 0, 0)
    return times.map { time in
      while onset < onsets.count, onsets[onset] <= time { onset += 1 }
      while begin < begins.count, begins[begin] <= time { begin += 1 }
      while end < ends.count, ends[end] < time { end += 1 }
      return RatioPoint(time: time, deaths: onset, nuclei: begin - end)
    }
  }

  // MARK: Conditions

  /// Experiment and well → condition; the well itself without a plate map.
  private static func conditions(
    _ deaths: Deaths, _ plate: PlateMap?, _ column: String?
  ) throws(ZooError) -> [[String]: String] {
    let keys = Set(deaths.deaths.map { [$0.experiment, $0.well] })
    guard let plate else {
      return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0[1].isEmpty ? "all cells" : $0[1]) })
    }
    let place: Int
    if let column {
      guard let found = plate.columns.firstIndex(of: column) else {
        throw Dataset.missing(column, "condition", "column of the plate map", among: plate.columns)
      }
      place = found
    } else {
      place = 0
    }
    var conditions: [[String]: String] = [:]
    var missing: [String] = []
    for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      if let values = plate.values(deaths.places[key] ?? ["experiment": key[0], "well": key[1]]) {
        conditions[key] = values[place]
      } else {
        missing.append(key.filter { !$0.isEmpty }.joined(separator: " / "))
      }
    }
    guard missing.isEmpty else {
      throw ZooError(
        .badInput,
        problem: "the plate map lacks \(Figures.counted(missing.count, "well")): "
          + missing.prefix(10).joined(separator: ", ") + (missing.count > 10 ? ", …" : ""),
        expected: "a row for each well of the predictions")
    }
    if let blank = conditions.filter({ $0.value.trimmed.isEmpty }).keys.min(by: { $0.lexicographicallyPrecedes($1) }) {
      throw ZooError(
        .badInput,
        problem:
          "the plate map says nothing of the well \(blank.filter { !$0.isEmpty }.joined(separator: " / ")) in the column "
          + "'\(plate.columns[place])'",
        expected: "a condition for each well of the predictions", remedy: "Name it, e.g. untreated")
    }
    if let variants = Spelling.variants(Dictionary(conditions.values.map { ($0, 1) }, uniquingKeysWith: +)).first {
      throw ZooError(
        .badInput,
        problem: "conditions in the column '\(plate.columns[place])' that differ only in how they are written: "
          + variants.map { "'\($0.text.onOneLine)' (\(Figures.counted($0.count, "well")))" }.joined(separator: " and "),
        expected: "one name for a condition", remedy: "Write each in one way in the plate map")
    }
    return conditions
  }

  /// - Parameters:
  ///   - wells: of the two conditions.
  ///   - cells: of the two conditions.
  private static func contrast(
    _ name: String, _ reference: String, _ kind: String, wells: [Curves], cells: [Death], kinds: [String],
    conditions: [[String]: String], unit: String, horizon: Double
  ) -> Contrast {
    func value(_ curves: Curves) -> Double {
      kind == "all" ? 1 - curves.survival.value(at: horizon) : curves.incidence[kind]?.value(at: horizon) ?? 0
    }
    let members = wells.filter { $0.cells > 0 }
    var units: [UnitContrast.Unit] = []
    if unit == "experiment" {
      // An experiment is one unit of each condition: the mean of its wells.
      for experiment in Set(members.map(\.experiment)).sorted() {
        for condition in [reference, name] {
          let values = members.filter { $0.experiment == experiment && $0.condition == condition }.map(value)
          if values.isEmpty { continue }
          units.append(
            .init(value: values.reduce(0, +) / Double(values.count), isSecond: condition == name, stratum: experiment))
        }
      }
    } else {
      units = members.map { .init(value: value($0), isSecond: $0.condition == name, stratum: $0.experiment) }
    }
    var contrast = Contrast(condition: name, reference: reference, kind: kind, units: UnitContrast(units))
    if let data = data(cells, kinds: kinds, groups: { conditions[[$0.experiment, $0.well]] == name ? 1 : 0 }) {
      let number = (kinds.firstIndex(of: kind) ?? 0) + 1
      contrast.cellPValue = kind == "all" ? LogRank(data)?.pValue : GrayTest(data, kind: number)?.pValue
    }
    return contrast
  }

  // MARK: Cautions

  private static func cautions(_ analysis: DeathAnalysis, _ deaths: Deaths) -> [String] {
    var cautions: [String] = []
    let total = deaths.deaths.count
    if !deaths.wellColumns.isEmpty {
      cautions.append("wells of one name are told apart by the columns \(deaths.wellColumns.joined(separator: ", "))")
    }
    var fields: [[String]: Set<String>] = [:]
    for death in deaths.deaths { fields[[death.experiment, death.well], default: []].insert(death.field) }
    let several = fields.filter { $0.value.count > 1 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    if let (well, names) = several.first {
      let name = well.filter { !$0.isEmpty }.joined(separator: " / ")
      let shown = names.sorted().prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
      cautions.append(
        "\(several.count) of \(Figures.counted(fields.count, "well")) \(several.count == 1 ? "holds" : "hold") several fields, which count as one well: "
          + "\(name.isEmpty ? "cells without a well" : name) has \(names.count) (\(shown)); if these are of different plates, say so in a column 'experiment' or 'plate'"
      )
    }
    let early = deaths.deaths.count { $0.status == .deadAtStart }
    if early > 0 {
      cautions.append(
        "\(early) of \(total) cells were dead when first seen: when they died isn't known, and curves leave them out")
    }
    let lost = deaths.deaths.count { $0.status == .lost }
    if lost * 5 > total {
      cautions.append(
        "\(lost) of \(total) tracks end before the recording: if dying cells are lost more often than others, curves are too low"
      )
    }
    if let fewest = analysis.contrasts.compactMap(\.units?.arrangements).min(), fewest < 20 {
      cautions.append(
        "with so few \(analysis.unit)s the smallest possible p is \(Figures.fixed(2 / fewest)): more \(analysis.unit)s can show more"
      )
    }
    if analysis.contrasts.contains(where: { $0.cellPValue != nil }) {
      let start = max(0, deaths.deaths.map(\.firstTime).min() ?? 0)
      let late = deaths.deaths.count {
        $0.status != .deadAtStart && $0.lastTime > $0.firstTime && $0.firstTime > start
      }
      if late > 0, analysis.kinds.count > 1 {
        cautions.append(
          "Gray's test is of cells in view from the start: \(late) of \(total) that came later are left out of it, not of the others"
        )
      }
      cautions.append(
        "the log-rank and Gray's test take cells as independent, but cells of a well are alike: their p is too small")
    }
    for curves in analysis.wells where curves.cells < 20 {
      cautions.append(
        "\(curves.name.isEmpty ? "a well" : curves.name) has only \(Figures.counted(curves.cells, "cell"))")
    }
    return cautions
  }
}
