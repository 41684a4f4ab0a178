/// The version of this project, which tools print and write into what they make.
public enum ToolVersion {
  /// Semantic.
  public static let current = "0.1.0"
}
