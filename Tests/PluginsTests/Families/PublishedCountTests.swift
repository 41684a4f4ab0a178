import Testing
import ZooPlugins

/// Parameters of each backbone with a linear head of 1,000 classes and three channels, as timm 1.0 counts them; vision
/// transformers at 224 pixels.
@Suite struct PublishedCountTests {
  private static let counts = [
    ("resnet18", 11_689_512), ("resnet34", 21_797_672), ("resnet50", 25_557_032), ("resnet101", 44_549_160),
    ("resnext50_32x4d", 25_028_904), ("wide_resnet50_2", 68_883_240), ("seresnet50", 28_088_024),
    ("efficientnet_b0", 5_288_548), ("efficientnet_b1", 7_794_184), ("efficientnet_b2", 9_109_994),
    ("efficientnet_b3", 12_233_232), ("efficientnet_b4", 19_341_616), ("efficientnetv2_s", 21_458_488),
    ("mobilenet_v2", 3_504_872), ("mobilenetv3_small_100", 2_542_856), ("mobilenetv3_large_100", 5_483_032),
    ("regnety_008", 6_263_168), ("regnety_016", 11_202_430), ("densenet121", 7_978_856),
    // torchvision's 31,505,325 have a head of 400 classes.
    ("r2plus1d_18", 31_505_325 + 600 * 513),
    ("convnext_atto", 3_695_520), ("convnext_tiny", 28_589_128), ("vgg11_bn", 132_868_840),
    // ResNet-18 of one channel, a scale and an offset of each channel's features, and their scores.
    ("shared_encoder", 11_689_512 - 2 * 64 * 49 + 2 * 3 * 512 + 513 * 128 + 129),
    ("inception_v3", 23_834_568), ("vit_tiny_patch16", 5_717_416), ("vit_small_patch16", 22_050_664),
  ]

  @Test(arguments: counts) func parametersAreAsManyAsPublished(name: String, expected: Int) throws {
    let model = try Registry.standard.assemble(
      ModelDescription(
        name: name, channels: ["red", "green", "blue"], classes: (0..<1000).map { "\($0)" }, height: 224, width: 224,
        backbone: PartSpec(name), head: PartSpec("linear")), random: .zeros)
    let count = model.graph.parameters().filter(\.isTrainable).reduce(0) { $0 + $1.type.elementCount }
    #expect(count == expected)
  }

  @Test func everyBackboneIsCountedOrTiny() {
    let names = Registry.standard.plugins(of: .backbone).map(\.name)
    let counted = Set(Self.counts.map(\.0))
    #expect(names.filter { !counted.contains($0) && !$0.contains("_tiny") && !$0.contains("_micro") } == [])
  }

  @Test func imagesThatPatchesDoNotDivideAreRefused() throws {
    let error = #expect(throws: ZooError.self) {
      try Registry.standard.assemble(
        ModelDescription(
          name: "vit", channels: ["BF"], classes: ["a", "b"], height: 224, width: 230,
          backbone: PartSpec("vit_tiny_patch16"), head: PartSpec("linear")), random: .zeros)
    }
    #expect(error?.problem.contains("don't divide into patches of 16") == true)
  }
}
