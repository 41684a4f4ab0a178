import Testing

@testable import ZooPlugins
@testable import ZooWorkbench

/// What `zoo list backbones` says of them.
@Suite struct BackboneFiguresTests {
  private func figures(_ name: String) throws -> BackboneFigures? {
    let plugin = try #require(Registry.standard.plugins(of: .backbone).first { $0.name == name })
    return BackboneFigures(plugin, registry: .standard)
  }

  /// Published counts without the 1,000 classes; twice the multiply-adds that the papers give, and up to a sixth more for
  /// normalisations and activations, which the papers leave out.
  @Test(arguments: [
    ("resnet18", 11_689_512 - 513_000, 512, 3.64e9), ("efficientnet_b0", 5_288_548 - 1_281_000, 1280, 0.78e9),
    ("mobilenetv3_large_100", 5_483_032 - 1_281_000, 1280, 0.44e9),
    ("densenet121", 7_978_856 - 1_025_000, 1024, 5.74e9),
  ])
  func asPublished(name: String, parameters: Int, features: Int, operations: Double) throws {
    let found = try #require(try figures(name))
    #expect(found.parameters == parameters)
    #expect(found.features == features)
    #expect((0.99...1.17).contains(Double(found.flops) / operations), "\(found.flops)")
  }

  /// The sides at which the families' own reductions leave at least what the next kernel reaches over.
  @Test(arguments: [
    ("resnet18", 1), ("vgg11_bn", 32), ("inception_v3", 75), ("vit_tiny_patch16", 16), ("convnext_tiny", 32),
  ])
  func smallestImage(name: String, side: Int) throws { #expect(try figures(name)?.smallest == side) }

  @Test func aProgramOfSomebodyElseIsNotRun() throws {
    let plugin = Plugin(.backbone, "other", summary: "", checksItsSettings: true) { _, _, _ in
      Issue.record("it was built")
      return .absent
    }
    #expect(BackboneFigures(plugin, registry: .standard) == nil)
  }
}
