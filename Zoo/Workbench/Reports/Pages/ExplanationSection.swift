/// Where the model looks, and which channels and frames it needs.
enum ExplanationSection {
  static func html(_ illustrations: Illustrations) -> Markup {
    guard let explanations = illustrations.explanations else { return "" }
    return """
      <h2>Where it looks</h2>
      \(maps(illustrations, explanations))
      \(occlusion(explanations))
      """
  }

  private static func maps(_ illustrations: Illustrations, _ explanations: Explanations) -> Markup {
    if let obstacle = explanations.obstacle { return "<p class=\"note\">No maps: \(obstacle)</p>\n" }
    let shown = (illustrations.wrong + illustrations.right).filter { !$0.maps.isEmpty }
    let items = shown.map { example -> Markup in
      let truth: Markup =
        example.trueClass == example.predictedClass
        ? " (right)" : example.trueClass.map { " (is \($0))" } ?? ""
      return """
        <li>\(ExampleSection.strips(example.maps))<strong>\(example.predictedClass)</strong>\(truth)
        <div class="id">\(example.item.id)</div></li>

        """
    }
    return """
      <p class="note">Grad-CAM (Selvaraju et al. 2017): in orange what speaks for the predicted class, at
      \(explanations.layer ?? "") (numbers:\(DataLink.html("maps", explanations.mapsCSV))). A map shows where the model looks, not
      that it looks at the right thing.</p>
      <p class="note">Sanity check (Adebayo et al. 2018): \(explanations.sanityText ?? "not made").</p>
      <ul class="gallery">\(items)</ul>

      """
  }

  private static func occlusion(_ explanations: Explanations) -> Markup {
    let drops = explanations.meanDrops
    var table = HTMLTable(
      caption:
        "By how much the probability of the predicted class falls if a channel or a frame is replaced by the mean of "
        + "training: the mean over \(Figures.counted(explanations.items.count, "item")).",
      columns: [("without", true), ("probability falls by", false)])
    for (name, drop) in zip(explanations.channels, drops.channels) {
      table.rows.append([.left("channel \(name)"), .text(Figures.signed(drop))])
    }
    for (frame, drop) in drops.frames.enumerated() {
      table.rows.append([.left("frame \(frame + 1)"), .text(Figures.signed(drop))])
    }
    return "\(table.html)<p class=\"note\">Of each item:\(DataLink.html("occlusion", explanations.occlusionCSV))</p>\n"
  }
}
