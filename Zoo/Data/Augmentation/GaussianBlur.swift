import Foundation
import ZooFormat

/// A separable Gaussian blur, cut off at three sigmas; pixels at the border repeat outwards.
struct GaussianBlur: Sendable {
  private let weights: [Float]

  /// - Parameter sigma: In pixels, above 0.
  init(sigma: Double) {
    let radius = max(1, Int(saturating: (3 * sigma).rounded(.up)))
    let raw = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = raw.reduce(0, +)
    weights = raw.map { Float($0 / sum) }
  }

  /// Blurs one plane in place. `scratch` is memory to be used again.
  func apply(_ pixels: UnsafeMutableBufferPointer<Float>, width: Int, height: Int, scratch: inout [Float]) {
    let radius = weights.count / 2
    let padded = max(width, height) + 2 * radius
    if scratch.count < width * height + padded {
      scratch = [Float](repeating: 0, count: width * height + padded)
    }
    scratch.withUnsafeMutableBufferPointer { scratch in
      let line = UnsafeMutableBufferPointer(rebasing: scratch[(width * height)...])
      for y in 0..<height {
        for x in 0..<width + 2 * radius { line[x] = pixels[y * width + min(max(x - radius, 0), width - 1)] }
        let row = UnsafeMutableBufferPointer(rebasing: scratch[y * width..<(y + 1) * width])
        for x in 0..<width { row[x] = weights[0] * line[x] }
        for (tap, weight) in weights.enumerated().dropFirst() {
          for x in 0..<width { row[x] += weight * line[x + tap] }
        }
      }
      for y in 0..<height {
        let row = UnsafeMutableBufferPointer(rebasing: pixels[y * width..<(y + 1) * width])
        for (tap, weight) in weights.enumerated() {
          let source = min(max(y + tap - radius, 0), height - 1) * width
          if tap == 0 {
            for x in 0..<width { row[x] = weight * scratch[source + x] }
          } else {
            for x in 0..<width { row[x] += weight * scratch[source + x] }
          }
        }
      }
    }
  }
}
