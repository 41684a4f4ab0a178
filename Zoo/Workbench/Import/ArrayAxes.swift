import Foundation
import ZooFormat

/// Which axis of a nested array is which, where nobody says: proposed from its sizes and checked by its values.
///
/// Neighbouring pixels of a picture are alike, channels are not: of each order that the sizes allow, it is measured how much
/// neighbours along y and x differ, as a share of what pixels far from each other do.
struct ArrayAxes: Sendable, Hashable {
  /// Outermost first, of `T`, `C`, `Y` and `X`.
  let letters: [Character]
  /// What speaks for the order, a clause.
  let why: String

  private static let orders: [Int: [String]] = [
    2: ["YX"], 3: ["CYX", "YXC", "TYX"], 4: ["TCYX", "CTYX", "TYXC", "YXTC"],
  ]

  /// How unlike neighbours of a picture may be.
  private static let roughest = 0.8

  /// - Parameters:
  ///   - given: the order that a person says, e.g. `CYX`.
  ///   - channels: how many there are, if it is known.
  ///   - rows: some arrays of one shape.
  /// - Throws: ``ZooError`` if no order or several are plausible.
  init(_ given: String?, shape: [Int], channels: Int?, rows: [[Float]]) throws(ZooError) {
    if let given {
      let letters = Array(given.uppercased())
      guard letters.count == shape.count, Set(letters).count == letters.count,
        letters.allSatisfy({ "TCYX".contains($0) }),
        letters.contains("Y"), letters.contains("X")
      else {
        throw ZooError(
          .usage, problem: "the axes '\(given)' don't fit arrays of \(shape.map(String.init).joined(separator: "×"))",
          expected: "\(shape.count) different letters of T, C, Y and X, the outermost first")
      }
      self.letters = letters
      why = "as given"
      return
    }
    let roughness = shape.indices.map { Self.roughness(rows, shape, axis: $0) }
    var plausible: [(order: String, score: Double)] = []
    var tried: [String] = []
    let orders = (Self.orders[shape.count] ?? []).map { Array($0) }
    let withChannels = orders.filter { letters in
      letters.firstIndex(of: "C").map { place in channels.map { $0 == shape[place] } ?? (shape[place] <= 16) } ?? false
    }
    // An axis that has the size is that of the channels; without one there is a single channel.
    let without = (channels ?? 1) <= 1 && (channels == nil || withChannels.isEmpty)
    for letters in withChannels + (without ? orders.filter { !$0.contains("C") } : []) {
      let order = String(letters)
      guard let y = letters.firstIndex(of: "Y"), let x = letters.firstIndex(of: "X") else { continue }
      let picture = max(roughness[y], roughness[x])
      tried.append("\(order) \(Figures.fixed(picture, 2))")
      guard picture <= Self.roughest, min(shape[y], shape[x]) * 4 >= max(shape[y], shape[x]) else { continue }
      // Of a time and a channel of one size, frames are more alike than channels.
      let t = letters.firstIndex(of: "T").map { roughness[$0] } ?? 0
      // Pictures are as high as wide, or nearly so.
      let oblong = abs(log(Double(shape[y]) / Double(shape[x])))
      plausible.append((order, picture + 0.1 * (min(t, 2) + oblong)))
    }
    plausible.sort { ($0.score, $0.order) < ($1.score, $1.order) }
    let listed =
      "neighbours along y and x differ, as a share of pixels far from each other, by \(tried.joined(separator: ", "))"
    guard let best = plausible.first, plausible.count == 1 || plausible[1].score > best.score + 0.02 else {
      throw ZooError(
        .badInput,
        problem: "the order of the axes of arrays of \(shape.map(String.init).joined(separator: "×")) can't be told"
          + (tried.isEmpty ? "" : ": \(listed)")
          + (channels.map { "; the set names \(Figures.counted($0, "channel"))" } ?? ""),
        expected: "one order in which pictures are smooth", remedy: "Give it by --axes, e.g. --axes CYX")
    }
    letters = Array(best.order)
    why = listed
  }

  /// The mean difference of neighbours along an axis, divided by that of values half an array apart.
  private static func roughness(_ rows: [[Float]], _ shape: [Int], axis: Int) -> Double {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let count = shape.reduce(1, *)
    let extent = inner * shape[axis]
    // An odd way, so that it isn't along one axis alone.
    let far = count / 2 + count / 7 + 1
    var (near, apart, pairs) = (0.0, 0.0, 0)
    for row in rows {
      for place in stride(from: 0, to: count, by: max(1, count / 20_000)) where place % extent + inner < extent {
        near += Double(abs(row[place + inner] - row[place]))
        apart += Double(abs(row[(place + far) % count] - row[place]))
        pairs += 1
      }
    }
    return pairs == 0 ? 0 : near / max(apart, 1e-12)
  }

  /// The planes of an array: frame after frame, in each the places of `channels`.
  /// - Parameter channels: places along the axis of channels; all if `nil`.
  func planes(_ values: [Float], shape: [Int], channels: [Int]?) throws(ZooError) -> Planes {
    var steps = [Int](repeating: 1, count: shape.count)
    for axis in steps.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
    func axis(_ letter: Character) -> (size: Int, step: Int) {
      letters.firstIndex(of: letter).map { (shape[$0], steps[$0]) } ?? (1, 0)
    }
    let (t, c, y, x) = (axis("T"), axis("C"), axis("Y"), axis("X"))
    let places = channels ?? Array(0..<c.size)
    guard places.allSatisfy({ (0..<c.size).contains($0) }) else {
      throw ZooError(
        .badInput, problem: "a channel is plane \(places.max() ?? 0) of \(c.size)", expected: "a plane that there is")
    }
    var samples: [Float] = []
    samples.reserveCapacity(t.size * places.count * y.size * x.size)
    for frame in 0..<t.size {
      for place in places {
        for row in 0..<y.size {
          let start = frame * t.step + place * c.step + row * y.step
          for column in 0..<x.size { samples.append(values[start + column * x.step]) }
        }
      }
    }
    return Planes(frames: t.size, channels: places.count, height: y.size, width: x.size, samples: samples)
  }

  struct Planes: Sendable {
    var frames: Int
    var channels: Int
    var height: Int
    var width: Int
    var samples: [Float]
  }
}
