import ZooData
import ZooPlugins

/// Explanations as files that a person looks at: a picture for each item, and the figures as tables.
package struct ExplanationFolder: Sendable {
  private let explanations: Explanations
  private let dataset: Dataset

  init(_ explanations: Explanations, _ dataset: Dataset) {
    self.explanations = explanations
    self.dataset = dataset
  }

  /// What a person should know of the maps.
  package var remarks: [String] {
    let layer = explanations.layer.map { "looked at \($0)" }
    return [explanations.obstacle.map { "no maps: \($0)" }, layer, explanations.sanityText].compactMap { $0 }
  }

  /// Writes `occlusion.csv`, `maps.csv`, `pictures.csv` (which picture is of which item) and the pictures into `folder`,
  /// which mustn't hold anything yet and appears when it is whole.
  /// - Throws: ``ZooError`` naming the file that can't be written.
  package func write(to folder: String) throws {
    let pictures = explanations.items.enumerated().map { Self.name($0 + 1, $1.id) }
    let names = Set(pictures + [Self.occlusionName, Self.mapsName, Self.picturesName])
    try StagedFolder(folder, last: Self.picturesName, isEntry: names.contains).fill(fill)
  }

  private static let (occlusionName, mapsName, picturesName) = ("occlusion.csv", "maps.csv", "pictures.csv")

  private func fill(_ folder: String) throws {
    var pictures = CSV.line(["picture", "id", "class", "probability"])
    for (number, item) in explanations.items.enumerated() {
      let strips = SampleStrips(dataset, try dataset.load(item.sample))
      let name = Self.name(number + 1, item.id)
      try AtomicFile.write(PNGWriter.encode(strips.sheet(item.map)), to: "\(folder)/\(name)")
      pictures += CSV.line([
        name, item.id, explanations.classes[item.occlusion.classIndex], "\(item.occlusion.probability)",
      ])
    }
    try AtomicFile.write(Array(explanations.occlusionCSV.utf8), to: "\(folder)/\(Self.occlusionName)")
    if explanations.obstacle == nil {
      try AtomicFile.write(Array(explanations.mapsCSV.utf8), to: "\(folder)/\(Self.mapsName)")
    }
    try AtomicFile.write(Array(pictures.utf8), to: "\(folder)/\(Self.picturesName)")
  }

  /// `0001-cell_7.png`: a number, and what a file may be called of the end of the id.
  static func name(_ number: Int, _ id: String) -> String {
    let end = id.split(separator: "/").last ?? ""
    let stem = end.split(separator: ".").first.map(String.init) ?? ""
    let safe = stem.unicodeScalars.prefix(60).map { scalar -> Character in
      let isPlain =
        scalar.isASCII && (Character(scalar).isLetter || Character(scalar).isNumber || "_-".contains(Character(scalar)))
      return isPlain ? Character(scalar) : "_"
    }
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + (safe.isEmpty ? "" : "-" + String(safe)) + ".png"
  }
}
