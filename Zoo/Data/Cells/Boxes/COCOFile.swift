import Foundation
import ZooFormat
import ZooImages

/// Boxes as COCO's JSON has them (Lin et al. 2014): `images`, `annotations` with `bbox` [left, top, width, height] in pixels,
/// and `categories`.
struct COCOFile: Decodable {
  /// Numbers as the format says, texts as some programs write.
  enum Key: Decodable, Hashable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self) {
        self = .number(number)
      } else {
        self = .text(try value.decode(String.self))
      }
    }
  }

  struct Picture: Decodable {
    var id: Key
    var fileName: String
    var width: Int?
    var height: Int?

    enum CodingKeys: String, CodingKey {
      case id, width, height
      case fileName = "file_name"
    }
  }

  struct Category: Decodable {
    var id: Key
    var name: String
  }

  struct Annotation: Decodable {
    var image: Key
    var category: Key
    var box: [Double]?
    var isCrowd: Int?

    enum CodingKeys: String, CodingKey {
      case image = "image_id"
      case category = "category_id"
      case box = "bbox"
      case isCrowd = "iscrowd"
    }
  }

  var images: [Picture]
  var annotations: [Annotation]
  var categories: [Category]

  /// - Throws: ``ZooError`` if the file isn't JSON with these keys.
  init(_ path: String) throws(ZooError) {
    let bytes = try FileBytes.read(path)
    if let tool = AnnotationTool(bytes) {
      throw ZooError(
        .badInput, file: path, problem: "holds annotations of \(tool.rawValue), which aren't read",
        expected: "COCO's JSON", remedy: tool.remedy)
    }
    try JSONCheck.check(bytes, largest: nil, file: path)
    do { self = try JSONDecoder().decode(COCOFile.self, from: Data(bytes)) } catch {
      throw ZooError(
        .badInput, file: path, problem: "isn't COCO's JSON: \(Self.text(error))",
        expected: "images (id, file_name), annotations (image_id, category_id, bbox) and categories (id, name)")
    }
  }

  private static func text(_ error: any Error) -> String {
    func at(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
      return path.isEmpty ? "" : " at \(path)"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "'\(key.stringValue)' is missing" + at(context)
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "a value of another kind" + at(context)
    default: return "it is broken"
    }
  }

  /// The middles of all boxes. O(boxes).
  /// - Throws: ``ZooError`` about a box that can't be, a category or an image that isn't listed, or an image of another size.
  func boxes(_ fields: FieldImages, _ places: ImagePlaces, file: String) throws(ZooError) -> BoxFile {
    func refuse(_ problem: String, _ expected: String, _ remedy: String? = nil) -> ZooError {
      ZooError(.badInput, file: file, problem: problem, expected: expected, remedy: remedy)
    }
    let names = Dictionary(categories.map { ($0.id, $0.name) }) { first, _ in first }
    let pictures = Dictionary(images.map { ($0.id, $0) }) { first, _ in first }
    var found: [Key: ImagePlaces.Place?] = [:]
    var result = BoxFile()
    for (number, annotation) in annotations.enumerated() {
      guard let picture = pictures[annotation.image] else {
        throw refuse("annotation \(number) is of an image that isn't listed", "an image_id among images")
      }
      guard let name = names[annotation.category] else {
        throw refuse("annotation \(number) is of a category that isn't listed", "a category_id among categories")
      }
      if annotation.isCrowd ?? 0 != 0 {
        result.crowds += 1
        continue
      }
      if found[annotation.image] == nil {
        do throws(ZooError) { found[annotation.image] = .some(try place(picture, fields, places)) } catch {
          throw error.at(file: file)
        }
      }
      guard let place = found[annotation.image] ?? nil else {
        result.lost += 1
        result.lostName = result.lostName ?? picture.fileName
        continue
      }
      guard let box = annotation.box, box.count == 4, box.allSatisfy({ $0.isFinite && abs($0) < 1e9 }), box[2] >= 0,
        box[3] >= 0
      else {
        throw refuse(
          "annotation \(number) of '\(picture.fileName)' has no box", "bbox: [left, top, width, height] in pixels",
          "Add it, or leave the annotation out")
      }
      // COCO counts from the corner of the first pixel.
      result.boxes.append(
        Box(
          place: place, x: box[0] + box[2] / 2 - 0.5, y: box[1] + box[3] / 2 - 0.5, label: name.onOneLine, line: 0))
    }
    return result
  }

  private func place(
    _ picture: Picture, _ fields: FieldImages, _ places: ImagePlaces
  ) throws(ZooError) -> ImagePlaces.Place? {
    guard let place = try places.place(picture.fileName) else { return nil }
    let field = fields.fields[place.field]
    guard let width = picture.width, let height = picture.height, width > 0, height > 0 else { return place }
    guard (width, height) == (field.width, field.height) else {
      throw ZooError(
        .badInput, problem: "says '\(picture.fileName)' has \(width)×\(height) pixels",
        expected: "\(field.width)×\(field.height), as the file has",
        remedy: "Give the images that the boxes were drawn on")
    }
    return place
  }
}
