/// The order in which an epoch goes through its samples: a function of seed and epoch alone.
package enum SampleOrder: Sendable, Hashable {
  /// As given, e.g. for evaluation.
  case sequential
  /// Each sample once, in random order.
  case shuffle
  /// As many draws as there are samples, each class as often as any other; small classes repeat, large ones skip.
  case balanced

  /// Places in the list of samples for one epoch.
  func places(labels: [Int?], seed: UInt64, epoch: Int) -> [Int] {
    let count = labels.count
    var random = KeyedRandom(seed: seed, KeyedRandom.key("order"), UInt64(bitPattern: Int64(epoch)))
    switch self {
    case .sequential:
      return Array(0..<count)
    case .shuffle:
      var places = Array(0..<count)
      random.shuffle(&places)
      return places
    case .balanced:
      var classes: [Int: [Int]] = [:]
      for (place, label) in labels.enumerated() { classes[label ?? -1, default: []].append(place) }
      // The classes that get one draw more when the epoch doesn't divide evenly are drawn too.
      var order = classes.keys.sorted()
      random.shuffle(&order)
      var places: [Int] = []
      for (rank, label) in order.enumerated() {
        var members = classes[label] ?? []
        var draws = count / order.count + (rank < count % order.count ? 1 : 0)
        while draws > 0, !members.isEmpty {
          random.shuffle(&members)
          places += members.prefix(draws)
          draws -= members.count
        }
      }
      random.shuffle(&places)
      return places
    }
  }
}
