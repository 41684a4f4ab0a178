import ZooData

extension Predictions {
  private static let columns = ["id", "subset", "group", "label", "predicted"]
  private static let probabilityPrefix = "p_"

  private static let uncertain = "uncertain"
  private static let caution = "warning"

  /// `predictions.csv`: `id, subset, group, label, predicted`, a column `p_CLASS` with the probability of each class, of a
  /// model with a decision a column `uncertain` (true or false), and, if there is something to say of any item, a column
  /// `warning`. The label of an item that has none is empty. Numbers are
  /// the shortest that give the same bits again.
  package var csv: String { csvLines.joined() }

  /// The lines of ``csv``, made one after the other: of many classes the text is many times the predictions.
  var csvLines: some Sequence<String> {
    let hasCautions = items.contains { !$0.cautions.isEmpty }
    let hasAnswers = hasAnswers
    let further = (hasAnswers ? [Self.uncertain] : []) + (hasCautions ? [Self.caution] : [])
    let header = CSV.line(Self.columns + classes.map { Self.probabilityPrefix + $0 } + further)
    let lines = items.lazy.map { item in
      let label = item.label.map { classes[$0] } ?? ""
      let facts = [item.id, item.subset, item.group, label, classes[item.predicted]]
      let said =
        (hasAnswers ? [item.isUncertain.map { "\($0)" } ?? ""] : [])
        + (hasCautions ? [item.cautions.joined(separator: "; ")] : [])
      return CSV.line(facts + item.probabilities.map { "\($0)" } + said)
    }
    return [AnySequence(CollectionOfOne(header)), AnySequence(lines)].joined()
  }

  /// Whether the model that gave them has a decision of its own.
  var hasAnswers: Bool { items.contains { $0.isUncertain != nil } }

  /// Reads what ``csv`` wrote; without a column `uncertain`, the column `predicted` follows from the probabilities and
  /// isn't read. O(bytes); takes four bytes for each item and class, and as much again for the text.
  /// - Throws: ``ZooError`` with the line of a number or a class that isn't one; or if the memory isn't left.
  package init(csv text: String, file: String) throws(ZooError) { try self.init(csv: Array(text.utf8), file: file) }

  /// The same from the bytes of a file.
  package init(csv bytes: [UInt8], file: String) throws(ZooError) {
    var records = try CSV.Records(bytes, file: file)
    let columns = records.header
    let count = Self.columns.count
    let hasCautions = columns.last == Self.caution
    var header = hasCautions ? columns.dropLast() : columns[...]
    let hasAnswers = header.last == Self.uncertain
    if hasAnswers { header = header.dropLast() }
    guard header.starts(with: Self.columns), header.count > count,
      header[count...].allSatisfy({ $0.hasPrefix(Self.probabilityPrefix) })
    else {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "the columns are \(header.joined(separator: ", "))",
        expected: "\(Self.columns.joined(separator: ", ")) and a column p_CLASS for each class")
    }
    let classes = header[count...].map { String($0.dropFirst(Self.probabilityPrefix.count)) }
    let indices = Dictionary(classes.enumerated().map { ($1, $0) }) { first, _ in first }
    var items: [Item] = []
    while let row = try records.next() {
      // The list of items doubles when it is full.
      if items.count.nonzeroBitCount == 1 {
        let size = (4 * classes.count + 2 * MemoryLayout<Item>.stride) * items.count
        do throws(ZooError) {
          try MemoryAccount.current.check(size, for: "a table of predictions")
        } catch {
          throw error.at(file: file)
        }
      }
      guard row[3].isEmpty || indices[row[3]] != nil else {
        throw ZooError(
          .badInput, file: file, problem: "row \(items.count + 1): the label is '\(row[3])'",
          expected: classes.joined(separator: ", "))
      }
      var probabilities: [Float] = []
      probabilities.reserveCapacity(classes.count)
      for field in row[count..<header.endIndex] {
        guard let probability = Float(field) else {
          throw ZooError(
            .badInput, file: file, problem: "row \(items.count + 1): '\(field)' is not a probability",
            expected: "a number")
        }
        probabilities.append(probability)
      }
      let caution = hasCautions ? row[columns.endIndex - 1] : ""
      var item = Item(
        id: row[0], subset: row[1], group: row[2], label: indices[row[3]], probabilities: probabilities,
        cautions: caution.isEmpty ? [] : [caution])
      if hasAnswers {
        guard let index = indices[row[4]], let isUncertain = Bool(row[header.endIndex]) else {
          throw ZooError(
            .badInput, file: file,
            problem: "row \(items.count + 1): the answer is '\(row[4])', '\(row[header.endIndex])'",
            expected: "a class, and true or false")
        }
        item = item.answered(Decision.Answer(index: index, isUncertain: isUncertain))
      }
      items.append(item)
    }
    do { try self.init(classes: classes, items: items) } catch { throw error.at(file: file) }
  }
}
