import Foundation
import ZooFormat

/// The images in a Zarr folder: itself, the series of one converted by bioformats2raw, or the fields of a plate; and the
/// label images of each.
enum ZarrStore {
  /// Whether a folder's name says that it is one.
  static func isNamed(_ name: String) -> Bool { (name as NSString).pathExtension.lowercased() == "zarr" }

  /// Paths of the images relative to the folder; empty for the folder itself, as well if it can't be read, so that it is
  /// told about when it is opened. O(wells).
  static func images(_ folder: String) -> [String] {
    pictures(folder).flatMap { image in
      [image] + labels("\(folder)/\(image)").map { image.isEmpty ? $0 : "\(image)/\($0)" }
    }
  }

  /// The label images of an image, as `labels/NAME`.
  private static func labels(_ image: String) -> [String] {
    let attributes = (try? ZarrMetadata.attributes("\(image)/labels")) ?? nil
    let names = attributes?["labels"]?.items?.compactMap { $0.text.flatMap(ZarrMetadata.inside) } ?? []
    return unique(names).map { "labels/\($0)" }
  }

  private static func pictures(_ folder: String) -> [String] {
    guard let attributes = (try? ZarrMetadata.attributes(folder)) ?? nil else { return [""] }
    if let wells = attributes["plate"]?["wells"]?.items {
      return paths(wells).flatMap { well in fields("\(folder)/\(well)").map { "\(well)/\($0)" } }
    }
    guard attributes["multiscales"] == nil, attributes["bioformats2raw.layout"] != nil else { return [""] }
    var series: [String] = []
    while ZarrImage.isImage("\(folder)/\(series.count)") { series.append("\(series.count)") }
    return series.isEmpty ? [""] : series
  }

  /// Each once: a list that names one well thousands of times would stand for more images than fit into memory.
  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private static func paths(_ items: [JSONValue]) -> [String] {
    unique(items.compactMap { $0["path"]?.text.flatMap(ZarrMetadata.inside) })
  }

  private static func fields(_ well: String) -> [String] {
    let attributes = (try? ZarrMetadata.attributes(well)) ?? nil
    return paths(attributes?["well"]?["images"]?.items ?? [])
  }
}
