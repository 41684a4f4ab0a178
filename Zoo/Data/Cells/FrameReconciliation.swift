import ZooFormat
import ZooImages

/// Brings the frames of tables, which may count from 0 or from 1, to the numbers of the files.
///
/// Nothing is ever cut from a frame that the table doesn't mean: only one shift may be possible, or the spec says it.
enum FrameReconciliation {
  private static let remedy =
    "Check that images and tables are of the same film; data.accept=[missingFiles] leaves positions out whose frames the film lacks, and takes the others by their numbers: of a film that lacks one in the middle, those behind it would be wrong"

  private static func list(_ names: [String]) -> String {
    names.prefix(3).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 3 ? " …" : "")
  }

  /// Tables of which some count from a number that is one lower or higher than that of the others.
  /// - Parameter wrong: Those that don't fit with `shift`.
  /// - Returns: `nil` if it is something else.
  private static func mixed(
    _ tables: [ClosedRange<Int>], _ files: [ClosedRange<Int>], _ names: [String], wrong: [Int], shift: Int
  ) -> (problem: String, remedy: String)? {
    let right = tables.indices.filter { !wrong.contains($0) }
    let other = [shift - 1, shift + 1].first { other in
      wrong.allSatisfy {
        tables[$0].lowerBound + other >= files[$0].lowerBound && tables[$0].upperBound + other <= files[$0].upperBound
      } && wrong.contains { tables[$0].lowerBound + other == files[$0].lowerBound }
    }
    guard let other, let example = right.first else { return nil }
    let start = files[example].lowerBound
    let areFew = wrong.count <= right.count
    let few = areFew ? wrong : right
    let (own, rest) = areFew ? (other, shift) : (shift, other)
    let listed = list(few.map { names[$0] })
    return (
      "the \(Figures.counted(few.count, "table")) of \(listed) count\(few.count == 1 ? "s" : "") from \(start - own), the other "
        + "\(tables.count - few.count) from \(start - rest), where films begin at \(start)",
      "Number the frames of all tables alike: \(own < rest ? "subtract 1 from" : "add 1 to") those of \(listed)"
    )
  }

  /// What is to be added to the tables' frames.
  ///
  /// - Parameters:
  ///   - tables: The first and the last frame of each field that has positions, as the tables have it.
  ///   - files: The same as the files have it.
  ///   - areFiles: Whether the tables' frames stand in file names as the images' do, so that they are the same numbers.
  ///   - names: Of the fields.
  ///   - passesOver: Whether films may have fewer frames than their tables, which then say nothing of the count.
  ///   - given: `data.cells.firstFrame`: the tables' number of the files' first frame.
  /// - Returns: The shift, and why it is that one.
  /// - Throws: ``ZooError`` if a table speaks of frames that no file has, or two shifts are possible.
  static func shift(
    tables: [ClosedRange<Int>], files: [ClosedRange<Int>], names: [String] = [], given: Int?, areFiles: Bool = false,
    passesOver: Bool = false
  ) throws(ZooError) -> (shift: Int, why: String) {
    guard let first = tables.map(\.lowerBound).min(), let last = tables.map(\.upperBound).max(),
      let start = files.map(\.lowerBound).min(), let end = files.map(\.upperBound).max()
    else { return (0, "") }
    func fits(_ field: Int, _ shift: Int) -> Bool {
      if passesOver, tables[field].count > files[field].count { return true }
      return tables[field].lowerBound + shift >= files[field].lowerBound
        && tables[field].upperBound + shift <= files[field].upperBound
    }
    func fits(_ shift: Int) -> Bool { tables.indices.allSatisfy { fits($0, shift) } }
    /// What is wrong with the first field that doesn't fit.
    func misfit(_ shift: Int, _ span: String) -> (problem: String, remedy: String?) {
      let wrong = tables.indices.filter { !fits($0, shift) }
      guard tables.count > 1, let field = wrong.first, names.indices.contains(field) else {
        return (span, tables[0].count > files[0].count ? Self.remedy : nil)
      }
      let (table, file) = (tables[field], files[field])
      if let mixed = Self.mixed(tables, files, names, wrong: wrong, shift: shift) {
        return (mixed.problem + " (in all, \(span))", mixed.remedy)
      }
      let others = wrong.count > 1 ? ", and \(wrong.count - 1) more" : ""
      return (
        "the table of '\(names[field])' goes from frame \(table.lowerBound) to \(table.upperBound), its film from "
          + "\(file.lowerBound) to \(file.upperBound)\(others) (in all, \(span))",
        wrong.allSatisfy { tables[$0].count > files[$0].count } ? Self.remedy : nil
      )
    }
    let span = "the tables' frames run from \(first) to \(last), the files' from \(start) to \(end)"
    if let given {
      guard fits(start - given) else {
        let (problem, remedy) = misfit(start - given, span)
        throw ZooError(
          .badInput, path: "data.cells.firstFrame", problem: "is \(given), but \(problem)",
          expected: "frames that the files have", remedy: remedy ?? "Change data.cells.firstFrame")
      }
      return (start - given, "\(span); \(given) is the files' first, as data.cells.firstFrame says")
    }
    guard first != start, !areFiles else {
      guard fits(0) else {
        let (problem, remedy) = misfit(0, span)
        throw ZooError(
          .badInput, path: "data.cells.tables", problem: problem, expected: "files of all frames that the tables have",
          remedy: remedy ?? "Check that images and tables are of the same film")
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
          ? misfit(start - first, span).problem
          : "\(span): it isn't said whether the tables count from \(first) or from \(start)",
        expected: "the tables' number of the first file, e.g. \(start) or \(first)",
        remedy: candidates.isEmpty
          ? misfit(start - first, span).remedy ?? "Check that images and tables are of the same film"
          : "Set data.cells.firstFrame")
    }
    return (shift, shift == 0 ? span : "\(span): \(shift > 0 ? "+" : "−")\(abs(shift)) on the tables' numbers")
  }
}
