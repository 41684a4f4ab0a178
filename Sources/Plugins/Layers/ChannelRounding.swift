import ZooFormat

/// Numbers of channels that are a share or a multiple of others, as timm rounds them.
enum ChannelRounding {
  /// The nearest whole number, at least 1: squeezes of EfficientNet and RegNet.
  static func nearest(_ channels: Int, _ factor: Double) -> Int {
    max(1, Int(saturating: (Double(channels) * factor).rounded()))
  }

  /// The nearest multiple of 8, at least 8: layers of EfficientNet and MobileNet, squeezes of MobileNet and ResNet.
  /// - Parameter leastShare: Of the exact number: what would be less is rounded up. ResNet's squeezes have no such limit.
  static func multipleOf8(_ channels: Int, _ factor: Double, leastShare: Double = 0.9) -> Int {
    let exact = Double(channels) * factor
    let nearest = max(8, (Int(saturating: exact) + 4) / 8 * 8)
    return Double(nearest) < leastShare * exact ? nearest + 8 : nearest
  }
}
