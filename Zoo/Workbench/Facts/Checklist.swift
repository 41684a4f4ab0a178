import ZooPlugins

/// A reporting guideline, filled from what the tool knows of a run. What only a person can say is left blank and marked.
package struct Checklist: Sendable {
  struct Item: Sendable {
    /// As the guideline numbers it.
    let number: String
    /// What is asked for, in a few words of ours.
    let question: String
    let facts: [RunFacts.Fact]

    init(_ number: String, _ question: String, _ facts: RunFacts.Fact...) {
      self.number = number
      self.question = question
      self.facts = facts
    }
  }

  let name: String
  /// Where the guideline is published.
  let source: String
  let items: [Item]

  /// In the order in which they are written.
  static let all: [Checklist] = [.reforms, .dome, .claim, .tripod]

  /// All guidelines as one Markdown document.
  package static func markdown(_ name: String, _ facts: RunFacts) -> String {
    var text = """
      # Reporting checklists: \(ModelCard.escaped(name))

      Filled by \(facts[.version] ?? "the tool") from the files of the run. Rows with ☐ have to be answered by a person; what is
      filled in should be read before it is believed. The questions are shortened: the guidelines themselves count.

      """
    for list in all {
      let filled = list.items.count { list.answer($0, facts) != nil }
      text += """

        ## \(list.name)

        \(list.source) \(filled) of \(list.items.count) items are filled in.

        | item | question | answer |
        |---|---|---|

        """
      for item in list.items {
        text += "| \(item.number) | \(item.question) | \(list.answer(item, facts) ?? ModelCard.blank) |\n"
      }
    }
    return text
  }

  /// All guidelines: `name`, `source`, and `items` with `number`, `question` and `answer`, which is `null` where a person has
  /// to answer.
  package static func json(_ facts: RunFacts) -> JSONValue {
    .array(
      all.map { list in
        .object([
          "name": .string(list.name), "source": .string(list.source),
          "items": .array(
            list.items.map { item in
              let answers = item.facts.compactMap { facts[$0] }
              return .object([
                "number": .string(item.number), "question": .string(item.question),
                "answer": answers.isEmpty ? .null : .string(answers.joined(separator: "\n")),
              ])
            }),
        ])
      })
  }

  private func answer(_ item: Item, _ facts: RunFacts) -> String? {
    let answers = item.facts.compactMap { facts[$0] }
    return answers.isEmpty ? nil : answers.map(ModelCard.escaped).joined(separator: "<br>")
  }
}
