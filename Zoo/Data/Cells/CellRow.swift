import ZooFormat
import ZooImages

/// One position of a cell, as a table has it, in pixels and in the files' own count of frames.
package struct CellRow: Sendable {
  /// Place among the fields.
  package var field: Int
  package var frame: Int
  /// The centre of the first pixel is 0.
  package var x: Double
  package var y: Double
  /// Empty for a position outside of all tracks.
  package var track: String
  /// Tells positions of one field and frame apart.
  var object: String
  /// What the table says of it, if it says.
  package var label: String?
  /// How much the label counts in the loss, above 0.
  var weight: Float = 1
  /// Hours since the film began, if the table says it.
  package var time: Double?
  /// The table and the line that it stands in; line 0 for label images.
  var table: Int
  var line: Int
}

/// What the tables of a layout say, before frames are reconciled with the files'.
struct CellTables: Sendable {
  var rows: [CellRow] = []
  var files: [String] = []
  /// By the places of tables, what their positions were measured in.
  var units: [Int: PositionUnit] = [:]
  /// What was found, for whoever checks the data.
  var findings: [String] = []
  /// Positions outside of tracks that were left out.
  var outside: [CellRow] = []
  /// Rows without a position or a frame.
  var blank = 0
  /// Whether the frames are the files' own numbers, as with label images.
  var framesAreFiles = false

  /// Leaves out tracks with two positions in a frame, as programs number both branches of a division, and says how many.
  mutating func leaveOutDivisions() -> String? {
    struct Track: Hashable {
      var field: Int
      var name: String
    }
    var frames: [Track: Set<Int>] = [:]
    var divided: Set<Track> = []
    for row in rows where !row.track.isEmpty {
      let track = Track(field: row.field, name: row.track)
      if !frames[track, default: []].insert(row.frame).inserted { divided.insert(track) }
    }
    guard let example = divided.min(by: { ($0.field, $0.name) < ($1.field, $1.name) }) else { return nil }
    let count = rows.count
    rows.removeAll { divided.contains(Track(field: $0.field, name: $0.track)) }
    return
      "\(Figures.counted(divided.count, "track")) with two positions in a frame, e.g. \(example.name.onOneLine), left out with \(Figures.counted(count - rows.count, "position")) (data.accept=[divisions])"
  }

  /// Leaves out positions in frames that their film doesn't have, and says of which fields how many.
  mutating func leaveOutBeyond(_ images: FieldImages, shift: Int) -> String? {
    func isThere(_ row: CellRow) -> Bool {
      let field = images.fields[row.field]
      return (field.firstFrame...field.lastFrame).contains(row.frame)
    }
    let beyond = rows.filter { !isThere($0) }
    guard !beyond.isEmpty else { return nil }
    rows.removeAll { !isThere($0) }
    outside.removeAll { !isThere($0) }
    let shown = Set(beyond.map(\.field)).sorted().map { place in
      let (field, frames) = (images.fields[place], beyond.filter { $0.field == place }.map(\.frame))
      return
        "'\(field.name)' has frames \(field.firstFrame - shift) to \(field.lastFrame - shift), its table goes from "
        + "\((frames.min() ?? 0) - shift) to \((frames.max() ?? 0) - shift) beyond"
    }
    return
      "\(Figures.counted(beyond.count, "position")) left out, in frames that the film lacks (data.accept=[missingFiles]): "
      + shown.prefix(3).joined(separator: "; ") + (shown.count > 3 ? " …" : "")
  }
}
