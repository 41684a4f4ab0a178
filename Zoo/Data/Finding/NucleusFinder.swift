import Foundation
import ZooFormat

/// A plain finder of stained nuclei: ground removed, smoothed, thresholded globally and locally, touching ones parted by a
/// watershed on the distance to the ground.
///
/// Good enough to begin with where nuclei are bright blobs of about one size; where they overlap or lie in clumps, use a
/// trained segmentation and its tables.
package struct NucleusFinder: Sendable {
  /// A nucleus that was found.
  package struct Nucleus: Sendable, Hashable {
    /// Mean of its pixels' positions; the centre of the first pixel is 0.
    package var x: Double
    package var y: Double
    /// In pixels.
    package var area: Int
    /// Mean brightness above the ground.
    package var mean: Double
  }

  /// Usual diameter of a nucleus in pixels.
  package let diameter: Double

  package init(diameter: Double) { self.diameter = diameter }

  /// The usual diameter in a picture: that of the middle one of all connected bright regions. `nil` if there are none.
  package static func diameter(in plane: [Float], width: Int, height: Int) -> Double? {
    let prepared = NucleusFinder(diameter: 12).prepare(plane, width, height)
    let labels = Regions.components(prepared.mask, width: width, height: height)
    var areas = [Int](repeating: 0, count: labels.count + 1)
    for label in labels.values where label > 0 { areas[Int(label)] += 1 }
    let sorted = areas.dropFirst().filter { $0 >= 12 }.sorted()
    guard !sorted.isEmpty else { return nil }
    return 2 * (Double(sorted[sorted.count / 2]) / .pi).squareRoot()
  }

  /// Finds nuclei. O(pixels · log pixels).
  /// - Returns: The nuclei in reading order, and for each pixel the place of its nucleus + 1, or 0.
  package func find(_ plane: [Float], width: Int, height: Int) -> (nuclei: [Nucleus], labels: [Int32]) {
    let (smooth, mask) = prepare(plane, width, height)
    var distance = Regions.distance(mask, width: width, height: height)
    var scratch: [Float] = []
    // A little of the brightness helps where the outline doesn't show two nuclei.
    distance.withUnsafeMutableBufferPointer {
      GaussianBlur(sigma: max(0.6, diameter / 14)).apply($0, width: width, height: height, scratch: &scratch)
    }
    let seeds = peaks(distance, mask, width, height)
    var labels = Regions.watershed(distance, mask: mask, seeds: seeds, width: width, height: height)
    joinFragments(&labels, count: seeds.count, width)
    return measure(&labels, count: seeds.count, smooth, width)
  }

  /// The picture without its ground, and what is brighter than both thresholds.
  private func prepare(_ plane: [Float], _ width: Int, _ height: Int) -> (smooth: [Float], mask: [Bool]) {
    let sorted = stride(from: 0, to: plane.count, by: max(1, plane.count / 20_000)).map { plane[$0] }.sorted()
    guard let low = sorted.first, let high = sorted.last, low < high else {
      return (plane, [Bool](repeating: false, count: plane.count))
    }
    let median = sorted[sorted.count / 2]
    let deviations = sorted.map { abs($0 - median) }.sorted()
    let noise = max(1.4826 * deviations[deviations.count / 2], (high - low) * 1e-4)
    var scratch: [Float] = []
    func blurred(_ values: [Float], _ sigma: Double) -> [Float] {
      var copy = values
      copy.withUnsafeMutableBufferPointer {
        GaussianBlur(sigma: sigma).apply($0, width: width, height: height, scratch: &scratch)
      }
      return copy
    }
    // The ground is what stays when nuclei are cut off at a little above the median.
    let ground = blurred(plane.map { min($0, median + 2 * noise) }, 2.5 * diameter)
    var smooth = blurred(plane, max(0.7, diameter / 9))
    for index in smooth.indices { smooth[index] -= ground[index] }
    // On a logarithmic scale dim nuclei are no ground.
    let floor = 0.5 * noise
    let logs = stride(from: 0, to: smooth.count, by: max(1, smooth.count / 100_000)).map {
      Double(logf(max(smooth[$0], floor)))
    }
    let global = max(Float(exp(Otsu.threshold(logs) ?? 0)), noise)
    let peak = Regions.maximum(
      smooth, radius: Int(saturating: (diameter / 2).rounded(.up)), width: width, height: height)
    let mask = smooth.indices.map { smooth[$0] > global && smooth[$0] > 0.42 * peak[$0] }
    return (smooth, mask)
  }

  /// Places where the distance is largest within a part of a diameter.
  private func peaks(_ distance: [Float], _ mask: [Bool], _ width: Int, _ height: Int) -> [Int] {
    let radius = max(1, Int(saturating: (0.3 * diameter).rounded()))
    let largest = Regions.maximum(distance, radius: radius, width: width, height: height)
    let candidates = distance.indices.filter { mask[$0] && distance[$0] > 0 && distance[$0] >= largest[$0] }
      .sorted { (distance[$1], $0) < (distance[$0], $1) }
    var kept: [Int] = []
    let least = 0.45 * diameter
    var grid = NeighbourGrid(spacing: least)
    for candidate in candidates {
      let (x, y) = (candidate % width, candidate / width)
      let isFree = grid.near((Double(x), Double(y))).allSatisfy { other in
        let (dx, dy) = (Double(other % width - x), Double(other / width - y))
        return dx * dx + dy * dy >= least * least
      }
      guard isFree else { continue }
      grid.insert(candidate, at: (Double(x), Double(y)))
      kept.append(candidate)
    }
    return kept
  }

  /// Pieces of a nucleus that fell apart are one cell: small regions close to each other are joined.
  private func joinFragments(_ labels: inout [Int32], count: Int, _ width: Int) {
    var sums = [(x: Double, y: Double, area: Double)](repeating: (0, 0, 0), count: count + 1)
    for (pixel, label) in labels.enumerated() where label > 0 {
      sums[Int(label)].x += Double(pixel % width)
      sums[Int(label)].y += Double(pixel / width)
      sums[Int(label)].area += 1
    }
    let usual = Double.pi * diameter * diameter / 4
    let small = (1..<count + 1).filter { sums[$0].area > 0 && sums[$0].area < 0.4 * usual }
    // Each leads to a smaller one that it is joined with, the smallest of them to itself.
    var target = Array(0...count)
    func first(_ label: Int) -> Int {
      var label = label
      while target[label] != label {
        target[label] = target[target[label]]
        label = target[label]
      }
      return label
    }
    var grid = NeighbourGrid(spacing: diameter)
    for a in small {
      let (x, y) = (sums[a].x / sums[a].area, sums[a].y / sums[a].area)
      for b in grid.near((x, y)) {
        let (dx, dy) = (x - sums[b].x / sums[b].area, y - sums[b].y / sums[b].area)
        guard dx * dx + dy * dy < 0.8 * diameter * diameter else { continue }
        let (one, other) = (first(a), first(b))
        target[max(one, other)] = min(one, other)
      }
      grid.insert(a, at: (x, y))
    }
    for pixel in labels.indices where labels[pixel] > 0 { labels[pixel] = Int32(first(Int(labels[pixel]))) }
  }

  private func measure(
    _ labels: inout [Int32], count: Int, _ smooth: [Float], _ width: Int
  ) -> (nuclei: [Nucleus], labels: [Int32]) {
    var sums = [(x: Double, y: Double, area: Int, value: Double)](repeating: (0, 0, 0, 0), count: count + 1)
    for (pixel, label) in labels.enumerated() where label > 0 {
      sums[Int(label)].x += Double(pixel % width)
      sums[Int(label)].y += Double(pixel / width)
      sums[Int(label)].area += 1
      sums[Int(label)].value += Double(smooth[pixel])
    }
    let least = max(6, Int(saturating: 0.12 * diameter * diameter))
    var places = [Int32](repeating: 0, count: count + 1)
    var nuclei: [Nucleus] = []
    let order = (1..<count + 1).filter { sums[$0].area >= least }.sorted {
      sums[$0].y / Double(sums[$0].area) < sums[$1].y / Double(sums[$1].area)
    }
    for label in order {
      let area = Double(sums[label].area)
      nuclei.append(
        Nucleus(
          x: sums[label].x / area, y: sums[label].y / area, area: sums[label].area, mean: sums[label].value / area))
      places[label] = Int32(nuclei.count)
    }
    for pixel in labels.indices { labels[pixel] = places[Int(labels[pixel])] }
    return (nuclei, labels)
  }
}
