import ZooFormat
import ZooImages

/// What is doubtful in how classes, groups and subsets meet.
struct ClassFindings {
  private(set) var findings: [DataLook.Finding] = []

  /// Samples from which on a class of a subset says anything.
  private static let few = 10

  init(_ dataset: Dataset, _ grouping: LookGrouping, _ split: Split) {
    let labelled = dataset.samples.indices.filter { dataset.samples[$0].label != nil }
    for (label, name) in dataset.classes.enumerated() {
      let members = labelled.filter { dataset.samples[$0].label == label }
      let groups = Set(members.map(grouping.name))
      if let column = grouping.column, grouping.names.count > 1, groups.count == 1, let only = groups.first {
        findings.append(
          DataLook.Finding(
            text:
              "all \(members.count) of the class '\(name)' are of one \(column), '\(only)': the class and the \(column) can't be told apart"
          ))
      }
      for subset in Subset.allCases where !split[subset].isEmpty {
        let count = split[subset].count { dataset.samples[$0].label == label }
        if count < Self.few {
          findings.append(
            DataLook.Finding(text: "\(subset.rawValue) has \(Figures.counted(count, "sample")) of the class '\(name)'"))
        }
      }
    }
    guard let column = grouping.column, grouping.names.count > 1, dataset.classes.count > 1 else { return }
    let classes = Dictionary(grouping: labelled, by: grouping.name)
      .mapValues { Set($0.compactMap { dataset.samples[$0].label }) }
    let alone = grouping.names.compactMap { name in
      classes[name].flatMap { $0.count == 1 ? $0.first : nil }.map { "\(name): \(dataset.classes[$0])" }
    }
    guard !alone.isEmpty else { return }
    findings.append(
      DataLook.Finding(
        text: "\(alone.count) of \(grouping.names.count) values of '\(column)' have samples of one class alone",
        items: Array(alone.prefix(DataLook.mostItems)), count: alone.count))
  }
}
