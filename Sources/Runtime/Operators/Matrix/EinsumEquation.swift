import ZooFormat

/// An equation of Einsum such as `bij,bjk->bik`, with the sizes of its letters.
struct EinsumEquation: Sendable {
  /// Sizes of the letters of the result, in their order, then of those that are summed over.
  let sizes: [Int]
  let resultRank: Int
  /// `strides[operand][letter]` in elements, letters in the order of `sizes`; 0 for those that the operand lacks.
  let strides: [[Int]]

  var resultShape: [Int] { Array(sizes[..<resultRank]) }

  /// Multiplications, or `nil` if there are more than anybody would wait for.
  var operations: Int? {
    var product = max(1, strides.count)
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow, next <= 1 << 46 else { return nil }
      product = next
    }
    return product
  }

  init(_ call: OperatorCall) throws {
    let text = try call.string("equation").filter { !$0.isWhitespace }
    let halves = text.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 1 || halves[0].hasSuffix("-") else { throw call.error("equation '\(text)'") }
    let left = halves.count == 1 ? halves[0] : halves[0].dropLast()
    let terms = left.split(separator: ",", omittingEmptySubsequences: false)
    guard terms.count == call.inputs.count else {
      throw call.error("equation '\(text)' for \(call.inputs.count) inputs", expected: "a term for each")
    }
    let shapes = try terms.indices.map { try call.input($0).shape }
    let letters = try zip(terms, shapes).map { try Self.letters(String($0), rank: $1.count, call) }
    var known: [Letter: Int] = [:]
    for (own, shape) in zip(letters, shapes) {
      for (letter, size) in zip(own, shape) {
        let before = known[letter] ?? 1
        guard before == size || before == 1 || size == 1 else {
          throw call.error("equation '\(text)' gives a letter the sizes \(before) and \(size)")
        }
        known[letter] = max(before == 1 ? size : before, before == 0 || size == 0 ? 0 : 1)
      }
    }
    let result = try halves.count == 1 ? Self.implied(letters) : Self.result(String(halves[1]), known, call)
    let summed = known.keys.filter { !result.contains($0) }.sorted()
    guard Set(result).count == result.count, result.allSatisfy({ known[$0] != nil }) else {
      throw call.error("the result of equation '\(text)'", expected: "letters of the terms, each once")
    }
    resultRank = result.count
    let order = result + summed
    sizes = order.map { known[$0] ?? 1 }
    strides = zip(letters, shapes).map { own, shape in
      let dense = denseStrides(shape)
      // A letter that stands twice walks along the diagonal.
      return order.map { letter in
        own.indices.reduce(0) { own[$1] == letter && shape[$1] != 1 ? $0 + dense[$1] : $0 }
      }
    }
  }

  /// A letter, or one of the dimensions that an ellipsis stands for, counted from the last.
  private struct Letter: Hashable, Comparable {
    var character: Character
    var place = 0

    static func < (a: Letter, b: Letter) -> Bool { (a.character, -a.place) < (b.character, -b.place) }
  }

  private static func letters(_ term: String, rank: Int, _ call: OperatorCall) throws -> [Letter] {
    let named = term.filter { $0 != "." }
    let hidden = rank - named.count
    guard named.allSatisfy({ $0.isASCII && $0.isLetter }), hidden >= 0, hidden == 0 || term.contains("...") else {
      throw call.error("term '\(term)' for rank \(rank)", expected: "a letter for each dimension")
    }
    return try expand(term, hidden: hidden, call)
  }

  private static func expand(_ term: String, hidden: Int, _ call: OperatorCall) throws -> [Letter] {
    guard let dots = term.firstRange(of: "...") else {
      guard !term.contains(".") else {
        throw call.error("term '\(term)'", expected: "at most one ellipsis of three dots")
      }
      return term.map { Letter(character: $0) }
    }
    let rest = term[dots.upperBound...]
    guard !term[..<dots.lowerBound].contains("."), !rest.contains(".") else {
      throw call.error("term '\(term)'", expected: "at most one ellipsis of three dots")
    }
    return term[..<dots.lowerBound].map { Letter(character: $0) }
      + (0..<hidden).reversed().map { Letter(character: ".", place: $0 + 1) } + rest.map { Letter(character: $0) }
  }

  /// Without an arrow: the ellipsis, then the letters that stand once, in alphabetical order.
  private static func implied(_ letters: [[Letter]]) -> [Letter] {
    var counts: [Letter: Int] = [:]
    for letter in letters.joined() { counts[letter, default: 0] += 1 }
    return counts.keys.filter { $0.character == "." || counts[$0] == 1 }.sorted()
  }

  private static func result(_ term: String, _ known: [Letter: Int], _ call: OperatorCall) throws -> [Letter] {
    guard term.allSatisfy({ $0 == "." || $0.isASCII && $0.isLetter }) else { throw call.error("result '\(term)'") }
    return try expand(term, hidden: known.keys.count { $0.character == "." }, call)
  }
}
