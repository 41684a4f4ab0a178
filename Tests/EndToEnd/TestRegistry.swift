import ZooWorkbench

extension Registry {
  /// The standard parts and those of the tests: adding one is a file and a word here.
  static func testing() throws -> Registry { try standard.adding([ChainBackbone.plugin()]) }
}
