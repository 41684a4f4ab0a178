import ZooFormat

/// Changes the size of planes by antialiased bilinear interpolation.
///
/// The weights are those of Pillow's `BILINEAR` and torchvision's `antialias=True`: a triangle as wide as the larger of
/// one source pixel and one target pixel, so that nothing is skipped when an image shrinks. What comes out lies in the range
/// of its plane: means do, but for the last bit of a float, and no camera gives 65535.004.
package struct PlaneResize: Sendable {
  private let horizontal: Axis
  private let vertical: Axis

  /// Sizes in pixels, each at least 1. Building costs O(source + target); keep it for images of one size.
  package init(width: Int, height: Int, toWidth: Int, toHeight: Int) {
    horizontal = Axis(from: width, to: toWidth)
    vertical = Axis(from: height, to: toHeight)
  }

  package var isIdentity: Bool { horizontal.source == horizontal.target && vertical.source == vertical.target }

  /// Resizes planes that follow each other.
  package func callAsFunction(_ planes: [Float]) -> [Float] {
    if isIdentity { return planes }
    let sourcePlane = horizontal.source * vertical.source
    let count = planes.count / max(sourcePlane, 1)
    let (width, height) = (horizontal.target, vertical.target)
    var narrow = [Float](repeating: 0, count: width * vertical.source)
    return [Float](unsafeUninitializedCapacity: count * width * height) { output, written in
      planes.withUnsafeBufferPointer { input in
        narrow.withUnsafeMutableBufferPointer { narrow in
          for plane in 0..<count {
            let source = input[plane * sourcePlane..<(plane + 1) * sourcePlane]
            guard let lowest = source.min(), let highest = source.max() else { continue }
            for y in 0..<vertical.source {
              let row = UnsafeBufferPointer(
                rebasing: input[
                  plane * sourcePlane + y * horizontal.source..<plane * sourcePlane + (y + 1) * horizontal.source])
              for x in 0..<width { narrow[y * width + x] = horizontal.value(at: x) { row[$0] } }
            }
            for y in 0..<height {
              let start = plane * width * height + y * width
              for x in 0..<width {
                let mean = vertical.value(at: y) { narrow[$0 * width + x] }
                output[start + x] = min(max(mean, lowest), highest)
              }
            }
          }
        }
      }
      written = count * width * height
    }
  }

  /// The weights along one axis.
  private struct Axis: Sendable {
    let source: Int
    let target: Int
    /// For each target pixel: its first source pixel, and where its weights stand.
    private var first: [Int] = []
    private var borders: [Int] = [0]
    private var weights: [Float] = []

    init(from source: Int, to target: Int) {
      self.source = max(source, 1)
      self.target = max(target, 1)
      let scale = Double(self.source) / Double(self.target)
      let support = max(scale, 1)
      for i in 0..<self.target {
        let center = (Double(i) + 0.5) * scale
        let low = max(0, Int(saturating: center - support + 0.5))
        let high = min(self.source, Int(saturating: center + support + 0.5))
        let raw = (low..<max(high, low + 1)).map { max(0, 1 - abs((Double($0) + 0.5 - center) / support)) }
        let sum = raw.reduce(0, +)
        first.append(low)
        weights += raw.map { Float(sum > 0 ? $0 / sum : 1 / Double(raw.count)) }
        borders.append(weights.count)
      }
    }

    @inline(__always)
    func value(at index: Int, _ sample: (Int) -> Float) -> Float {
      var sum: Float = 0
      for i in borders[index]..<borders[index + 1] { sum += weights[i] * sample(first[index] + i - borders[index]) }
      return sum
    }
  }
}
