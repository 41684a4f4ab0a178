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
  var untracked = 0
  /// Rows without a position or a frame.
  var blank = 0
  /// Whether the frames are the files' own numbers, as with label images.
  var framesAreFiles = false
}
