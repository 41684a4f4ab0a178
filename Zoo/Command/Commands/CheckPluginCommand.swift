import ZooWorkbench

extension Command {
  static let checkPlugin = Command(
    name: "check-plugin", summary: "Hold a backbone, temporal part or head against the contract.",
    discussion: """
      Builds the part for 1 to 8 channels, compares its gradients with finite differences, writes it to a file and
      reads it back, exports it, and sees whether one seed always gives the same start.
      """,
    arguments: [.init(name: "NAME", help: "A part that `zoo list` shows.")], takesOverrides: true,
    options: [
      .init(name: "size", value: "N", help: "Height and width of a backbone's images; 64 if not given."), .json,
    ],
    examples: [
      .init(line: "zoo check-plugin resnet18", help: "All of it, with the default settings."),
      .init(line: "zoo check-plugin lstm hidden=16 bidirectional=true", help: "With other settings."),
    ],
    run: { invocation in
      let plugin = try find(invocation.words[0], invocation.registry)
      let settings = try PartSpec.settings(invocation.overrides)
      let size = try invocation.integer("size", in: 8...512) ?? 64
      let check = try PluginCheck(plugin, settings: settings, size: size)
      if invocation.has("json") {
        try invocation.console.output(json: check)
      } else {
        try invocation.console.output(check.text)
      }
      if !check.isRight {
        throw ZooError(.badInput, problem: "\(check.kind) '\(check.plugin)' doesn't keep the contract")
      }
    })

  private static func find(_ name: String, _ registry: Registry) throws -> Plugin {
    for kind in Plugin.Kind.allCases {
      if let plugin = try? registry.plugin(kind, name) { return plugin }
    }
    let names = registry.plugins.map(\.name)
    throw ZooError(
      .usage, problem: "there is no part '\(name)'", expected: "a name that `zoo list` shows",
      remedy: NearestName.of(name, in: names).map { "Did you mean '\($0)'?" })
  }
}
