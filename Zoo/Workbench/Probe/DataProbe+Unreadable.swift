import ZooData
import ZooFormat

/// Images that can't be read are left out only where they are few and of no one group: else something is wrong with all.
extension DataProbe {
  /// One or two damaged files are an accident in any data.
  private static let fewest = 3

  /// - Parameters:
  ///   - cause: What is wrong with the first of them, in words.
  ///   - groups: For each image of the data that was looked at its groups, and whether it can't be read.
  /// - Throws: ``ZooError`` if all of a group, or more than a tenth, can't be read.
  func refuseLeavingOut(
    _ cause: String, _ images: [(groups: [String], isUnreadable: Bool)], columns: [String]
  ) throws(ZooError) {
    let count = images.count { $0.isUnreadable }
    guard count > 0, !given.has("data.onError") else { return }
    func refusal(_ what: String) -> ZooError {
      ZooError(
        .badInput, file: spec.root, path: "data.onError",
        problem: "\(what) can't be read, so that leaving them out isn't done unasked; the first: \(cause)",
        expected: "images that are all written alike",
        remedy: "Mend them, or set data.onError=skip to leave them out all the same")
    }
    for name in ColumnRoles.groups(columns) {
      guard let place = columns.firstIndex(of: name) else { continue }
      var counts: [String: (all: Int, unreadable: Int)] = [:]
      for image in images {
        counts[image.groups[place].trimmed, default: (0, 0)].all += 1
        if image.isUnreadable { counts[image.groups[place].trimmed, default: (0, 0)].unreadable += 1 }
      }
      let whole = counts.filter { $0.value.all > 1 && $0.value.unreadable == $0.value.all }
      guard counts.count > 1, let first = whole.min(by: { $0.key < $1.key }) else { continue }
      let others = whole.count > 1 ? " and of \(whole.count - 1) more" : ""
      throw refusal("all \(first.value.all) of \(name) '\(first.key.onOneLine)'\(others)")
    }
    if count >= Self.fewest, count * 10 > images.count {
      throw refusal("\(count) of \(Figures.counted(images.count, "image"))")
    }
  }

  /// The same for images whose headers are unreadable, which opening the data left out.
  func refuseSkipped(_ data: Dataset) throws(ZooError) {
    guard let first = data.skipped.first else { return }
    try refuseLeavingOut(
      "\(first.location.file ?? ""): \(first.problem)",
      data.samples.map { ($0.groups, false) } + data.skippedGroups.map { ($0, true) }, columns: data.groupColumns)
  }
}
