/// The card as `metadata_props` of an ONNX model and back. Lists are JSON, as other tools write them.
enum ONNXMetadata {
  /// The key of a node's part.
  static let part = "zoo.part"
  private static let prefix = "zoo."
  private static let metricPrefix = "zoo.metric."
  private static let decisionPrefix = "zoo.decision."

  static func entries(_ card: Card) -> [(key: String, value: String)] {
    var entries = card.notes.filter { !$0.key.hasPrefix(prefix) }
    func add(_ key: String, _ value: String) { if !value.isEmpty { entries[prefix + key] = value } }
    add("name", card.name)
    if !card.channels.isEmpty { add("channels", JSONText.strings(card.channels)) }
    if !card.classes.isEmpty { add("classes", JSONText.strings(card.classes)) }
    add("sample_type", card.sampleType.description)
    add("sample_minimum", card.sampleRange.lowerBound.description)
    add("sample_maximum", card.sampleRange.upperBound.description)
    if card.isRangeFound { add("range_is_found", "true") }
    if !card.channelValues.isEmpty {
      add("channel_values", JSONText.strings(card.channelValues.flatMap(\.figures).map(\.description)))
    }
    add("image_height", String(card.imageSize.height))
    add("image_width", String(card.imageSize.width))
    if let frames = card.frames { add("frames", String(frames)) }
    add("spec", card.spec)
    add("data_fingerprint", card.dataFingerprint)
    for (name, value) in card.metrics { entries[metricPrefix + name] = value.description }
    if let decision = card.decision {
      add("decision.temperature", decision.temperature.description)
      add("decision.positive_class", decision.positiveClass ?? "")
      add("decision.threshold", decision.threshold.description)
      add("decision.rule", decision.rule)
      add("decision.least_confidence", decision.leastConfidence.description)
      add("decision.maximum_error", decision.maximumError?.description ?? "")
      add("decision.items", decision.items.description)
    }
    return entries.sortedByName()
  }

  /// The card; keys that aren't ours become notes.
  static func card(_ metadata: [String: String], name: String, summary: String) -> Card {
    var card = Card()
    card.name = metadata["zoo.name"] ?? name
    card.summary = summary
    var (minimum, maximum) = (card.sampleRange.lowerBound, card.sampleRange.upperBound)
    for (key, value) in metadata {
      switch key {
      case "zoo.name": break
      case "zoo.channels": card.channels = JSONText.strings(value) ?? []
      case "zoo.classes": card.classes = JSONText.strings(value) ?? []
      case "zoo.sample_type":
        card.sampleType = ElementType.allCases.first { $0.description == value } ?? card.sampleType
      case "zoo.sample_minimum": minimum = Float(value) ?? minimum
      case "zoo.sample_maximum": maximum = Float(value) ?? maximum
      case "zoo.range_is_found": card.isRangeFound = value == "true"
      case "zoo.channel_values": card.channelValues = channelValues(value)
      case "zoo.image_height": card.imageSize.height = max(Int(value) ?? 0, 0)
      case "zoo.image_width": card.imageSize.width = max(Int(value) ?? 0, 0)
      case "zoo.frames": card.frames = Int(value).flatMap { $0 > 0 ? $0 : nil }
      case "zoo.spec": card.spec = value
      case "zoo.data_fingerprint": card.dataFingerprint = value
      case _ where key.hasPrefix(decisionPrefix): break
      case _ where key.hasPrefix(metricPrefix):
        if let metric = Double(value) { card.metrics[String(key.dropFirst(metricPrefix.count))] = metric }
      default: card.notes[key] = value
      }
    }
    if minimum <= maximum { card.sampleRange = minimum...maximum }
    if card.channelValues.count != card.channels.count { card.channelValues = [] }
    card.decision = decision(metadata, classes: card.classes)
    return card
  }

  /// `nil` if nothing is said, or what is said can't be.
  private static func decision(_ metadata: [String: String], classes: [String]) -> Decision? {
    func text(_ name: String) -> String? { metadata[decisionPrefix + name] }
    func number(_ name: String) -> Double? { text(name).flatMap(Double.init) }
    guard let temperature = number("temperature") else { return nil }
    let decision = Decision(
      temperature: temperature, positiveClass: text("positive_class"), threshold: number("threshold") ?? 0.5,
      rule: text("rule") ?? "", leastConfidence: number("least_confidence") ?? 0,
      maximumError: number("maximum_error"), items: text("items").flatMap { Int($0) } ?? 0)
    return (try? decision.check(classes: classes)) == nil ? nil : decision
  }

  /// Seven figures a channel; none if any of them isn't one.
  private static func channelValues(_ text: String) -> [ChannelValues] {
    let figures = (JSONText.strings(text) ?? []).compactMap { Float($0) }
    let count = ChannelValues.figureCount
    let values = stride(from: 0, to: figures.count - figures.count % count, by: count).map { start in
      ChannelValues(Array(figures[start..<start + count]))
    }
    return values.allSatisfy { $0 != nil } ? values.compactMap { $0 } : []
  }
}
