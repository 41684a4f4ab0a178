import Testing
import ZooWorkbench

@Suite struct PluginCheckTests {
  private func finding(_ name: String, _ plugin: Plugin) throws -> PluginCheck.Finding {
    try #require(try PluginCheck(plugin, size: 32).findings.first { $0.name == name })
  }

  /// The smallest of each family, and every temporal part and head.
  @Test(arguments: [
    "resnet10_tiny", "efficientnet_tiny", "mobilenetv3_tiny", "regnety_tiny", "densenet_tiny", "convnext_micro",
    "vgg_tiny", "vit_micro_patch8", "lstm", "gru", "tcn", "mean", "max", "last", "attention", "linear", "mlp", "cosine",
    "ordinal", "multilabel", "dense",
  ])
  func partsOfTheListKeepTheContract(name: String) throws {
    let plugin = try #require(Registry.standard.plugins.first { $0.name == name })
    let check = try PluginCheck(plugin)
    #expect(check.findings.count == 6)
    #expect(check.isRight, "\(check.text)")
  }

  @Test(arguments: SharedEncoderSettings.Pooling.allCases)
  func aSharedEncoderKeepsTheContract(pooling: SharedEncoderSettings.Pooling) throws {
    let settings: [String: JSONValue] = [
      "encoder": .string("resnet10_tiny"), "settings": .object(["width": .number(8)]),
      "pooling": .string(pooling.rawValue), "hidden": .number(8),
    ]
    let check = try PluginCheck(Registry.standard.plugin(.backbone, "shared_encoder"), settings: settings)
    #expect(check.isRight, "\(check.text)")
  }

  @Test(arguments: Activation.allCases)
  func anMLPTakesEveryActivationOfTheLayers(function: Activation) throws {
    let settings: [String: JSONValue] = ["activation": .string(function.rawValue), "hidden": .number(8)]
    let check = try PluginCheck(Registry.standard.plugin(.head, "mlp"), settings: settings)
    #expect(check.isRight, "\(check.text)")
  }

  @Test func aPartThatOnlyTakesThreeChannelsIsFound() throws {
    let plugin = Plugin(.backbone, "three", summary: "") { builder, input in
      let weight = try builder.parameter("weight", [4, 3, 3, 3], .constant(0.1))
      return try builder.globalAveragePool(builder.add("Conv", [input, weight]))
    }
    #expect(try !finding("shapes", plugin).ok)
  }

  @Test func aPartThatDiffersFromBuildToBuildIsFound() throws {
    let plugin = Plugin(.head, "moody", summary: "") { builder, input in
      let noise = try builder.parameter("noise", [1], .constant(.random(in: 0...1)))
      return try builder.linear(builder.add("Add", [input, noise]), "fc", features: builder.classes)
    }
    let found = try finding("determinism", plugin)
    #expect(!found.ok && found.detail.contains("noise"), "\(found.detail)")
  }

  @Test func aParameterThatNothingDependsOnIsFound() throws {
    let plugin = Plugin(.head, "idle", summary: "") { builder, input in
      _ = try builder.linear(builder.relu(input), "unused", features: 7)
      return try builder.linear(input, "fc", features: builder.classes)
    }
    let found = try finding("gradients", plugin)
    #expect(!found.ok && found.detail.contains("head.unused"), "\(found.detail)")
  }

  @Test func aSettingOutOfRangeIsRefused() throws {
    let plugin = try Registry.standard.plugin(.head, "mlp")
    let error = #expect(throws: ZooError.self) { try PluginCheck(plugin, settings: ["hidden": .number(0)]) }
    #expect(error?.location.path == "hidden")
  }
}
