import ZooPlugins

/// The reference of the spec's keys, made from the schema.
package enum SpecReference {
  /// A table in Markdown for each section of the spec.
  package static var markdown: String {
    var sections: [(name: String, rows: [String])] = []
    for key in SpecSchema.keys {
      let names = key.path.split(separator: ".")
      let section = names.count == 1 ? "The spec itself" : "`\(names.dropLast().joined(separator: "."))`"
      if sections.last?.name != section { sections.append((section, [])) }
      sections[sections.count - 1].rows.append(row(key, String(names.last ?? "")))
    }
    let composition = SpecSchema.composition.map { "| `\($0.path)` | | | \(cell($0.help)) |" }
    sections.insert(("Putting specs together", composition), at: 0)
    return sections.map { name, rows in
      "### \(name)\n\n| key | default | may be | what it is |\n|---|---|---|---|\n" + rows.joined(separator: "\n")
        + "\n"
    }.joined(separator: "\n")
  }

  private static func row(_ key: SpecKey, _ name: String) -> String {
    let standard = key.standard.canonicalText(indented: false)
    return "| `\(name)` | `\(standard)` | \(key.kind.expectation) | \(cell(key.help)) |"
  }

  /// A bar would end the cell, also within code.
  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
