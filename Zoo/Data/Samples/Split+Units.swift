import ZooFormat

extension Dataset {
  /// The groups that a split moves as wholes: samples with equal values in all `columns` (each sample by itself without
  /// any), and beyond that whatever shares a unit, such as the crops of one track and crops that overlap.
  ///
  /// O(samples).
  func splitGroups(of indices: [Int], by columns: [Int]) -> [[Int]] {
    var parents: [Int] = []
    func root(_ item: Int) -> Int {
      var item = item
      while parents[item] != item {
        parents[item] = parents[parents[item]]
        item = parents[item]
      }
      return item
    }
    var places: [[String]: Int] = [:]
    var units: [String: Int] = [:]
    var placeOf: [Int] = []
    placeOf.reserveCapacity(indices.count)
    for index in indices {
      let sample = samples[index]
      let name = columns.isEmpty ? [sample.id] : columns.map { sample.groups[$0] }
      let place = places[name] ?? parents.count
      if place == parents.count {
        places[name] = place
        parents.append(place)
      }
      if let unit = sample.unit {
        if let other = units[unit] {
          let (a, b) = (root(place), root(other))
          if a != b { parents[max(a, b)] = min(a, b) }
        } else {
          units[unit] = place
        }
      }
      placeOf.append(place)
    }
    var groups: [[Int]] = []
    var groupOf: [Int: Int] = [:]
    for (index, place) in zip(indices, placeOf) {
      let top = root(place)
      if let group = groupOf[top] {
        groups[group].append(index)
      } else {
        groupOf[top] = groups.count
        groups.append([index])
      }
    }
    return groups
  }
}
