/// A key in which the specs of runs differ, and its value in each.
package struct SpecDifference: Codable, Sendable, Hashable {
  package var path: String
  /// In the order of the runs, as JSON.
  package var values: [String]

  /// All keys in which `specs` differ, but for their names, in the order of the reference.
  static func among(_ specs: [Spec]) -> [SpecDifference] {
    SpecSchema.keys.filter { !["name", "summary"].contains($0.path) }.compactMap { key in
      let values = specs.map { key.read($0).canonicalText(indented: false) }
      return Set(values).count > 1 ? SpecDifference(path: key.path, values: values) : nil
    }
  }

  /// `data.channels: ["BF"] | ["BF", "PI"]`.
  var text: String { "\(path): \(values.joined(separator: " | "))" }
}
