/// One cell of a simulated field from its birth to its end: its life and its way.
struct FieldCell {
  var life: CellLife
  /// Radius of the space that it takes, in pixels.
  var radius: Double
  /// In pixels of the field, before the stage's drift; one for each frame from ``birth`` on.
  var path: [(x: Double, y: Double)]
  var velocity: (x: Double, y: Double)
  /// The first frame.
  var birth: Int
  /// The frame from which on it is gone: divided, detached, or past the film.
  var end: Int
  /// Place of the mother among the cells of the field.
  var mother: Int?
  /// When it divides; the daughters are there from then on.
  var division: Int?

  /// Where it is in a frame; `nil` before and after its time.
  func place(at frame: Int) -> (x: Double, y: Double)? {
    guard frame >= birth, frame < end, frame - birth < path.count else { return nil }
    return path[frame - birth]
  }

  /// What it is at a moment: the fate's class from the onset of dying on, healthy before.
  func stage(at frame: Int) -> CellClass {
    life.cellClass != .healthy && Double(frame) >= life.onset ? life.cellClass : .healthy
  }
}
