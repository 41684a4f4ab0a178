/// What is known about text that a browser will set in a font of its choice.
enum ChartText {
  /// The width of `text` at 12 pixels in a wide sans-serif font, so that it fits in any.
  static func width(_ text: String) -> Double { Double(text.count) * 7.4 }

  /// At most `limit` characters. The middle is left out: the start and the end of a name tell it from others.
  static func shortened(_ text: String, _ limit: Int) -> String {
    guard text.count > limit, limit > 4 else { return text }
    return text.prefix((limit - 1) / 2) + "…" + text.suffix(limit - 1 - (limit - 1) / 2)
  }
}
