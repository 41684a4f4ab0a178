extension Registry {
  /// Every part of this module. Adding a family is one line here.
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
      RecurrentTemporal.plugins(),
      [ConvolutionalTemporal.plugin()],
      PooledTemporal.plugins(),
      [LinearHead.plugin(), MLPHead.plugin(), CosineHead.plugin(), OrdinalHead.plugin(), DenseHead.plugin()],
    ].flatMap { $0 }
  }

  /// The parts that come with the program. If they couldn't be registered, every lookup throws what was wrong.
  public static let standard: Registry = {
    do throws(ZooError) { return try Registry(standardPlugins()) } catch { return Registry(failure: error) }
  }()
}
