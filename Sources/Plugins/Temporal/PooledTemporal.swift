/// Temporal parts without a state: the features of all frames become those of one by a rule.
enum PooledTemporal {
  static func plugins() throws(ZooError) -> [Plugin] {
    [
      Plugin(.temporal, "mean", summary: "mean of the features over the frames") { builder, input in
        try builder.add("ReduceMean", [input, builder.constant([1])], ["keepdims": .int(0)])
      },
      Plugin(.temporal, "max", summary: "largest value of each feature over the frames") { builder, input in
        try builder.add("ReduceMax", [input, builder.constant([1])], ["keepdims": .int(0)])
      },
      Plugin(.temporal, "last", summary: "features of the last frame") { builder, input in
        let frames = try builder.size(of: input, 1)
        let last = try builder.add(
          "Slice",
          [
            input, builder.constant([frames - 1]), builder.constant([frames]), builder.constant([1]),
          ])
        return try builder.add("Flatten", [last], ["axis": .int(1)])
      },
      try attention(),
    ]
  }

  /// Attention pooling (Ilse and others, 2018, equation 8).
  struct AttentionSettings: PluginSettings {
    /// Features of the hidden layer that scores a frame.
    package var hidden = 128

    /// The settings as a spec names them.
    package static let fields: [Setting] = [
      .integer("hidden", 1...8192, "features of the hidden layer that scores a frame")
    ]

    /// The defaults.
    package init() {}
  }

  private static func attention() throws(ZooError) -> Plugin {
    try Plugin(
      .temporal, "attention", summary: "mean over the frames, weighted by a score of each frame",
      settings: AttentionSettings()
    ) { builder, input, settings in
      let shape = try builder.shape(of: input)
      var scores = try builder.add("Reshape", [input, builder.constant([-1, shape[2]])])
      scores = try builder.add("Tanh", [builder.linear(scores, "attention.fc1", features: settings.hidden)])
      scores = try builder.linear(scores, "attention.fc2", features: 1)
      scores = try builder.add("Reshape", [scores, builder.constant([-1, 1, shape[1]])])
      let shares = try builder.add("Softmax", [scores], ["axis": .int(-1)])
      return try builder.add("Flatten", [builder.add("MatMul", [shares, input])], ["axis": .int(1)])
    }
  }
}
