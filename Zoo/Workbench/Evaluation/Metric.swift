/// A figure that sums up how well a model does. Raw values are the names in files, specs and `--json`.
public enum Metric: String, Codable, Sendable, CaseIterable {
  case accuracy
  case balancedAccuracy = "balanced_accuracy"
  case macroF1 = "macro_f1"
  /// Mean over the classes of one-against-the-rest.
  case areaUnderROC = "auroc"
  /// Mean over the classes of one-against-the-rest.
  case averagePrecision = "average_precision"
  case cohenKappa = "cohen_kappa"
  case matthews
  case logLoss = "log_loss"
  case brier
  case expectedCalibrationError = "expected_calibration_error"

  /// What tables and axes say.
  public var title: String {
    switch self {
    case .accuracy: "Accuracy"
    case .balancedAccuracy: "Balanced accuracy"
    case .macroF1: "Macro F1"
    case .areaUnderROC: "AUROC (mean of one against the rest)"
    case .averagePrecision: "Average precision (mean of one against the rest)"
    case .cohenKappa: "Cohen’s κ"
    case .matthews: "Matthews correlation"
    case .logLoss: "Log loss"
    case .brier: "Brier score"
    case .expectedCalibrationError: "Expected calibration error"
    }
  }

  /// Whether it follows from the order of all items by the probability of each class.
  var isOfRanks: Bool { self == .areaUnderROC || self == .averagePrecision }

  /// The metrics that get an interval. Resampling makes a calibration error larger, so it gets none.
  static let resampled = allCases.filter { $0 != .expectedCalibrationError }
}
