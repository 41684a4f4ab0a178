import Foundation
import ZooData
import ZooFormat

/// What the rows of the table are: frames of tracks, and labels.
extension DataProbe {
  mutating func probeSequences(_ table: CSVTable, _ roles: ColumnRoles) throws(ZooError) {
    guard let name = roles.sequence, let frame = roles.frame, let track = table.index(of: name),
      let time = table.index(of: frame)
    else {
      if roles.sequence == nil, let found = roles.likelySequence(table) {
        say(
          "columns",
          "Unsure: rows of one '\(found.track)' differ in '\(found.time)', as the frames of a track do. They are taken as single images, and stay on one side of the split. For sequences, set frame: \"\(found.time)\" here, and frames."
        )
        spec.columns.sequence = found.track
      }
      return
    }
    // Tracks that are numbered anew in each experiment or movie have a frame twice until that is taken into their name.
    var within: [Int] = []
    func hasRepeats() -> Bool {
      var seen: Set<[String]> = []
      return table.rows.contains { row in !seen.insert((within + [track, time]).map { row[$0] }).inserted }
    }
    for group in roles.groups.compactMap(table.index(of:)) where hasRepeats() { within.append(group) }
    guard !hasRepeats() else {
      say(
        "columns",
        "Unsure: there are several rows with the same '\(name)' and '\(frame)', so these are taken as single images. Those of one '\(name)' stay on one side of the split."
      )
      spec.columns.sequence = name
      return
    }
    var rows: [[String]: [Int]] = [:]
    for (index, row) in table.rows.enumerated() { rows[(within + [track]).map { row[$0] }, default: []].append(index) }
    if let label = table.index(of: spec.columns.label),
      let change = rows.values.first(where: { Set($0.map { table.rows[$0][label].trimmed }).count > 1 })
    {
      say(
        "columns",
        "Single images, not sequences: labels change within '\(name)', e.g. in '\(table.rows[change[0]][track])'. Those of one stay on one side of the split."
      )
      spec.columns.sequence = name
      spec.columns.within = within.map { table.columns[$0] }
      return
    }
    spec.columns.sequence = name
    spec.columns.frame = frame
    spec.columns.within = within.map { table.columns[$0] }
    let lengths = rows.values.map(\.count).sorted()
    // Nine tenths of the tracks have as many frames; a model of more than 16 is slow to begin with.
    let common = max(lengths[lengths.count / 10], min(2, lengths[lengths.count - 1]))
    let frames = min(common, 16)
    spec.frames = frames
    let (least, most) = (lengths[0], lengths[lengths.count - 1])
    if least == most {
      say("frames", "Each of \(lengths.count) sequences has \(least) frames.")
    } else {
      say(
        "frames",
        "\(lengths.count) sequences have \(least) to \(most) frames, half of them \(lengths[lengths.count / 2]) or more."
      )
    }
    if most > frames {
      say(
        "frames",
        "Longer ones are cut into windows of \(frames) that don't overlap; data.windows: \"last\" takes the end.")
    }
  }

  /// Labels that are written in several ways become one, which is said.
  mutating func probeLabels(_ table: CSVTable) {
    guard let label = table.index(of: spec.columns.label) else { return }
    var counts: [String: Int] = [:]
    for row in table.rows { counts[row[label].trimmed.precomposedStringWithCanonicalMapping, default: 0] += 1 }
    for variants in Spelling.variants(counts.filter { !Spelling.isNothing($0.key) }) {
      for other in variants.dropFirst() { spec.relabel[other.text] = variants[0].text }
      say(
        "relabel",
        "Unsure: taken as one class: \(variants.map { "'\($0.text)' (\($0.count))" }.joined(separator: ", ")).")
    }
    var classes: [String: Int] = [:]
    for (text, count) in counts where !Spelling.isNothing(text) {
      classes[spec.relabel[text] ?? text, default: 0] += count
    }
    let most = classes.values.max() ?? 0
    let rare = classes.filter { $0.value * 5 < most }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if !rare.isEmpty, rare.count < classes.count - 1 {
      say(
        "relabel",
        "Unsure: rare, so perhaps no classes of their own: \(rare.prefix(8).map { "'\($0.key)' (\($0.value))" }.joined(separator: ", ")). Name another class for them here, or leave them out of `classes`."
      )
    }
  }
}
