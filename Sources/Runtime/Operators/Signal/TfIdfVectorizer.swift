import ZooFormat

/// TfIdfVectorizer of integers: how often n-grams of a pool occur in each row, weighted.
enum TfIdfVectorizer {
  static let definition = Operator(
    "TfIdfVectorizer", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .int32 || x.elementType == .int64 else { throw call.unsupported() }
      guard x.rank == 1 || x.rank == 2 else { throw call.error("\(x)", expected: "[C] or [N, C]") }
      return [TensorType(.float32, Array(x.shape.dropLast()) + [try Pool(call).width])]
    },
    gradient: { _, _ in [nil] },
    kernel: { request in
      let pool = try Pool(request.call)
      let x = try request.call.input(0)
      let length = x.shape[x.rank - 1]
      let rows = x.rank == 2 ? x.shape[0] : 1
      let isWide = x.elementType == .int64
      return Kernel { arguments in
        let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        y.update(repeating: 0, count: rows * pool.width)
        for row in 0..<rows {
          let words = (0..<length).map { index in
            isWide
              ? arguments.unsafeInput(0, as: Int64.self)[row * length + index]
              : Int64(arguments.unsafeInput(0, as: Int32.self)[row * length + index])
          }
          pool.count(words, y + row * pool.width)
          pool.weigh(y + row * pool.width)
        }
      }
    })

  private struct Pool: Sendable {
    /// The column of each n-gram, by its words.
    private var columns: [[Int64]: Int] = [:]
    private let lengths: ClosedRange<Int>
    private let skips: Int
    private let mode: String
    private let weights: [Float]
    let width: Int

    init(_ call: OperatorCall) throws {
      guard let words = try call.ints("pool_int64s"), let starts = try call.ints("ngram_counts"),
        let indexes = try call.ints("ngram_indexes")
      else { throw call.error("no pool of integers", expected: "pool_int64s, ngram_counts and ngram_indexes") }
      let (shortest, longest) = (try call.int("min_gram_length"), try call.int("max_gram_length"))
      skips = try call.int("max_skip_count")
      mode = try call.string("mode")
      guard shortest >= 1, shortest <= longest, longest <= 64, (0...1 << 20).contains(skips),
        ["TF", "IDF", "TFIDF"].contains(mode), indexes.allSatisfy({ (0..<1 << 30).contains($0) }),
        zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }), starts.first ?? 0 >= 0,
        starts.last ?? 0 <= words.count
      else { throw call.error("attributes that contradict each other") }
      lengths = shortest...longest
      width = (indexes.max() ?? -1) + 1
      weights = try call.floats("weights") ?? []
      guard weights.isEmpty || weights.count >= width else {
        throw call.error("\(weights.count) weights", expected: "\(width)")
      }
      var next = 0
      for (index, start) in starts.enumerated() {
        let end = index + 1 < starts.count ? starts[index + 1] : words.count
        for gram in 0..<(end - start) / (index + 1) {
          guard next < indexes.count else {
            throw call.error("\(indexes.count) ngram_indexes", expected: "one for each n-gram")
          }
          let first = start + gram * (index + 1)
          columns[words[first..<first + index + 1].map(Int64.init)] = indexes[next]
          next += 1
        }
      }
    }

    /// Adds 1 for each n-gram of `words` whose words stand next to each other or `skips` apart.
    func count(_ words: [Int64], _ row: UnsafeMutablePointer<Float>) {
      for distance in 1...max(1, min(skips + 1, words.count)) {
        for length in lengths where length > 1 || distance == 1 {
          let reach = (length - 1) * distance
          for start in 0..<max(0, words.count - reach) {
            let gram = (0..<length).map { words[start + $0 * distance] }
            if let column = columns[gram] { row[column] += 1 }
          }
        }
      }
    }

    func weigh(_ row: UnsafeMutablePointer<Float>) {
      for column in 0..<width {
        let weight = weights.isEmpty ? 1 : weights[column]
        switch mode {
        case "IDF": row[column] = row[column] > 0 ? weight : 0
        case "TFIDF": row[column] *= weight
        default: break
        }
      }
    }
  }
}
