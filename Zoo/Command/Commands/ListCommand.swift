import ZooWorkbench

extension Command {
  static let list = Command(
    name: "list", summary: "List the specs and the parts that a model can be made of.",
    arguments: [
      .init(
        name: "KIND|WORD",
        help: """
          specs, backbones, temporal or heads; all of them if not given. Further words choose those whose name or summary \
          has them all.
          """, count: 0...16)
    ],
    options: [.json],
    examples: [
      .init(line: "zoo list", help: "Everything, one line each."),
      .init(
        line: "zoo list backbones",
        help: "What model.backbone may be, with parameters, operations and the smallest image."),
      .init(line: "zoo list backbones quick", help: "The small ones, for quick work."),
      .init(line: "zoo list --json", help: "With the settings of each part and the resolved specs."),
    ],
    run: { try Listing($0).run() })
}

private struct Listing {
  let invocation: Invocation
  let kinds: [String]
  /// What a name or summary must have, in any case.
  let words: [String]

  private static let partKinds: [(name: String, kind: Plugin.Kind, title: String)] = [
    ("backbones", .backbone, "Backbones (model.backbone)"),
    ("temporal", .temporal, "Temporal parts, for sequences (model.temporal)"),
    ("heads", .head, "Heads (model.head)"),
  ]

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    let all = ["specs"] + Self.partKinds.map(\.name)
    guard let first = invocation.words.first else {
      (kinds, words) = (all, [])
      return
    }
    let isKind = all.contains(first)
    kinds = isKind ? [first] : all
    words = invocation.words.dropFirst(isKind ? 1 : 0).map { $0.lowercased() }
    guard try words.isEmpty || !isEmpty() else {
      let names = invocation.catalogue.names + invocation.registry.plugins.map(\.name) + all
      throw ZooError(
        .usage, problem: "nothing has \(words.map { "'\($0)'" }.joined(separator: " and ")) in its name or summary",
        expected: all.joined(separator: ", ") + ", or a word of a name",
        remedy: NearestName.of(first, in: names).map { "Did you mean '\($0)'?" })
    }
  }

  private func isEmpty() throws -> Bool {
    let specs = try kinds.contains("specs") ? self.specs() : []
    return specs.isEmpty && Self.partKinds.allSatisfy { !kinds.contains($0.name) || plugins($0.kind).isEmpty }
  }

  private func has(_ name: String, _ summary: String) -> Bool {
    let text = "\(name) \(summary)".lowercased()
    return words.allSatisfy(text.contains)
  }

  private func plugins(_ kind: Plugin.Kind) -> [Plugin] {
    invocation.registry.plugins(of: kind).filter { has($0.name, $0.summary) }
  }

  func run() throws {
    let specs = try kinds.contains("specs") ? self.specs() : []
    if invocation.has("json") { return try invocation.console.output(json: json(specs)) }
    var sections: [(String, [(String, String)])] = []
    if !specs.isEmpty { sections.append(("Specs (zoo train SPEC)", specs.map { ($0.name, $0.summary) })) }
    if kinds == ["backbones"] { return try invocation.console.output(backbones()) }
    for part in Self.partKinds where kinds.contains(part.name) {
      let rows = plugins(part.kind).map { ($0.name, $0.summary) }
      if !rows.isEmpty { sections.append((part.title, rows)) }
    }
    let width = sections.flatMap(\.1).map(\.0.count).max() ?? 0
    let text = sections.map { title, rows in
      title + "\n"
        + rows.map { "  " + $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }.joined()
    }.joined(separator: "\n")
    try invocation.console.output(text)
  }

  /// What backbones cost: asked for by their kind alone, because each is assembled for it.
  private func backbones() -> String {
    var table = TextTable([
      ("backbone", .left), ("parameters", .right), ("FLOPs", .right), ("features", .right), ("smallest", .right),
      ("", .left),
    ])
    for plugin in plugins(.backbone) {
      let figures = BackboneFigures(plugin, registry: invocation.registry)
      table.add([
        plugin.name, figures.map { ModelSummary.grouped($0.parameters) } ?? "",
        figures.map { Figures.count($0.flops) } ?? "",
        figures.map { "\($0.features)" } ?? "", figures.map { "\($0.smallest)" } ?? "", plugin.summary,
      ])
    }
    let side = BackboneFigures.side
    return table.text + """

      Parameters without the head; operations for one image of \(side) × \(side) pixels and three channels; the side of the \
      smallest image, in pixels.

      """
  }

  private func specs() throws -> [Spec] {
    try invocation.catalogue.names.compactMap { try invocation.specReader.read($0).first?.spec }
      .filter { has($0.name, $0.summary) }
  }

  private func json(_ specs: [Spec]) -> JSONValue {
    var object: [String: JSONValue] = [:]
    if kinds.contains("specs") { object["specs"] = .array(specs.map(\.json)) }
    for part in Self.partKinds where kinds.contains(part.name) {
      object[part.name] = .array(plugins(part.kind).map(json))
    }
    return .object(object)
  }

  private func json(_ plugin: Plugin) -> JSONValue {
    let settings = plugin.settings.map { setting in
      JSONValue.object([
        "name": .string(setting.name), "default": setting.standard, "expected": .string(setting.expectation),
        "help": .string(setting.help),
      ])
    }
    var object: [String: JSONValue] = [
      "name": .string(plugin.name), "summary": .string(plugin.summary), "settings": .array(settings),
    ]
    if kinds == ["backbones"], let figures = BackboneFigures(plugin, registry: invocation.registry) {
      object["parameters"] = .number(Double(figures.parameters))
      object["flops"] = .number(Double(figures.flops))
      object["features"] = .number(Double(figures.features))
      object["smallest"] = .number(Double(figures.smallest))
    }
    return .object(object)
  }
}
