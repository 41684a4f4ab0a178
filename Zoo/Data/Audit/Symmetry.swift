/// One of the eight symmetries of a square: quarter turns and mirror images.
///
/// As a map of offsets: the axes are exchanged first if ``exchanges``, then turned around one by one.
struct Symmetry: Sendable, Hashable {
  let exchanges: Bool
  let turnsY: Bool
  let turnsX: Bool

  static let identity = Symmetry(exchanges: false, turnsY: false, turnsX: false)

  static let all: [Symmetry] = [false, true].flatMap { exchanges in
    [false, true].flatMap { y in
      [false, true].map { x in Symmetry(exchanges: exchanges, turnsY: y, turnsX: x) }
    }
  }

  init(exchanges: Bool, turnsY: Bool, turnsX: Bool) {
    (self.exchanges, self.turnsY, self.turnsX) = (exchanges, turnsY, turnsX)
  }

  /// From a number below 8.
  init(code: Int) { self.init(exchanges: code & 4 != 0, turnsY: code & 2 != 0, turnsX: code & 1 != 0) }

  var code: Int { (exchanges ? 4 : 0) + (turnsY ? 2 : 0) + (turnsX ? 1 : 0) }

  @inline(__always)
  func callAsFunction(_ y: Int, _ x: Int) -> (y: Int, x: Int) {
    let (a, b) = exchanges ? (x, y) : (y, x)
    return (turnsY ? -a : a, turnsX ? -b : b)
  }

  /// What leads from the offsets that `self` makes to those that `other` makes of the same.
  func to(_ other: Symmetry) -> Symmetry {
    // If axes are exchanged once in all, the signs of self's axes change places on the way.
    let exchanges = self.exchanges != other.exchanges
    let (y, x) = exchanges ? (turnsX, turnsY) : (turnsY, turnsX)
    return Symmetry(exchanges: exchanges, turnsY: y != other.turnsY, turnsX: x != other.turnsX)
  }

  /// The shift that maps a picture of `height` × `width` pixels onto all of its image.
  func shift(height: Int, width: Int) -> (y: Int, x: Int) {
    let (newHeight, newWidth) = exchanges ? (width, height) : (height, width)
    return (turnsY ? newHeight - 1 : 0, turnsX ? newWidth - 1 : 0)
  }

  /// For a person; empty for the identity.
  var text: String {
    switch (exchanges, turnsY, turnsX) {
    case (false, false, false): ""
    case (false, false, true): "mirrored left to right"
    case (false, true, false): "mirrored top to bottom"
    case (false, true, true): "turned by 180°"
    case (true, false, false): "mirrored along the diagonal"
    case (true, false, true), (true, true, false): "turned by 90°"
    case (true, true, true): "mirrored along the other diagonal"
    }
  }
}
