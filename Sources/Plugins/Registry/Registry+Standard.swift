extension Registry {
  /// Every part of this module. Adding a family is one line here. O(plugins), each made anew with its settings read by way of
  /// JSON: ``standard`` keeps them.
  /// - Throws: `ZooError` if a part's settings and their descriptions don't agree.
  public static func standardPlugins() throws(ZooError) -> [Plugin] {
    try [
      ResNet.plugins(),
      R2Plus1D.plugins(),
      EfficientNet.plugins(),
      MobileNet.plugins(),
      RegNet.plugins(),
      DenseNet.plugins(),
      ConvNeXt.plugins(),
      VGG.plugins(),
      Inception.plugins(),
      VisionTransformer.plugins(),
      [SharedEncoder.plugin()],
      RecurrentTemporal.plugins(),
      [ConvolutionalTemporal.plugin()],
      PooledTemporal.plugins(),
      [LinearHead.plugin(), MLPHead.plugin(), CosineHead.plugin(), OrdinalHead.plugin(), MultilabelHead.plugin()],
      [DenseHead.plugin()],
    ].flatMap { $0 }
  }

  /// The parts that come with the program. If they couldn't be registered, every lookup throws what was wrong.
  public static let standard: Registry = {
    do throws(ZooError) { return try Registry(standardPlugins()) } catch { return Registry(failure: error) }
  }()
}
