import ZooFormat

/// What is done with the slices of a stack in depth.
package enum SliceChoice: Codable, Sendable, Hashable {
  /// One of them, counted from 1.
  case plane(Int)
  /// The highest, or the mean value over all slices at each pixel (maximum and average intensity projection).
  case max
  case mean

  /// The most slices that one may be chosen of.
  package static let most = 100_000

  /// `nil` for another word than `max` and `mean`.
  package init?(word: String) {
    switch word {
    case "max": self = .max
    case "mean": self = .mean
    default: return nil
    }
  }

  /// As the spec has it.
  package var text: String {
    switch self {
    case .plane(let number): "\(number)"
    case .max: "max"
    case .mean: "mean"
    }
  }

  /// What is done, for remarks.
  package var deed: String {
    switch self {
    case .plane(let number): "slice \(number) of each is used"
    case .max: "each is its maximum projection"
    case .mean: "each is its mean projection"
    }
  }

  /// - Throws: ``ZooError`` if one is wanted that a stack of `count` slices hasn't.
  package func check(count: Int) throws(ZooError) {
    guard case .plane(let number) = self, number > count else { return }
    throw ZooError(
      .badInput, problem: "has \(Figures.counted(count, "slice"))",
      expected: "at least \(number), as data.slices=\(number) says",
      remedy: "Choose a slice that all stacks have, or set data.slices to max or mean")
  }

  /// What can be said in a spec or on the command line about a stack that is to be one picture.
  package static let remedy = "Set data.slices to the number of a slice, to max or to mean"
}

/// Puts the slices of one plane together, one after the other.
package struct SliceProjection {
  private let choice: SliceChoice
  private let isWhole: Bool
  private var first: [Float]
  private var sums: [Double] = []
  private var count = 1

  /// - Parameter isWhole: Whether samples are whole numbers: their mean is then rounded to one.
  package init(_ first: [Float], _ choice: SliceChoice, isWhole: Bool) {
    (self.first, self.choice, self.isWhole) = (first, choice, isWhole)
  }

  package mutating func add(_ slice: [Float]) {
    count += 1
    switch choice {
    case .plane: break
    case .max:
      // What is no number stays to be seen.
      for index in first.indices where slice[index] > first[index] || slice[index].isNaN { first[index] = slice[index] }
    case .mean:
      if sums.isEmpty { sums = first.map(Double.init) }
      for index in sums.indices { sums[index] += Double(slice[index]) }
    }
  }

  package var pixels: [Float] {
    guard !sums.isEmpty else { return first }
    return sums.map { sum in
      let mean = sum / Double(count)
      return Float(isWhole ? mean.rounded() : mean)
    }
  }
}
