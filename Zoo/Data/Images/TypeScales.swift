import ZooFormat
import ZooImages

/// What images of one type of samples hold beside those of another: 8 bits that were divided, beside 16.
enum TypeScales {
  private static let looked = 4
  /// Gains that programs divide by when they save fewer bits.
  private static let gains = [257.0] + (0...12).map { Double(1 << $0) }

  /// What both hold and which gain lies between them, e.g. `8 bits hold 66–163 where 16 bits hold 8445–20911: bring both to
  /// one scale (×128?), not only to one type`; `nil` if files of one of them can't be read. Reads four files of each.
  static func text(
    _ odd: [String], _ usual: [String], _ reading: (String) -> ImageReading
  ) -> String? {
    guard let own = Sample(odd, reading), let other = Sample(usual, reading), own.type != other.type else { return nil }
    let held = "\(own.name) hold\(own.text) where \(other.name) hold\(other.text)"
    let ratio = other.median / max(own.median, 1e-9)
    let (gain, isUp) = ratio >= 1 ? (ratio, true) : (1 / max(ratio, 1e-9), false)
    let nearest = gains.filter { $0 != 257 || (isUp ? other : own).areTimes257 }.min {
      abs($0 / gain - 1) < abs($1 / gain - 1)
    }
    guard let nearest, abs(nearest / gain - 1) < 0.25 else {
      return "\(held): bring both to one scale, not only to one type"
    }
    guard nearest > 1 else { return "\(held): they seem to be of one scale" }
    return "\(held): bring both to one scale (\(isUp ? "×" : "÷")\(Int(saturating: nearest))?), not only to one type"
  }

  /// Samples of a few files.
  private struct Sample {
    var type: SampleType
    var median: Double
    var low: Float
    var high: Float
    /// Whether 8 bits were spread over 16.
    var areTimes257: Bool

    init?(_ paths: [String], _ reading: (String) -> ImageReading) {
      let few = Set((0..<looked).map { $0 * max(paths.count - 1, 0) / (looked - 1) }).sorted().filter(
        paths.indices.contains)
      let images = few.compactMap { try? ImageFile.read(paths[$0], reading(paths[$0])) }
      guard let first = images.first else { return nil }
      let values = images.filter { $0.sampleType == first.sampleType }.flatMap { image in
        stride(from: 0, to: image.samples.count, by: max(1, image.samples.count / 20_000)).map { image.samples[$0] }
      }.filter(\.isFinite).sorted()
      guard !values.isEmpty else { return nil }
      type = first.sampleType
      median = Double(values[values.count / 2])
      (low, high) = (values[values.count / 100], values[values.count - 1 - values.count / 100])
      areTimes257 = values.allSatisfy { $0.truncatingRemainder(dividingBy: 257) == 0 }
    }

    var name: String { type == .float32 ? "floats" : "\(8 * type.byteCount) bits" }
    var text: String { " \(Figures.sample(low))–\(Figures.sample(high))" }
  }
}
