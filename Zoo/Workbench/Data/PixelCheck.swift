import ZooFormat

/// Samples decoded to see whether they can be.
struct PixelCheck: Sendable {
  /// Of the training samples that can be decoded; `nil` if there is none.
  let statistics: ChannelStatistics?
  /// The samples that can't be, in the order of the data.
  let failures: [(index: Int, error: ZooError)]

  /// Decodes all samples of `split`, those of training first, so that they get the room that `cache` has. O(pixels).
  init(_ dataset: Dataset, _ split: Split, cache: SampleCache, threads: Int) {
    let training = dataset.measuredChannels(of: split.train, cache: cache, threads: threads)
    let held = dataset.undecodable(split.validation + split.test, cache: cache, threads: threads)
    statistics = training.statistics
    failures = (training.failures + held).sorted { $0.index < $1.index }
  }

  /// - Throws: One ``ZooError`` with all failures.
  func check() throws(ZooError) {
    var problems = Problems()
    problems.add(failures.map(\.error))
    do { try problems.check() } catch { throw Self.withRemedy(error) }
  }

  /// What can be done about images that can't be decoded.
  static func withRemedy(_ error: ZooError) -> ZooError {
    var stopped = error
    let how = "Mend or remove the files, or leave such images out by data.onError=skip"
    stopped.remedy = stopped.remedy.map { "\($0). \(how)" } ?? how
    return stopped
  }
}

extension Dataset {
  /// The samples of `indices` that can't be decoded, or have values that aren't finite.
  fileprivate func undecodable(
    _ indices: [Int], cache: SampleCache, threads: Int
  ) -> [(index: Int, error: ZooError)] {
    let results = ParallelMap.map(indices, threads: threads) { index throws(ZooError) -> Bool in
      guard try cache.pixels(index).isFinite else { throw notFinite(index) }
      return true
    }
    return zip(indices, results).compactMap { index, result in
      if case .failure(let error) = result { (index, error) } else { nil }
    }
  }

  func notFinite(_ index: Int) -> ZooError {
    ZooError(.badInput, file: samples[index].id, problem: "has values that aren't finite", expected: "numbers")
  }
}

extension Split {
  /// Images that are decoded to see what the pixels are like.
  private static let fewToLookAt = 64
  /// Images that are decoded all, because that takes no time.
  private static let allToLookAt = 500

  /// What is decoded before training to see what the pixels are like: some training samples, or all of small sets.
  func lookedAt(_ dataset: Dataset) -> Split {
    dataset.samples.count * (dataset.frames ?? 1) <= Self.allToLookAt ? self : sampled(Self.fewToLookAt)
  }

  /// At most `count` of the training samples, evenly drawn, and nothing else.
  func sampled(_ count: Int) -> Split {
    var split = self
    split.validation = []
    split.test = []
    guard train.count > count else { return split }
    split.train = (0..<count).map { train[$0 * train.count / count] }
    return split
  }

  /// The same without some samples.
  func without(_ indices: Set<Int>) -> Split {
    guard !indices.isEmpty else { return self }
    var split = self
    for path in [\Split.train, \Split.validation, \Split.test] {
      split[keyPath: path].removeAll(where: indices.contains)
    }
    return split
  }
}
