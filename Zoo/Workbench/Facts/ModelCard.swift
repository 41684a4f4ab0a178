import Foundation
import ZooPlugins

/// What a stranger should know of a model, as Markdown (Mitchell et al., “Model Cards for Model Reporting”, 2019). What only a
/// person can know is marked.
package struct ModelCard: Sendable {
  package let markdown: String

  private init(markdown: String) { self.markdown = markdown }

  /// Where a `.zoo` file keeps the card, among the notes.
  static let note = "card"

  /// What stands where a person has to write.
  static let blank = "**☐ to be written by a person**"

  init(_ name: String, _ facts: RunFacts) {
    var text = "# \(Escape.line(name))\n"
    for section in Self.sections {
      text += "\n## \(section.title)\n\n"
      for (term, fact) in section.facts {
        guard let value = facts[fact] else { continue }
        text += "- \(term): \(Self.escaped(value))\n"
      }
      for question in section.questions { text += "- \(question): \(Self.blank)\n" }
    }
    self.init(markdown: text)
  }

  private typealias Section = (title: String, facts: [(String, RunFacts.Fact)], questions: [String])

  private static let sections: [Section] = [
    (
      "Model",
      [
        ("task", .task), ("classes", .classes), ("channels, in order", .channels), ("parts", .model),
        ("made with", .version),
      ],
      ["authors, licence and contact"]
    ),
    ("Intended use", [], ["what it is for, and for whom", "what it must not be used for"]),
    (
      "Data",
      [
        ("source", .source), ("items", .counts), ("left out", .excluded), ("split", .splitRule),
        ("separation", .separation), ("preprocessing", .preprocessing), ("fingerprint", .fingerprint),
      ], ["microscope, cells, stains and how labels were made"]
    ),
    (
      "Training",
      [
        ("initial weights", .initialization), ("recipe", .training), ("augmentation", .augmentation),
        ("class balance", .imbalance), ("chosen checkpoint", .selection), ("seeds", .seeds),
        ("what was tried", .configurations),
        ("machine", .compute), ("cost", .cost), ("command", .command),
      ], []
    ),
    (
      "Results",
      [
        ("before all", .confounding), ("figures", .metrics), ("intervals", .intervals), ("by class", .perClass),
        ("calibration", .calibration),
        ("by group", .subgroups), ("without a network, balanced accuracy", .baselines),
        ("where it looks", .explanation),
        ("speed", .inference),
      ], []
    ),
    ("Limits", [("cautions", .cautions)], ["known failures, and data that it wasn't made for"]),
  ]

  /// `name`, and `sections` with a `title`, what is known by its `facts`, and the `open` questions.
  package var json: JSONValue {
    var name = ""
    var sections: [(title: String, facts: [String: JSONValue], open: [JSONValue])] = []
    for line in markdown.split(separator: "\n") {
      if line.hasPrefix("## ") {
        sections.append((Self.unescaped(line.dropFirst(3)), [:], []))
      } else if line.hasPrefix("# ") {
        name = Self.unescaped(line.dropFirst(2))
      } else if line.hasPrefix("- "), !sections.isEmpty, let colon = line.range(of: ": ") {
        let (term, value) = (String(line[..<colon.lowerBound].dropFirst(2)), line[colon.upperBound...])
        if value == Self.blank {
          sections[sections.count - 1].open.append(.string(term))
        } else {
          sections[sections.count - 1].facts[term] = .string(Self.unescaped(value))
        }
      }
    }
    return .object([
      "name": .string(name),
      "sections": .array(
        sections.map { .object(["title": .string($0.title), "facts": .object($0.facts), "open": .array($0.open)]) }),
    ])
  }

  private static func unescaped(_ text: Substring) -> String {
    var (result, isEscaped) = ("", false)
    for character in text {
      if character == "\\", !isEscaped {
        isEscaped = true
      } else {
        result.append(character)
        isEscaped = false
      }
    }
    return result
  }

  /// Text of others in a line of Markdown: nothing in it is taken for markup.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in Escape.line(text) {
      if "\\`*_[]<>|#".contains(character) { result += "\\" }
      result.append(character)
    }
    return result
  }
}

extension ModelCard {
  /// The card of a run, or the one that a model's file carries.
  /// - Throws: ``ZooError`` if it is neither a finished run nor a model with a card.
  package init(_ path: String) throws {
    guard FileKind(path) == .folder else {
      let model = try Model.load(path)
      guard let card = model.card.notes[Self.note] else {
        throw ZooError(
          .badInput, file: path, problem: "carries no model card", expected: "a model that zoo train made",
          remedy: "Give the folder of the run, or train again with this version")
      }
      self.init(markdown: card)
      return
    }
    let folder = RunFolder(path)
    self.init(try folder.model(.model).card.name, try RunFacts(folder))
  }
}

extension RunFacts {
  /// What is known of a finished run, and of its suite if it lies in one.
  /// - Throws: ``ZooError`` if the run isn't finished.
  init(_ folder: RunFolder, illustrations: Illustrations? = nil) throws {
    try self.init(
      folder.spec(), folder.metrics(), environment: folder.has(.environment) ? folder.environment() : nil,
      suite: folder.suite(), explanations: illustrations?.explanations)
  }
}

extension RunFolder {
  /// The suite in whose folder the run lies, and what the run is called there; `nil` if it lies in none.
  func suite() throws -> (Suite, member: String)? {
    // Members may lie in folders of folders.
    var (above, name) = (URL(fileURLWithPath: path).standardizedFileURL, "")
    for _ in 0..<4 {
      name = above.lastPathComponent + (name.isEmpty ? "" : "/\(name)")
      above.deleteLastPathComponent()
      let folder = SuiteFolder(above.path)
      guard folder.isSuite else { continue }
      let suite = try folder.suite()
      if suite.members.contains(where: { $0.folder == name }) { return (suite, name) }
    }
    return nil
  }
}
