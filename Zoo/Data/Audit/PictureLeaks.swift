import ZooFormat
import ZooImages

/// Leaks that the pixels show.
struct PictureLeaks {
  /// Marks kept of a picture, over all its channels, and bytes that those of all pictures may take.
  private static let marks = 384
  private static let markBytes = 64 << 20
  /// Least correlation of fine structure: two exposures of one thing are far below, what rounding leaves is above.
  static let leastCorrelation = 0.8
  /// From here on the pictures count as the same; below, as overlapping.
  private static let wholeShare = 0.98

  private let dataset: Dataset
  private let members: [Int]
  private let subsets: [Subset?]
  private let image: @Sendable (Int) throws(ZooError) -> Image

  init(
    _ dataset: Dataset, _ members: [Int], _ subsets: [Subset?],
    image: @escaping @Sendable (Int) throws(ZooError) -> Image
  ) {
    self.image = image
    (self.dataset, self.members, self.subsets) = (dataset, members, subsets)
  }

  /// Reads every sample once, and each suspicious pair once more.
  func leaks(threads: Int, progress: @Sendable (Int, Int) -> Void) -> [FoundLeak] {
    guard Set(members.map { subsets[$0] }).count > 1 else { return [] }
    let prints = allPrints(threads: threads, progress: progress)
    let results = ParallelMap.map(PictureCandidates.find(prints), threads: threads) {
      candidate throws(ZooError) -> FoundLeak? in try confirmed(candidate, prints)
    }
    // A sample that can't be read is told where pixels are checked.
    return results.compactMap { (try? $0.get()) ?? nil }
  }

  /// What is kept of every frame of every sample; none of what can't be read.
  private func allPrints(threads: Int, progress: @Sendable (Int, Int) -> Void) -> [PicturePrint] {
    let pictures = max(1, members.count * (dataset.frames ?? 1))
    let limit = max(2, min(Self.marks, Self.markBytes / 8 / pictures) / max(1, dataset.channels.count))
    var all: [PicturePrint] = []
    all.reserveCapacity(pictures)
    for start in stride(from: 0, to: members.count, by: 512) {
      let block = Array(members[start..<min(start + 512, members.count)])
      let results = ParallelMap.map(block, threads: threads) { item throws(ZooError) -> [PicturePrint] in
        prints(item, limit: limit, image: try image(item))
      }
      for result in results { if case .success(let found) = result { all += found } }
      progress(start + block.count, members.count)
    }
    return all
  }

  private func prints(_ item: Int, limit: Int, image: Image) -> [PicturePrint] {
    let plane = image.width * image.height
    return (0..<image.frames).map { frame in
      image.samples.withUnsafeBufferPointer { samples in
        var print = PicturePrint(
          item: item, frame: frame, subset: subsets[item] ?? .train, summary: [], marks: [])
        guard let pixels = samples.baseAddress.map({ $0 + frame * image.channels * plane }) else { return print }
        print.summary = PictureSummary.summary(
          pixels, channels: image.channels, height: image.height, width: image.width)
        for channel in 0..<image.channels {
          print.marks += PictureMarks.marks(
            pixels + channel * plane, height: image.height, width: image.width, channel: channel, limit: limit)
        }
        return print
      }
    }
  }

  private func confirmed(_ candidate: PictureCandidate, _ prints: [PicturePrint]) throws(ZooError) -> FoundLeak? {
    let (first, second) = (prints[candidate.first], prints[candidate.second])
    let (a, b) = (try picture(first), try picture(second))
    var best: (agreement: PictureAgreement, symmetry: Symmetry)?
    func look(_ symmetry: Symmetry, _ shift: (y: Int, x: Int)) {
      guard let agreement = PictureAgreement(a, b, symmetry, shift: shift),
        agreement.correlation > best?.agreement.correlation ?? Self.leastCorrelation
      else { return }
      best = (agreement, symmetry)
    }
    if let placing = candidate.placing {
      look(placing.symmetry, (placing.y, placing.x))
    } else {
      for symmetry in Symmetry.all {
        let (height, width) = symmetry.exchanges ? (a.width, a.height) : (a.height, a.width)
        if (height, width) == (b.height, b.width) { look(symmetry, symmetry.shift(height: a.height, width: a.width)) }
      }
    }
    return best.map { leak($0.agreement, $0.symmetry, first.item, second.item) }
  }

  private func leak(_ agreement: PictureAgreement, _ symmetry: Symmetry, _ a: Int, _ b: Int) -> FoundLeak {
    let isWhole = agreement.share >= Self.wholeShare
    let gains = agreement.gains.filter { $0 > 0 }
    let changed = gains.filter { abs($0 - 1) > 0.01 }
    var notes = [symmetry.text].filter { !$0.isEmpty }
    if !changed.isEmpty { notes.append("gain \(gains.map { Figures.fixed($0, 2) }.joined(separator: ", "))") }
    if !isWhole { notes.append("\(Figures.fixed(agreement.share * 100, 0)) % of the picture") }
    let kind: LeakAudit.Kind =
      !isWhole ? .overlap : symmetry != .identity ? .turned : agreement.isEqual ? .copy : .intensity
    if kind == .intensity, changed.isEmpty { notes.append("another offset or a little noise") }
    return FoundLeak(
      kind, a, b, subsets, share: agreement.share, correlation: agreement.correlation,
      note: notes.joined(separator: ", "))
  }

  private func picture(_ print: PicturePrint) throws(ZooError) -> PictureAgreement.Picture {
    let image = try image(print.item)
    let size = image.channels * image.height * image.width
    return PictureAgreement.Picture(
      channels: image.channels, height: image.height, width: image.width,
      pixels: Array(image.samples[print.frame * size..<(print.frame + 1) * size]))
  }
}

extension Dataset {
  /// The pixels of a sample as they are stored, before they are resized.
  package func stored(_ index: Int) throws(ZooError) -> Image {
    try source.image(entries[index], channels: sourceChannels)
  }
}
