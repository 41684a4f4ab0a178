extension Checklist {
  static let dome = Checklist(
    name: "DOME",
    source:
      "Walsh et al., “DOME: recommendations for supervised machine learning validation in biology”, Nature Methods 2021.",
    items: [
      Item("Data: provenance", "source, and items of each class", .source, .counts),
      Item("Data: splits", "sizes and distributions of training, validation and test data", .counts),
      Item("Data: redundancy", "how independence of the splits is enforced", .splitRule, .separation),
      Item("Data: availability", "where data and splits can be had"),
      Item("Optimization: algorithm", "class of algorithm", .model),
      Item("Optimization: meta-predictions", "whether outputs of other predictors are inputs"),
      Item("Optimization: encoding", "encoding and preprocessing", .preprocessing),
      Item("Optimization: parameters", "how many, and how they were chosen", .model, .training),
      Item("Optimization: features", "input features", .channels),
      Item("Optimization: fitting", "how over- and underfitting are excluded", .selection, .baselines),
      Item("Optimization: regularization", "what is done against overfitting", .augmentation, .training),
      Item("Optimization: availability", "configuration and parameters", .files, .configurations),
      Item("Model: interpretability", "black box, or what can be read from it", .explanation),
      Item("Model: output", "classification or regression", .task),
      Item("Model: execution time", "time of a prediction", .inference, .compute),
      Item("Model: availability", "source code and licence", .version),
      Item("Evaluation: method", "how it was evaluated", .splitRule),
      Item("Evaluation: measures", "performance measures", .metrics, .perClass),
      Item("Evaluation: comparison", "other methods and simpler baselines", .baselines),
      Item("Evaluation: confidence", "intervals and significance", .intervals),
      Item("Evaluation: availability", "raw results", .files),
    ])
}
