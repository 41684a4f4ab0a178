import ZooPlugins

/// What a person is told of items whose pixels are unlike those of training.
enum PixelCaution {
  /// One line for all `items`, with the figures of the first: a whole plate has the same thing wrong with it.
  static func summary(_ items: [Predictions.Item]) -> String? {
    let unlike = items.filter { !$0.cautions.isEmpty }
    guard let first = unlike.first else { return nil }
    return text(unlike: unlike.count, of: items.count, id: first.id, cautions: first.cautions)
  }

  static func text(unlike: Int, of all: Int, id: String, cautions: [String]) -> String {
    "\(unlike) of \(Figures.counted(all, "item")) unlike what the model was trained on, e.g. "
      + "\(id): \(cautions.joined(separator: "; ")). If another camera or another program made them, "
      + "say by data.range=[LOWEST,HIGHEST] which values they can have, or train on such images"
  }
}
