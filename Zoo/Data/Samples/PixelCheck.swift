import ZooFormat
import ZooImages

/// Samples decoded to see whether they can be, and whether they are alike.
package struct PixelCheck: Sendable {
  /// Of the training samples that can be decoded; `nil` if there is none.
  package let statistics: ChannelStatistics?
  /// The samples that can't be, in the order of the data.
  package let failures: [(index: Int, error: ZooError)]
  /// What a person should know of single samples and of groups: what is of one value, what is held out and unlike training,
  /// whose pixels are many times as bright, whose channels look like each other's.
  package let cautions: [String]

  /// Decodes all samples of `split`, those of training first, so that they get the room that `cache` has. O(pixels).
  /// - Parameter by: the columns that are split by.
  package init(_ dataset: Dataset, _ split: Split, by columns: [String] = [], cache: SampleCache, threads: Int) {
    let training = dataset.measuredChannels(of: split.train, cache: cache, threads: threads)
    let held = HeldPixels(
      dataset, split.validation + split.test, training: training.statistics, cache: cache, threads: threads)
    statistics = training.statistics
    failures = (training.failures + held.failures).sorted { $0.index < $1.index }
    let samples = training.samples + held.samples
    let outliers = PixelOutliers(dataset, split, by: columns)
    cautions =
      outliers.constant(samples) + outliers.unlike(held.cautions) + outliers.brightness(samples)
      + ChannelOrders(dataset).cautions(samples) + outliers.copies(samples)
  }

  /// - Throws: One ``ZooError`` with all failures.
  package func check() throws(ZooError) {
    var problems = Problems()
    problems.add(failures.map(\.error))
    do { try problems.check() } catch { throw Self.withRemedy(error) }
  }

  /// - Throws: ``ZooError`` with the first cause if none of the samples that were looked at, or none of a class, can be decoded.
  package func checkClasses(_ dataset: Dataset, _ split: Split) throws(ZooError) {
    guard let first = failures.first else { return }
    let failed = Set(failures.map(\.index))
    let looked = split.train + split.validation + split.test
    func refusal(_ error: ZooError, _ what: String) -> ZooError {
      var error = error
      error.problem += " (\(what))"
      error.remedy = error.remedy ?? "Mend the files, or leave out of the spec what needs them"
      return error
    }
    guard looked.contains(where: { !failed.contains($0) }) else {
      throw refusal(first.error, "none of \(Figures.counted(looked.count, "image")) can be decoded")
    }
    for (label, name) in dataset.classes.enumerated() {
      let members = looked.filter { dataset.samples[$0].label == label }
      guard !members.isEmpty, members.allSatisfy(failed.contains),
        let own = failures.first(where: { dataset.samples[$0.index].label == label })
      else { continue }
      throw refusal(
        own.error, "none of \(Figures.counted(members.count, "image")) of the class '\(name)' can be decoded")
    }
  }

  /// Why there is nothing to train on.
  package var nothingLeft: ZooError {
    var error = ZooError(.badInput, path: "data", problem: "no training image can be decoded")
    if let first = failures.first { error.problem += ", e.g. \(first.error)" }
    return error
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
  package func lookedAt(_ dataset: Dataset) -> Split {
    dataset.samples.count * (dataset.frames ?? 1) <= Self.allToLookAt ? self : sampled(Self.fewToLookAt)
  }

  /// At most `count` of the training samples and half as many of the others, evenly drawn.
  func sampled(_ count: Int) -> Split {
    func drawn(_ indices: [Int], _ count: Int) -> [Int] {
      indices.count > count ? (0..<count).map { indices[$0 * indices.count / count] } : indices
    }
    var split = self
    split.train = drawn(train, count)
    split.validation = drawn(validation, count / 4)
    split.test = drawn(test, count / 4)
    return split
  }

  /// The same without some samples.
  package func without(_ indices: Set<Int>) -> Split {
    guard !indices.isEmpty else { return self }
    var split = self
    for path in [\Split.train, \Split.validation, \Split.test] {
      split[keyPath: path].removeAll(where: indices.contains)
    }
    return split
  }
}
