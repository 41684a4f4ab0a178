/// What the parameters of timm's and torchvision's models are called here.
///
/// Backbones have timm's names behind `backbone.`; torchvision's ResNets have the same, its EfficientNets count layers
/// instead. The classifier of both is the head `linear`.
package enum StateDictNames {
  /// The name here of a tensor in a state dict: `conv1.weight` → `backbone.conv1.weight`, `classifier.1.bias` →
  /// `head.fc.bias`. Names that start with a part (`backbone.`, `temporal.`, `head.`) are ours already.
  package static func parameter(_ name: String) -> String {
    // timm's transformers call their classifier `head`, and ConvNeXt's last normalisation stands before it.
    if ["head.weight", "head.bias"].contains(name) { return "head.fc.\(name.dropFirst(5))" }
    if name.hasPrefix("head.norm.") { return "backbone.\(name.dropFirst(5))" }
    if Plugin.Kind.allCases.contains(where: { name.hasPrefix("\($0.rawValue).") }) { return name }
    for prefix in ["fc.", "classifier.1.", "classifier."] where name.hasPrefix(prefix) {
      return "head.fc.\(name.dropFirst(prefix.count))"
    }
    return "backbone.\(efficientNet(name) ?? name)"
  }

  /// Whether it is a count of training steps, which nothing here needs.
  static func isCounter(_ name: String) -> Bool { name.hasSuffix("num_batches_tracked") }

  /// timm's name of a tensor of torchvision's EfficientNet: `features.STAGE.BLOCK.block.LAYER.…`.
  private static func efficientNet(_ name: String) -> String? {
    let words = name.split(separator: ".").map(String.init)
    guard words.count >= 3, words[0] == "features", let stage = Int(words[1]) else { return nil }
    if words.count == 4, let layer = Int(words[2]) {
      // The first and the last convolution with its normalisation.
      let names = stage == 0 ? ["conv_stem", "bn1"] : ["conv_head", "bn2"]
      return names.indices.contains(layer) ? "\(names[layer]).\(words[3])" : nil
    }
    guard words.count == 7, words[3] == "block", let layer = Int(words[4]) else { return nil }
    let block = "blocks.\(stage - 1).\(words[2])"
    // Stage 1 has blocks without expansion, hence without their first layer.
    let layers =
      stage == 1
      ? [["conv_dw", "bn1"], ["se"], ["conv_pw", "bn2"]]
      : [["conv_pw", "bn1"], ["conv_dw", "bn2"], ["se"], ["conv_pwl", "bn3"]]
    guard layers.indices.contains(layer) else { return nil }
    if layers[layer] == ["se"] {
      let names = ["fc1": "conv_reduce", "fc2": "conv_expand"]
      return names[words[5]].map { "\(block).se.\($0).\(words[6])" }
    }
    guard let index = Int(words[5]), layers[layer].indices.contains(index) else { return nil }
    return "\(block).\(layers[layer][index]).\(words[6])"
  }
}
