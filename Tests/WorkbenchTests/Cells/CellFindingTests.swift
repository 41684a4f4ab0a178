import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Finding and tracking cells")
struct CellFindingTests {
  /// A simulated field with what the finder and the tracker make of it.
  private struct Result {
    var found = 0
    var expected = 0
    var matched = 0
    var tracking = 0.0

    var f1: Double { 2 * Double(matched) / Double(found + expected) }

    init(cells: Int, side: Int, frames: Int, seed: UInt64) throws {
      let simulation = try FieldSimulation(
        experiments: 1, wells: 1, frames: frames, width: side, height: side, cells: cells, seed: seed)
      let renderer = FieldRenderer(simulation, simulation.wells[0])
      var numbering = FieldTracks()
      var truth: [[TrackingScore.Reference]] = []
      var positions: [[CellTracker.Position]] = []
      var pairs: [[Int?]] = []
      var finder: NucleusFinder?
      for time in 0..<frames {
        let frame = renderer.frame(time)
        let plane = frame.planes[3]
        finder =
          finder ?? NucleusFinder.diameter(in: plane, width: side, height: side).map { NucleusFinder(diameter: $0) }
        let (nuclei, labels) = try #require(finder).find(plane, width: side, height: side)
        let numbers = numbering.numbers(frame.nuclei, frame: time, cells: renderer.population.cells)
        // As in the Cell Tracking Challenge, what covers more than half of a reference is its match.
        var overlaps: [Int32: [Int32: Int]] = [:]
        for (pixel, label) in frame.labels.enumerated() where label > 0 && labels[pixel] > 0 {
          overlaps[label, default: [:]][labels[pixel], default: 0] += 1
        }
        let match = frame.nuclei.map { nucleus -> Int? in
          guard let best = overlaps[Int32(nucleus.cell + 1)]?.max(by: { $0.value < $1.value }) else { return nil }
          return 2 * best.value > nucleus.area ? Int(best.key) - 1 : nil
        }
        found += nuclei.count
        expected += frame.nuclei.count
        matched += Set(match.compactMap { $0 }).count
        truth.append(zip(numbers, match).map { .init(track: $0, match: $1) })
        positions.append(nuclei.map { .init(x: $0.x, y: $0.y, area: Double($0.area)) })
        pairs.append(match)
      }
      let tracks = CellTracker(farthest: try #require(finder).diameter).track(positions)
      tracking = TrackingScore.accuracy(
        reference: truth, parents: numbering.tracks.map(\.parent), found: tracks.numbers, foundParents: tracks.parents)
    }
  }

  /// With a table of all pairs this would take hours, and 40 GB.
  @Test("tens of thousands of cells that touch are linked, each to the one that it was")
  func many() throws {
    let side = 150
    let frame = { (shift: Double) in
      (0..<side * side).map { number in
        CellTracker.Position(x: Double(number % side) * 9 + shift, y: Double(number / side) * 9, area: 50)
      }
    }
    let tracks = CellTracker(farthest: 10).track([frame(0), frame(1), frame(2)])
    #expect(tracks.numbers.allSatisfy { $0 == tracks.numbers[0] })
    #expect(Set(tracks.numbers[0]).count == side * side)
  }

  @Test("on simulated fields of moderate density has an F1 and a tracking accuracy of 0.95 and more")
  func moderate() throws {
    let result = try Result(cells: 32, side: 256, frames: 10, seed: 11)
    #expect(result.f1 >= 0.95, "F1 \(result.f1)")
    #expect(result.tracking >= 0.95, "TRA \(result.tracking)")
  }

  @Test("assignments are the cheapest there are")
  func assignment() {
    var random = KeyedRandom(seed: 5, KeyedRandom.key("assignment"))
    for _ in 0..<200 {
      let (n, m) = (1 + random.below(4), 1 + random.below(4))
      let alone = 0.7
      var costs: [[Double]] = []
      var links: [Assignment.Link] = []
      for left in 0..<n {
        costs.append([])
        for right in 0..<m {
          let cost = random.uniform()
          costs[left].append(cost)
          if random.chance(0.8) {
            links.append(.init(left: left, right: right, cost: cost))
          } else {
            costs[left][right] = 9
          }
        }
      }
      // Every way to give each left item a right one or none.
      func best(_ left: Int, _ taken: Set<Int>) -> Double {
        guard left < n else { return 0 }
        var least = alone + best(left + 1, taken)
        for right in 0..<m where !taken.contains(right) && costs[left][right] < alone {
          least = min(least, costs[left][right] + best(left + 1, taken.union([right])))
        }
        return least
      }
      let chosen = Assignment.solve(links, alone: alone)
      #expect(Set(chosen.map(\.left)).count == chosen.count && Set(chosen.map(\.right)).count == chosen.count)
      let sum = chosen.reduce(0) { $0 + costs[$1.left][$1.right] } + alone * Double(n - chosen.count)
      #expect(abs(sum - best(0, [])) < 1e-9)
    }
  }

  @Test("a division makes two daughters, a gap makes none, and strangers stay strangers")
  func events() {
    func at(_ x: Double, _ y: Double, _ area: Double = 100) -> CellTracker.Position { .init(x: x, y: y, area: area) }
    let frames = [
      [at(10, 10, 120), at(50, 50), at(90, 20)],
      [at(11, 10, 120), at(51, 50), at(91, 20)],
      [at(8, 10, 60), at(14, 10, 60), at(91, 21)],
      [at(6, 10, 60), at(16, 10, 60), at(53, 50), at(92, 21)],
      [at(5, 10, 60), at(17, 10, 60), at(54, 50), at(200, 200)],
    ]
    let tracks = CellTracker(farthest: 12, gap: 2).track(frames)
    #expect(tracks.numbers[0] == [1, 2, 3] && tracks.numbers[1] == [1, 2, 3])
    let (left, right) = (tracks.numbers[2][0], tracks.numbers[2][1])
    #expect(Set([1, 2, 3, left, right]).count == 5)
    #expect(tracks.parents[left - 1] == 1 && tracks.parents[right - 1] == 1)
    #expect(tracks.numbers[3] == [left, right, 2, 3])
    #expect(Array(tracks.numbers[4].prefix(3)) == [left, right, 2] && tracks.parents[tracks.numbers[4][3] - 1] == 0)
  }

  @Test("distances and maxima are those of their definitions")
  func regions() {
    var random = KeyedRandom(seed: 6, KeyedRandom.key("regions"))
    let (width, height) = (13, 9)
    let mask = (0..<width * height).map { _ in random.chance(0.8) }
    let distance = Regions.distance(mask, width: width, height: height)
    let plane = mask.indices.map { _ in Float(random.uniform()) }
    for radius in [1, 2, 5, 20] {
      let largest = Regions.maximum(plane, radius: radius, width: width, height: height)
      for pixel in plane.indices {
        let (x, y) = (pixel % width, pixel / width)
        let expected = plane.indices.filter { abs($0 % width - x) <= radius && abs($0 / width - y) <= radius }
          .map { plane[$0] }.max()
        #expect(largest[pixel] == expected)
      }
    }
    for pixel in mask.indices {
      let (x, y) = (pixel % width, pixel / width)
      let nearest =
        mask.indices.filter { !mask[$0] }.map { other -> Float in
          let (dx, dy) = (Float(other % width - x), Float(other / width - y))
          return (dx * dx + dy * dy).squareRoot()
        }.min() ?? 0
      #expect(abs(distance[pixel] - nearest) < 1e-4)
    }
  }
}
