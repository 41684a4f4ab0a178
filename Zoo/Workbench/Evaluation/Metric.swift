/// A figure that sums up how well a model does. Raw values are the names in files, specs and `--json`.
public enum Metric: String, Codable, Sendable, CaseIterable {
  /// The share of items whose class was found.
  case accuracy
  /// The mean recall of the classes that have items.
  case balancedAccuracy = "balanced_accuracy"
  /// The mean F1 of the classes that occur among labels or predictions.
  case macroF1 = "macro_f1"
  /// Mean over the classes of one-against-the-rest.
  case areaUnderROC = "auroc"
  /// Mean over the classes of one-against-the-rest.
  case averagePrecision = "average_precision"
  /// Agreement beyond chance (Cohen, 1960).
  case cohenKappa = "cohen_kappa"
  /// Matthews’ correlation, for several classes R_K (Gorodkin, 2004).
  case matthews
  /// The mean of −log of the true class’s probability, by the natural logarithm.
  case logLoss = "log_loss"
  /// The mean squared distance of the probabilities from 1 for the true class and 0 for others.
  case brier
  /// How far confidence is from accuracy, weighted over bins of confidence.
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
