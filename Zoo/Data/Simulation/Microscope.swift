import Foundation

/// One experiment's instrument and staining, and what a single well adds to them.
///
/// These are the differences that make a split at random flatter a model: they are shared by all cells of a well and an
/// experiment, and they are new in the next experiment.
struct Microscope {
  /// Factor on the size of cells.
  let cellSize: Double
  private let stain: [Float]
  private let background: [Float]
  private let gain: [Float]
  private let tilt: [(x: Float, y: Float, bowl: Float)]
  private let blur: [Float]
  private let defocus: Float
  private let shear: (x: Float, y: Float)
  private let phaseStrength: Float
  private let readNoise: Float
  private let bleed: Float

  init(seed: UInt64, experiment: Int, well: String) {
    var random = KeyedRandom(seed: seed, KeyedRandom.key("experiment"), UInt64(experiment))
    var local = KeyedRandom(seed: seed, KeyedRandom.key("well"), UInt64(experiment), KeyedRandom.key(well))
    cellSize = random.uniform(0.9...1.1)
    func spread(_ sigma: Double, _ wellSigma: Double) -> Float {
      Float(exp(sigma * random.normal() + wellSigma * local.normal()))
    }
    stain = (0..<5).map { _ in spread(0.2, 0.1) }
    background = (0..<5).map { _ in spread(0.09, 0.05) }
    gain = (0..<5).map { _ in spread(0.025, 0.012) }
    tilt = (0..<5).map { _ in
      (
        Float(0.03 * random.normal() + 0.015 * local.normal()), Float(0.03 * random.normal() + 0.015 * local.normal()),
        Float(0.05 * random.uniform())
      )
    }
    blur = (0..<5).map { _ in Float(0.012 + 0.018 * random.uniform() + 0.01 * local.uniform()) }
    defocus = Float(random.uniform(0.5...1.2) + 0.15 * local.normal())
    let direction = random.uniform(-0.4...0.4)
    shear = (Float(cos(direction)), Float(sin(direction)))
    phaseStrength = Float(random.uniform(0.7...1.3))
    readNoise = Float(random.uniform(3...7))
    bleed = Float(random.uniform(0.02...0.12))
  }

  /// The picture of one channel in counts of a 12-bit camera.
  func image(_ channel: Int, of scene: Scene, focus: Float, random: inout KeyedRandom) -> [Float] {
    let signal: Canvas
    let photons: Float
    switch channel {
    case 0:
      signal = brightField(scene.thickness, focus: focus)
      photons = 0.8
    case 1:
      signal = fluorescence(scene.caspase, scene.leak, channel, peak: 900, floor: 90)
      photons = 0.6
    case 2:
      signal = fluorescence(scene.leak, scene.caspase, channel, peak: 1000, floor: 80)
      photons = 0.6
    case 3:
      signal = fluorescence(scene.dna, scene.leak, channel, peak: 900, floor: 100)
      photons = 0.6
    default:
      signal = phaseGradient(scene.thickness, focus: focus)
      photons = 0.8
    }
    return detect(signal, channel, photonsPerCount: photons, random: &random)
  }

  /// Out of focus, a transparent object shows the curvature of its thickness: a difference of two blurs stands for the
  /// Laplacian of the transport-of-intensity equation, and gives the halo.
  private func brightField(_ thickness: Canvas, focus: Float) -> Canvas {
    let sharp = thickness.blurred(blur[0])
    let soft = thickness.blurred(blur[0] + 0.08)
    var result = sharp
    let strength = (defocus + focus) * 0.6
    for i in result.values.indices {
      result.values[i] = 1500 * (1 + strength * (sharp.values[i] - soft.values[i]) - 0.05 * sharp.values[i])
    }
    return result
  }

  /// Oblique illumination shows the slope of the thickness.
  private func phaseGradient(_ thickness: Canvas, focus: Float) -> Canvas {
    let smooth = thickness.blurred(blur[4] + 0.02 * abs(focus))
    var result = smooth
    let (width, height) = (smooth.width, smooth.height)
    let strength = phaseStrength * smooth.scale * 0.5 * 0.026
    for y in 0..<height {
      let (above, below) = (max(y - 1, 0) * width, min(y + 1, height - 1) * width)
      for x in 0..<width {
        let (left, right) = (y * width + max(x - 1, 0), y * width + min(x + 1, width - 1))
        let slopeX = smooth.values[right] - smooth.values[left]
        let slopeY = smooth.values[below + x] - smooth.values[above + x]
        result.values[y * width + x] = 1500 * (1 + strength * (shear.x * slopeX + shear.y * slopeY))
      }
    }
    return result
  }

  private func fluorescence(_ dye: Canvas, _ other: Canvas, _ channel: Int, peak: Float, floor: Float) -> Canvas {
    var mixed = dye
    for i in mixed.values.indices { mixed.values[i] += bleed * other.values[i] }
    var result = mixed.blurred(blur[channel])
    // Light from out of focus.
    let haze = mixed.blurred(0.16)
    for i in result.values.indices {
      result.values[i] =
        peak * stain[channel] * (0.8 * result.values[i] + 0.2 * haze.values[i]) + floor * background[channel]
    }
    return result
  }

  /// Illumination, gain, shot and read noise, rounding and saturation.
  private func detect(
    _ signal: Canvas, _ channel: Int, photonsPerCount: Float, random: inout KeyedRandom
  ) -> [Float] {
    let (width, height) = (signal.width, signal.height)
    let field = tilt[channel]
    var counts = signal.values
    for y in 0..<height {
      let v = (Float(y) + 0.5) / Float(height) * 2 - 1
      for x in 0..<width {
        let u = (Float(x) + 0.5) / Float(width) * 2 - 1
        let light = 1 + field.x * u + field.y * v - field.bowl * (u * u + v * v) * 0.5
        let mean = max(0, signal.values[y * width + x] * light * gain[channel])
        let deviation = (mean / photonsPerCount + readNoise * readNoise).squareRoot()
        counts[y * width + x] = min(4095, max(0, (100 + mean + deviation * random.fastNormal()).rounded()))
      }
    }
    return counts
  }
}
