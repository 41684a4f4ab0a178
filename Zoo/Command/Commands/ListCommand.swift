import ZooWorkbench

extension Command {
  static let list = Command(
    name: "list", summary: "List the specs and the parts that a model can be made of.",
    arguments: [
      .init(name: "KIND", help: "specs, backbones, temporal or heads; all of them if not given.", count: 0...1)
    ],
    options: [.json],
    examples: [
      .init(line: "zoo list", help: "Everything, one line each."),
      .init(line: "zoo list backbones", help: "What model.backbone may be."),
      .init(line: "zoo list --json", help: "With the settings of each part and the resolved specs."),
    ],
    run: { try Listing($0).run() })
}

private struct Listing {
  let invocation: Invocation
  let kinds: [String]

  private static let partKinds: [(name: String, kind: Plugin.Kind, title: String)] = [
    ("backbones", .backbone, "Backbones (model.backbone)"),
    ("temporal", .temporal, "Temporal parts, for sequences (model.temporal)"),
    ("heads", .head, "Heads (model.head)"),
  ]

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    let all = ["specs"] + Self.partKinds.map(\.name)
    guard let word = invocation.words.first else {
      kinds = all
      return
    }
    guard all.contains(word) else {
      throw ZooError(
        .usage, problem: "there is no kind '\(word)'", expected: all.joined(separator: ", "),
        remedy: NearestName.of(word, in: all).map { "Did you mean '\($0)'?" })
    }
    kinds = [word]
  }

  func run() throws {
    let specs = try kinds.contains("specs") ? self.specs() : []
    if invocation.has("json") { return try invocation.console.output(json: json(specs)) }
    var sections: [(String, [(String, String)])] = []
    if !specs.isEmpty { sections.append(("Specs (zoo train SPEC)", specs.map { ($0.name, $0.summary) })) }
    for part in Self.partKinds where kinds.contains(part.name) {
      sections.append((part.title, invocation.registry.plugins(of: part.kind).map { ($0.name, $0.summary) }))
    }
    let width = sections.flatMap(\.1).map(\.0.count).max() ?? 0
    let text = sections.map { title, rows in
      title + "\n"
        + rows.map { "  " + $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }.joined()
    }.joined(separator: "\n")
    try invocation.console.output(text)
  }

  private func specs() throws -> [Spec] {
    try invocation.catalogue.names.compactMap { try invocation.specReader.read($0).first?.spec }
  }

  private func json(_ specs: [Spec]) -> JSONValue {
    var object: [String: JSONValue] = [:]
    if kinds.contains("specs") { object["specs"] = .array(specs.map(\.json)) }
    for part in Self.partKinds where kinds.contains(part.name) {
      object[part.name] = .array(invocation.registry.plugins(of: part.kind).map(Self.json))
    }
    return .object(object)
  }

  private static func json(_ plugin: Plugin) -> JSONValue {
    let settings = plugin.settings.map { setting in
      JSONValue.object([
        "name": .string(setting.name), "default": setting.standard, "expected": .string(setting.expectation),
        "help": .string(setting.help),
      ])
    }
    return .object([
      "name": .string(plugin.name), "summary": .string(plugin.summary), "settings": .array(settings),
    ])
  }
}
