import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("The eight symmetries")
struct SymmetryTests {
  @Test("are eight, each with its own number")
  func codes() {
    #expect(Set(Symmetry.all).count == 8)
    for symmetry in Symmetry.all { #expect(Symmetry(code: symmetry.code) == symmetry) }
  }

  @Test("lead from one to the other")
  func between() {
    for a in Symmetry.all {
      for b in Symmetry.all {
        let between = a.to(b)
        for (y, x) in [(1, 0), (0, 1), (3, -5)] {
          let (p, q) = a(y, x)
          #expect(between(p, q) == b(y, x))
        }
      }
    }
  }

  @Test("with their shift map a picture onto the whole of its image", arguments: Symmetry.all)
  func shift(symmetry: Symmetry) {
    let (height, width) = (3, 5)
    let shift = symmetry.shift(height: height, width: width)
    var seen: Set<[Int]> = []
    for y in 0..<height {
      for x in 0..<width {
        let (p, q) = symmetry(y, x)
        seen.insert([p + shift.y, q + shift.x])
      }
    }
    let (newHeight, newWidth) = symmetry.exchanges ? (width, height) : (height, width)
    #expect(seen.count == 15 && seen.allSatisfy { $0[0] >= 0 && $0[0] < newHeight && $0[1] >= 0 && $0[1] < newWidth })
  }
}
