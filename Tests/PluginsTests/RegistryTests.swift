import Testing

@testable import ZooPlugins

@Suite struct RegistryTests {
  private struct WidthSettings: PluginSettings {
    enum Mode: String, Codable, CaseIterable { case plain, doubled }
    var width = 8
    var mode = Mode.plain
    static let fields: [Setting] = [
      .integer("width", 1...64, "channels"), .choice("mode", Mode.self, "how"),
    ]
  }

  private func sample(_ name: String = "sample") throws -> Plugin {
    try Plugin(.head, name, summary: "a sample", settings: WidthSettings()) { builder, input, _ in input }
  }

  @Test func standardListHasNoDuplicates() throws {
    #expect(throws: Never.self) { try Registry(Registry.standardPlugins()) }
    #expect(Registry.standard.plugins.count == (try Registry.standardPlugins().count))
  }

  @Test func secondRegistrationOfANameIsRefused() throws {
    let plugin = try sample()
    let error = #expect(throws: ZooError.self) { try Registry.standard.adding([plugin, plugin]) }
    #expect(error?.description.contains("head 'sample' is registered twice") == true)
  }

  @Test func aBrokenListIsAnErrorAndNotAnEmptyOne() throws {
    let registry = Registry(failure: ZooError(.failed, problem: "the parts are broken"))
    for look in [
      { _ = try registry.plugin(.head, "linear") }, { _ = try registry.plugin(.backbone, "model.onnx") },
      { _ = try registry.adding([]) },
    ] {
      let error = #expect(throws: ZooError.self) { try look() }
      #expect(error?.problem == "the parts are broken")
    }
  }

  @Test func unknownNameGetsTheNearest() throws {
    let error = #expect(throws: ZooError.self) {
      try Registry.standard.plugin(.backbone, "resent18", path: "model.backbone")
    }
    #expect(error?.location.path == "model.backbone")
    #expect(error?.remedy == "Did you mean 'resnet18'?")
  }

  @Test func settingsShowTheirDefaults() throws {
    let settings = try sample().settings
    #expect(settings.map(\.name) == ["width", "mode"])
    #expect(settings.map(\.standard) == [.number(8), .string("plain")])
  }

  @Test(arguments: [
    ("widht", JSONValue.number(3), "Did you mean 'width'?"), ("width", .string("3"), "an integer in 1…64"),
    ("width", .number(65), "is 65"), ("width", .number(2.5), "is 2.5"), ("width", .number(1e300), "an integer in 1…64"),
    ("mode", .string("double"), "Did you mean 'doubled'?"), ("mode", .null, "is null"),
  ])
  func wrongSettingIsRefusedWithWhatWouldBeRight(name: String, value: JSONValue, expected: String) throws {
    let problems = try sample().problems(with: [name: value], path: "model.head")
    try #require(problems.count == 1)
    #expect(problems[0].description.contains(expected), "\(problems[0])")
    #expect(problems[0].location.path == "model.head.\(name)")
  }

  @Test func allWrongSettingsAreReportedAtOnce() throws {
    #expect(try sample().problems(with: ["a": .null, "width": .null, "mode": .null]).count == 3)
  }

  @Test func resolvedSettingsHoldDefaultsAndOverrides() throws {
    let resolved = try sample().resolved(["width": .number(4)])
    #expect(resolved == ["width": .number(4), "mode": .string("plain")])
  }

  @Test func settingWithoutDescriptionIsRefused() {
    struct Incomplete: PluginSettings {
      var width = 8
      static let fields: [Setting] = []
    }
    #expect(throws: ZooError.self) {
      try Plugin(.head, "incomplete", summary: "", settings: Incomplete()) { _, input, _ in input }
    }
  }
}
