import ZooData
import ZooPlugins

extension Predictor {
  /// What the model says of the samples `indices`, of which each rank predicts a part and gets the others' answers: a sample has
  /// the same bits in any batch. All ranks call it at the same point of their work.
  func predictions(
    _ cache: SampleCache, _ indices: [Int], subset: String, ranks: Ranks
  ) throws -> [Predictions.Item] {
    guard ranks.count > 1 else { return try predictions(cache, indices, subset: subset) { _ in "" } }
    let own = try probabilities(cache, Array(indices[ranks.part(of: indices.count, rank: ranks.rank)]))
    let all = try ranks.exchange(Array(own.joined()).withUnsafeBytes { Array($0) })
    return try all.enumerated().flatMap { rank, bytes in
      let members = indices[ranks.part(of: indices.count, rank: rank)]
      let classes = bytes.count / MemoryLayout<Float>.size / max(members.count, 1)
      guard classes * members.count * MemoryLayout<Float>.size == bytes.count else {
        throw ZooError(.failed, problem: "rank \(rank) answered for other samples than it was to")
      }
      let values = bytes.withUnsafeBytes { bytes in
        (0..<members.count * classes).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
      }
      return members.enumerated().map { place, index in
        let sample = cache.dataset.samples[index]
        return Predictions.Item(
          id: sample.id, subset: subset, group: "", label: sample.label,
          probabilities: Array(values[place * classes..<(place + 1) * classes]), cautions: [])
      }
    }
  }
}
