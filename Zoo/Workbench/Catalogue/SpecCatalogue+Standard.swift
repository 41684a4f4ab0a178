extension SpecCatalogue {
  /// The specs of `Zoo/Specs`, which the compiler puts into the program, so that they are found from any folder and
  /// wherever the tool is installed. A new one is a file there and a line here.
  public static let standard = SpecCatalogue(embedded.mapValues { String(decoding: $0, as: UTF8.self) })

  private static let embedded: [String: [UInt8]] = [
    "fashion-mnist": PackageResources.fashion_mnist_json5,
    "mitocheck": PackageResources.mitocheck_json5,
    "pyroptosis": PackageResources.pyroptosis_json5,
    "pyroptosis-3class-2d-efficientnet_b0-all": PackageResources.pyroptosis_3class_2d_efficientnet_b0_all_json5,
    "pyroptosis-3class-2d-efficientnet_b0-bf": PackageResources.pyroptosis_3class_2d_efficientnet_b0_bf_json5,
    "pyroptosis-3class-2d-efficientnet_b0-ce": PackageResources.pyroptosis_3class_2d_efficientnet_b0_ce_json5,
    "pyroptosis-3class-2d-efficientnet_b0-pi": PackageResources.pyroptosis_3class_2d_efficientnet_b0_pi_json5,
    "pyroptosis-3class-2d-resnet18-all": PackageResources.pyroptosis_3class_2d_resnet18_all_json5,
    "pyroptosis-3class-2d-resnet18-bf": PackageResources.pyroptosis_3class_2d_resnet18_bf_json5,
    "pyroptosis-3class-2d-resnet18-ce": PackageResources.pyroptosis_3class_2d_resnet18_ce_json5,
    "pyroptosis-3class-2d-resnet18-pi": PackageResources.pyroptosis_3class_2d_resnet18_pi_json5,
    "pyroptosis-3class-sequence-resnet18-lstm-all": PackageResources.pyroptosis_3class_sequence_resnet18_lstm_all_json5,
    "pyroptosis-3class-sequence-resnet18-lstm-bf": PackageResources.pyroptosis_3class_sequence_resnet18_lstm_bf_json5,
    "pyroptosis-3class-sequence-resnet18-lstm-ce": PackageResources.pyroptosis_3class_sequence_resnet18_lstm_ce_json5,
    "pyroptosis-3class-sequence-resnet18-lstm-pi": PackageResources.pyroptosis_3class_sequence_resnet18_lstm_pi_json5,
    "pyroptosis-binary-2d-efficientnet_b0-all": PackageResources.pyroptosis_binary_2d_efficientnet_b0_all_json5,
    "pyroptosis-binary-2d-efficientnet_b0-bf": PackageResources.pyroptosis_binary_2d_efficientnet_b0_bf_json5,
    "pyroptosis-binary-2d-efficientnet_b0-ce": PackageResources.pyroptosis_binary_2d_efficientnet_b0_ce_json5,
    "pyroptosis-binary-2d-efficientnet_b0-pi": PackageResources.pyroptosis_binary_2d_efficientnet_b0_pi_json5,
    "pyroptosis-binary-2d-resnet18-all": PackageResources.pyroptosis_binary_2d_resnet18_all_json5,
    "pyroptosis-binary-2d-resnet18-bf": PackageResources.pyroptosis_binary_2d_resnet18_bf_json5,
    "pyroptosis-binary-2d-resnet18-ce": PackageResources.pyroptosis_binary_2d_resnet18_ce_json5,
    "pyroptosis-binary-2d-resnet18-pi": PackageResources.pyroptosis_binary_2d_resnet18_pi_json5,
    "pyroptosis-binary-sequence-resnet18-lstm-all": PackageResources.pyroptosis_binary_sequence_resnet18_lstm_all_json5,
    "pyroptosis-binary-sequence-resnet18-lstm-bf": PackageResources.pyroptosis_binary_sequence_resnet18_lstm_bf_json5,
    "pyroptosis-binary-sequence-resnet18-lstm-ce": PackageResources.pyroptosis_binary_sequence_resnet18_lstm_ce_json5,
    "pyroptosis-binary-sequence-resnet18-lstm-pi": PackageResources.pyroptosis_binary_sequence_resnet18_lstm_pi_json5,
    "pyroptosis-table": PackageResources.pyroptosis_table_json5,
    "pyroptosis-table-small": PackageResources.pyroptosis_table_small_json5,
    "quickstart": PackageResources.quickstart_json5,
  ]
}
