import ZooFormat

/// Brings the frames of tables, which may count from 0 or from 1, to the numbers of the files.
///
/// Nothing is ever cut from a frame that the table doesn't mean: only one shift may be possible, or the spec says it.
enum FrameReconciliation {
  /// What is to be added to the tables' frames.
  ///
  /// - Parameters:
  ///   - tables: The first and the last frame of each field that has positions, as the tables have it.
  ///   - files: The same as the files have it.
  ///   - areFiles: Whether the tables' frames stand in file names as the images' do, so that they are the same numbers.
  ///   - given: `data.cells.firstFrame`: the tables' number of the files' first frame.
  /// - Returns: The shift, and why it is that one.
  /// - Throws: ``ZooError`` if a table speaks of frames that no file has, or two shifts are possible.
  static func shift(
    tables: [ClosedRange<Int>], files: [ClosedRange<Int>], given: Int?, areFiles: Bool = false
  ) throws(ZooError) -> (shift: Int, why: String) {
    guard let first = tables.map(\.lowerBound).min(), let last = tables.map(\.upperBound).max(),
      let start = files.map(\.lowerBound).min(), let end = files.map(\.upperBound).max()
    else { return (0, "") }
    func fits(_ shift: Int) -> Bool {
      zip(tables, files).allSatisfy { $0.lowerBound + shift >= $1.lowerBound && $0.upperBound + shift <= $1.upperBound }
    }
    let span = "the tables' frames run from \(first) to \(last), the files' from \(start) to \(end)"
    if let given {
      guard fits(start - given) else {
        throw ZooError(
          .badInput, path: "data.cells.firstFrame", problem: "is \(given), but \(span)",
          expected: "frames that the files have", remedy: "Change data.cells.firstFrame")
      }
      return (start - given, "\(span); \(given) is the files' first, as data.cells.firstFrame says")
    }
    guard first != start, !areFiles else {
      guard fits(0) else {
        throw ZooError(
          .badInput, path: "data.cells.tables", problem: span, expected: "files of all frames that the tables have",
          remedy: "Check that images and tables are of the same film")
      }
      return (0, first == start && last == end ? "frames \(start) to \(end), tables and files alike" : span)
    }
    // Either the numbers mean the same, or the first of one is the first of the other.
    let candidates = [0, start - first].filter(fits)
    guard candidates.count == 1 || (candidates.count == 2 && last - first == end - start), let shift = candidates.last
    else {
      throw ZooError(
        .badInput, path: "data.cells.firstFrame",
        problem: candidates.isEmpty
          ? span : "\(span): it isn't said whether the tables count from \(first) or from \(start)",
        expected: "the tables' number of the first file, e.g. \(start) or \(first)",
        remedy: candidates.isEmpty ? "Check that images and tables are of the same film" : "Set data.cells.firstFrame")
    }
    return (shift, shift == 0 ? span : "\(span): \(shift > 0 ? "+" : "−")\(abs(shift)) on the tables' numbers")
  }
}
