/// One matrix of a batch: where it begins, how many rows and columns it has, and how they lie.
struct MatrixView: Sendable {
  var rows: Int
  var columns: Int
  /// Elements from row to row and from column to column; one of them is 1.
  var rowStride: Int
  var columnStride: Int

  /// The last two axes of a row-major tensor, transposed if `transposed`.
  init(rows: Int, columns: Int, transposed: Bool) {
    self.rows = transposed ? columns : rows
    self.columns = transposed ? rows : columns
    rowStride = transposed ? 1 : columns
    columnStride = transposed ? columns : 1
  }
}

/// Which matrices are multiplied for each matrix of the result, after numpy's broadcasting.
struct MatrixProductGeometry: Sendable {
  var a: MatrixView
  var b: MatrixView
  /// For each matrix of the result, the pairs (index of a, index of b) whose products are summed.
  var terms: [[(a: Int, b: Int)]]
  var aCount: Int
  var bCount: Int
  /// The shape of all products together, before any are summed.
  var batch: [Int]

  var operations: Int {
    [a.rows, b.columns, a.columns, terms.reduce(0) { $0 + $1.count }].reduce(2, saturatingProduct)
  }

  /// - Parameters:
  ///   - aShape, bShape: of rank 2 at least.
  ///   - summed: the batch shape of the result if it is smaller than `batch`: 1 or missing where products are summed.
  init?(
    aShape: [Int], bShape: [Int], transposeA: Bool = false, transposeB: Bool = false, summed: [Int]? = nil
  ) {
    guard aShape.count >= 2, bShape.count >= 2 else { return nil }
    var aBatch = Array(aShape.dropLast(2))
    var bBatch = Array(bShape.dropLast(2))
    var aRows = aShape[aShape.count - 2]
    var bRows = bShape[bShape.count - 2]
    if let summed, summed.allSatisfy({ $0 == 1 }), transposeA, !transposeB, aBatch == bBatch, aRows == bRows {
      // A sum of products of transposed matrices is one product of the matrices stacked upon each other.
      aRows = aBatch.reduce(aRows, *)
      bRows = aRows
      (aBatch, bBatch) = ([], [])
    } else if summed == nil, !transposeA, bBatch.allSatisfy({ $0 == 1 }), bBatch.count <= aBatch.count {
      // One matrix for the whole batch: the rows of all of it form one matrix.
      aRows = aBatch.reduce(aRows, *)
      bBatch = []
      batch = aBatch
      aBatch = []
      a = MatrixView(rows: aRows, columns: aShape[aShape.count - 1], transposed: false)
      b = MatrixView(rows: bRows, columns: bShape[bShape.count - 1], transposed: transposeB)
      guard a.columns == b.rows else { return nil }
      (aCount, bCount, terms) = (1, 1, [[(0, 0)]])
      return
    }
    a = MatrixView(rows: aRows, columns: aShape[aShape.count - 1], transposed: transposeA)
    b = MatrixView(rows: bRows, columns: bShape[bShape.count - 1], transposed: transposeB)
    guard a.columns == b.rows else { return nil }
    let rank = max(aBatch.count, bBatch.count, summed?.count ?? 0)
    func padded(_ shape: [Int]) -> [Int] { Array(repeating: 1, count: rank - shape.count) + shape }
    let (aAll, bAll) = (padded(aBatch), padded(bBatch))
    var all: [Int] = []
    for (p, q) in zip(aAll, bAll) {
      guard p == q || p == 1 || q == 1 else { return nil }
      all.append(p == 1 ? q : p)
    }
    let result = padded(summed ?? all)
    // A file may ask for any number of empty matrices: their places alone take memory.
    guard let count = Self.product(all), Self.product(aAll) != nil, Self.product(bAll) != nil,
      (try? MemoryAccount.current.check(count, of: 64, for: "places of matrices")) != nil
    else { return nil }
    for (size, wanted) in zip(all, result) { guard wanted == size || wanted == 1 else { return nil } }
    aCount = aAll.reduce(1, *)
    bCount = bAll.reduce(1, *)
    batch = all
    terms = Array(repeating: [], count: result.reduce(1, *))
    for index in 0..<count {
      var (rest, p, q, r) = (index, 0, 0, 0)
      var (pStep, qStep, rStep) = (1, 1, 1)
      for axis in stride(from: rank - 1, through: 0, by: -1) {
        let position = rest % all[axis]
        rest /= all[axis]
        if aAll[axis] > 1 { p += position * pStep }
        if bAll[axis] > 1 { q += position * qStep }
        if result[axis] > 1 { r += position * rStep }
        pStep *= aAll[axis]
        qStep *= bAll[axis]
        rStep *= result[axis]
      }
      terms[r].append((p, q))
    }
  }

  private static func product(_ sizes: [Int]) -> Int? {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      product = next
    }
    return product
  }
}
