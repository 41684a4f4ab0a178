enum MeanTemporal {
  /// The mean of the features over the frames.
  static func plugin() -> Plugin {
    Plugin(.temporal, "mean", summary: "mean of the features over the frames") { builder, input in
      try builder.add("ReduceMean", [input, builder.graph.constant([1])], ["keepdims": .int(0)])
    }
  }
}
