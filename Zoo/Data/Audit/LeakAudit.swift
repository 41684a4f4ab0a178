import ZooFormat
import ZooImages

/// What of the test set stands in training already, and what of validation: copies, mirrored and turned ones, others with
/// another gain or offset, crops that overlap, parts of one track.
///
/// Positions and tracks are believed where the data have them; all other is found in the pixels of every sample, however
/// it is named. What two exposures have in common, such as the same cell an hour later, isn't found there.
package struct LeakAudit: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// The very same pixels.
    case copy
    /// Mirrored or turned by quarters, with the same or other intensities.
    case turned
    /// The same with another gain or offset.
    case intensity
    /// A part of the picture is a part of the other one.
    case overlap
    /// The same track of a cell.
    case track

    /// For a person, of one or several.
    package var text: String {
      switch self {
      case .copy: "the same pixels"
      case .turned: "mirrored or turned"
      case .intensity: "other gain or offset"
      case .overlap: "overlapping"
      case .track: "of the same track"
      }
    }
  }

  /// An item of validation or test, and what it shares with one that comes before it.
  package struct Leak: Codable, Sendable, Hashable {
    package var kind: Kind
    /// The item that was to be held out.
    package var item: String
    package var subset: Subset
    package var other: String
    package var otherSubset: Subset
    /// The part of the picture that both show, from 0 to 1; `nil` for tracks.
    package var share: Double?
    /// Of the fine structure; `nil` if positions or tracks say it.
    package var correlation: Double?
    /// E.g. `turned by 90°, gain 0.80`.
    package var note: String
  }

  /// Samples that were looked at.
  package var items: Int
  /// Whether the pixels were compared, or positions and tracks alone.
  package var comparesPixels: Bool
  /// Items held out that leak, by subset.
  package var affected: [String: Int]
  /// Those, by the ``Kind`` of their strongest leak.
  package var kinds: [String: Int]
  /// The strongest of each such item, strongest first; at most ``listed``.
  package var leaks: [Leak]

  package static let listed = 1000

  /// O(pixels) to read every sample once, O(n log n) to compare, and the pixels of each suspicious pair once more.
  ///
  /// About 10 KB of memory for each picture while they are compared; of more than 20,000 pictures fewer marks are kept.
  /// - Parameters:
  ///   - by: the columns that are split by; they tell tracks of one name apart.
  ///   - comparesPixels: whether samples are decoded; else positions and tracks alone are looked at.
  ///   - image: gives the pixels of a sample, if there is a faster way than to read them.
  ///   - progress: is told how many samples have been read, and of how many.
  package init(
    _ dataset: Dataset, _ split: Split, by columns: [String], comparesPixels: Bool = true, threads: Int,
    progress: @Sendable (Int, Int) -> Void = { _, _ in }, image: (@Sendable (Int) throws(ZooError) -> Image)? = nil
  ) {
    var subsets = [Subset?](repeating: nil, count: dataset.samples.count)
    for subset in Subset.allCases { for index in split[subset] { subsets[index] = subset } }
    let members = subsets.indices.filter { subsets[$0] != nil }
    items = members.count
    self.comparesPixels = comparesPixels
    var found = PlacedLeaks(dataset, members, subsets, by: columns).leaks
    if comparesPixels {
      found += PictureLeaks(dataset, members, subsets, image: image ?? dataset.stored).leaks(
        threads: threads, progress: progress)
    }
    var strongest: [Int: FoundLeak] = [:]
    for leak in found {
      if let other = strongest[leak.item], !leak.isStronger(than: other) { continue }
      strongest[leak.item] = leak
    }
    affected = [:]
    kinds = [:]
    for leak in strongest.values {
      affected[subsets[leak.item]?.rawValue ?? "", default: 0] += 1
      kinds[leak.kind.rawValue, default: 0] += 1
    }
    let sorted = strongest.values.sorted { $0.isStronger(than: $1) }
    leaks = sorted.prefix(Self.listed).map { leak in
      Leak(
        kind: leak.kind, item: dataset.samples[leak.item].id, subset: subsets[leak.item] ?? .test,
        other: dataset.samples[leak.other].id, otherSubset: subsets[leak.other] ?? .train, share: leak.share,
        correlation: leak.correlation, note: leak.note)
    }
  }

  /// A sentence for each subset that leaks.
  package var cautions: [String] {
    guard !affected.isEmpty else { return [] }
    let kinds = Kind.allCases.compactMap { kind in self.kinds[kind.rawValue].map { "\($0) \(kind.text)" } }
    let counts = Subset.allCases.compactMap { subset in affected[subset.rawValue].map { "\($0) of \(subset.rawValue)" }
    }
    let examples = leaks.prefix(3).map { leak in
      "'\(leak.item)' (\(leak.subset.rawValue)) and '\(leak.other)' (\(leak.otherSubset.rawValue))"
        + (leak.note.isEmpty ? "" : ", \(leak.note)")
    }
    return [
      "\(counts.joined(separator: " and ")) stand in other subsets already: \(kinds.joined(separator: ", ")), e.g. "
        + "\(examples.joined(separator: "; ")): the figures will flatter"
    ]
  }

  /// What was looked for, in a few words.
  package var text: String {
    let pixels = comparesPixels ? "pixels, positions and tracks" : "positions and tracks"
    return affected.isEmpty
      ? "none found by \(pixels) of \(Figures.counted(items, "item"))"
      : "\(affected.values.reduce(0, +)) found by \(pixels) of \(Figures.counted(items, "item"))"
  }
}

/// A leak by the places of its samples.
struct FoundLeak: Sendable {
  var kind: LeakAudit.Kind
  /// The one whose subset comes later: test, then validation.
  var item: Int
  var other: Int
  var share: Double?
  var correlation: Double?
  var note: String

  init(
    _ kind: LeakAudit.Kind, _ a: Int, _ b: Int, _ subsets: [Subset?], share: Double? = nil,
    correlation: Double? = nil, note: String = ""
  ) {
    func rank(_ index: Int) -> Int { subsets[index].flatMap(Subset.allCases.firstIndex) ?? 0 }
    (item, other) = rank(a) >= rank(b) ? (a, b) : (b, a)
    (self.kind, self.share, self.correlation, self.note) = (kind, share, correlation, note)
  }

  /// By kind, then by what is shared, then by place, so that the order is always the same.
  func isStronger(than other: FoundLeak) -> Bool {
    func rank(_ kind: LeakAudit.Kind) -> Int { LeakAudit.Kind.allCases.firstIndex(of: kind) ?? 0 }
    return (rank(kind), -(share ?? 0), item, self.other) < (
      rank(other.kind), -(other.share ?? 0), other.item, other.other
    )
  }
}
