import Foundation

/// Items with all channels and frames.
enum ExampleSection {
  static func html(_ illustrations: Illustrations, subset: String) -> Markup {
    let parts: [Markup] = [
      gallery(
        "Most confident mistakes",
        "Wrongly predicted \(subset) items, the surest first: labels to check, or what the model never learned.",
        illustrations.wrong),
      gallery(
        "Right ones", "Rightly predicted \(subset) items, the surest of each class in turn.", illustrations.right),
    ]
    return "\(parts)"
  }

  private static func gallery(_ title: String, _ note: String, _ examples: [Illustrations.Example]) -> Markup {
    guard !examples.isEmpty else { return "" }
    let items = examples.map { example -> Markup in
      let confidence = Double(example.item.probabilities[example.item.predicted])
      let truth: Markup =
        example.trueClass == example.predictedClass ? "" : example.trueClass.map { "<br/>is \($0)" } ?? ""
      return """
        <li>\(strips(example.pictures))<strong>\(example.predictedClass)</strong>, \
        \(Figures.fixed(confidence * 100, 0)) % sure\(truth)<div class="id">\(example.item.id)</div></li>

        """
    }
    return """
      <h2>\(title)</h2>
      <p class="note">\(note)</p>
      <ul class="gallery">\(items)</ul>

      """
  }

  /// What the network was given, after augmentation.
  static func batch(_ items: [(className: String, pictures: [Illustrations.Picture])]) -> Markup {
    guard !items.isEmpty else { return "" }
    let shown = items.map { item -> Markup in "<li>\(strips(item.pictures))<strong>\(item.className)</strong></li>\n" }
    return """
      <h2>As the network sees them</h2>
      <p class="note">The first items of the first training batch, after augmentation and before normalisation.</p>
      <ul class="gallery">\(shown)</ul>

      """
  }

  /// A picture for each channel, with its name.
  static func strips(_ pictures: [Illustrations.Picture]) -> Markup {
    guard !pictures.isEmpty else { return "" }
    let images = pictures.map { picture -> Markup in
      let address = "data:image/png;base64," + Data(picture.png).base64EncodedString()
      return
        "<figure><img src=\"\(address)\" alt=\"\(picture.name)\"/><figcaption>\(picture.name)</figcaption></figure>"
    }
    return "<div class=\"strips\">\(images)</div>\n"
  }
}
