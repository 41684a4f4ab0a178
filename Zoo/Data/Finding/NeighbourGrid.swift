import ZooFormat

/// Points in squares of a plane, so that those near a point are found without looking at all.
struct NeighbourGrid {
  private struct Square: Hashable {
    let x: Int
    let y: Int
  }

  private let spacing: Double
  private var squares: [Square: [Int]] = [:]

  /// - Parameter spacing: the farthest that a point may be away from another and still be near it.
  init(spacing: Double) { self.spacing = max(spacing, 1e-6) }

  private func square(_ point: (x: Double, y: Double)) -> Square {
    // The square beside the farthest is a number, too.
    func place(_ value: Double) -> Int { Int(saturating: max(-1e15, min(1e15, (value / spacing).rounded(.down)))) }
    return Square(x: place(point.x), y: place(point.y))
  }

  mutating func insert(_ number: Int, at point: (x: Double, y: Double)) {
    squares[square(point), default: []].append(number)
  }

  /// The numbers, in rising order, of all points that are no farther away than the spacing, and of some that are.
  func near(_ point: (x: Double, y: Double)) -> [Int] {
    let middle = square(point)
    var found: [Int] = []
    for y in middle.y - 1...middle.y + 1 {
      for x in middle.x - 1...middle.x + 1 { found += squares[Square(x: x, y: y)] ?? [] }
    }
    return found.sorted()
  }
}
