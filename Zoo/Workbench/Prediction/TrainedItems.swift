import ZooData
import ZooPlugins

/// Finds out whether a model is evaluated on what it was trained on.
enum TrainedItems {
  /// What a person should know of the items `indices` of `dataset`; `nil` if none of them was trained on, as far as can be
  /// found out. Compares the contents of files, so that copies under other names are found. O(bytes) of both data sets.
  /// - Parameters:
  ///   - spec: the model's own, whose training data are opened again if they are still there.
  ///   - isSameData: whether `dataset` is what the spec names.
  static func caution(_ spec: Spec, _ dataset: Dataset, _ indices: [Int], isSameData: Bool, threads: Int) -> String? {
    guard let own = isSameData ? dataset : try? Dataset.open(spec.data), let split = try? own.split(spec.data.split)
    else { return nil }
    let count: Int
    if isSameData {
      let trained = Set(split.train)
      count = indices.count { trained.contains($0) }
    } else {
      let trained = Set(own.contents(split.train, threads: threads).compactMap { $0 })
      count = dataset.contents(indices, threads: threads).count { $0.map(trained.contains) == true }
    }
    guard count > 0 else { return nil }
    return "\(count) of \(Figures.counted(indices.count, "item")) are images that the model was trained on: "
      + "the figures say nothing of new images"
  }
}
