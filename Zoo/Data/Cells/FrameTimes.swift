import ZooFormat
import ZooImages

/// Times that are given as numbers of frames: the hours 0, 3 and 6 of a film of three frames, of which 3 is the second
/// picture and the number of the third.
enum FrameTimes {
  /// What columns of times are called; `t` and `time` may be numbers of frames just as well, if they go in steps of 1.
  private static let names: Set<String> = [
    "h", "hr", "hrs", "hour", "hours", "hpi", "hpt", "min", "mins", "minute", "minutes", "s", "sec", "seconds", "time",
    "times", "timeh", "timehr", "timehours", "timemin", "timeminutes", "timesec", "day", "days", "zeit", "zeith",
    "zeitmin", "stunde", "stunden", "minuten", "temps", "tempsh", "tempsmin", "heure", "heures", "tiempo", "horas",
    "tempo", "ore",
  ]
  private static let shown = 6

  /// Whether a column is called as times are.
  static func isTime(_ column: String) -> Bool { names.contains(ColumnRoles.plain(column)) }

  /// Whether a column numbers frames or is of their times: its values are no groups of samples. Days are.
  static func counts(_ column: String) -> Bool {
    ColumnRoles.level(column) == nil && (isTime(column) || ColumnRoles.isFrame(column))
  }

  /// The smallest difference of numbers that follow each other; `nil` for fewer than two.
  /// - Parameter sorted: Different numbers, ascending.
  static func smallestStep(_ sorted: [Int]) -> Int? { zip(sorted, sorted.dropFirst()).map { $1 - $0 }.min() }

  private static func list(_ numbers: some Collection<Int>) -> String {
    guard numbers.count > shown else { return numbers.map(String.init).joined(separator: ", ") }
    return numbers.prefix(shown - 1).map(String.init).joined(separator: ", ") + " …"
  }

  /// What isn't sure of a column that is called as times are, and whose numbers may be those of frames.
  ///
  /// - Parameters:
  ///   - column: Its name.
  ///   - numbers: What stands in it.
  ///   - film: The frames of the longest film, in the tables' count.
  ///   - file: The table.
  ///   - key: The key of the spec that names the column.
  /// - Returns: A remark; `nil` if there is nothing to be said.
  /// - Throws: ``ZooError`` if the numbers go in steps of 2 or more past every film, and are as many as its frames or called
  ///   as times are.
  static func check(
    _ column: String, _ numbers: Set<Int>, film: ClosedRange<Int>, file: String, key: String
  ) throws(ZooError) -> String? {
    let sorted = numbers.sorted()
    guard let first = sorted.first, let last = sorted.last, first < last || first != film.lowerBound else { return nil }
    let isTime = isTime(column)
    guard smallestStep(sorted) ?? 2 > 1, isTime || sorted.count == film.count else { return nil }
    guard sorted.count > 1, last - first >= film.count else {
      return isTime && film.count > 1
        ? "unsure: the column '\(column)' (\(list(sorted))) is called as times are, and taken as the numbers of frames"
        : nil
    }
    throw ZooError(
      .badInput, file: file, path: key,
      problem:
        "the column '\(column)' has \(list(sorted)), and each film \(Figures.counted(film.count, "frame")): it is a time",
      expected: "the number of each row's frame",
      remedy: "Number the frames \(list(film)) in a column of their own, and name it in \(key)")
  }
}
