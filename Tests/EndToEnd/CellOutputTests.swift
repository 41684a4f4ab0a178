import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Pictures and tables of predicted cells for other programs")
struct CellOutputTests {
  @Test("say of each cell what the table says")
  func outputs() throws {
    try CellFilm.with { film in
      try film.zoo([
        "predict", film.run, film.other, "-o", "\(film.folder)/a.csv", "--geojson", "\(film.folder)/a.geojson",
        "--napari", "\(film.folder)/napari", "--overlay", "\(film.folder)/pictures", "--overlay-step", "2",
      ])
      let table = try CSVTable(Array(film.text("a.csv").utf8), file: "a.csv")
      try Self.checkGeoJSON(film, table)
      try Self.checkNapari(film, table)
      try Self.checkPictures(film, table)
      // Nothing is begun that can't be ended.
      for option in ["napari", "overlay"] {
        let told = try film.zoo(
          ["predict", film.run, film.other, "-o", "\(film.folder)/b.csv", "--\(option)", film.other], status: 64)
        #expect(told.messages.contains("isn't empty"), "\(told.messages)")
      }
      let other = try film.zoo(
        [
          "predict", film.run, film.other, "-o", "\(film.folder)/b.csv", "--overlay", "\(film.folder)/p",
          "--overlay-channel", "DAN",
        ], status: 65)
      #expect(other.messages.contains("Did you mean 'DNA'?"), "\(other.messages)")
      #expect(FileKind("\(film.folder)/b.csv") == .nothing && FileKind("\(film.folder)/b.csv.part") == .nothing)
    }
  }

  private static func column(_ table: CSVTable, _ name: String) throws -> [String] {
    let place = try #require(table.index(of: name), "\(name) among \(table.columns)")
    return table.rows.map { $0[place] }
  }

  /// What RFC 7946 asks of a collection of polygons, and QuPath of detections.
  private static func checkGeoJSON(_ film: CellFilm, _ table: CSVTable) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(film.folder)/a.geojson"))
    let root = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    #expect(root["type"] as? String == "FeatureCollection")
    let features = try #require(root["features"] as? [[String: Any]])
    #expect(features.count == table.rows.count)
    let (x, y) = (try column(table, "x"), try column(table, "y"))
    let (frame, predicted) = (try column(table, "frame"), try column(table, "predicted"))
    var ids: Set<String> = []
    for (row, feature) in features.enumerated() {
      #expect(feature["type"] as? String == "Feature")
      ids.insert(try #require(UUID(uuidString: feature["id"] as? String ?? "")).uuidString)
      let geometry = try #require(feature["geometry"] as? [String: Any])
      #expect(geometry["type"] as? String == "Polygon")
      let rings = try #require(geometry["coordinates"] as? [[[Double]]])
      let ring = try #require(rings.first)
      #expect(rings.count == 1 && ring.count >= 4 && ring.first == ring.last && ring.allSatisfy { $0.count == 2 })
      let corners = ring.dropLast()
      let middle = corners.reduce((0.0, 0.0)) { ($0.0 + $1[0], $0.1 + $1[1]) }
      #expect(abs(middle.0 / Double(corners.count) - (Double(x[row]) ?? 0) - 0.5) < 0.02)
      #expect(abs(middle.1 / Double(corners.count) - (Double(y[row]) ?? 0) - 0.5) < 0.02)
      let plane = try #require(geometry["plane"] as? [String: Int])
      #expect(plane["t"] == Int(frame[row]) && plane["z"] == 0 && plane["c"] == -1)
      let properties = try #require(feature["properties"] as? [String: Any])
      #expect(properties["objectType"] as? String == "detection")
      let classification = try #require(properties["classification"] as? [String: Any])
      #expect(classification["name"] as? String == predicted[row])
      let colour = try #require(classification["color"] as? [Int])
      #expect(colour.count == 3 && colour.allSatisfy((0...255).contains))
    }
    #expect(ids.count == features.count)
  }

  private static func checkNapari(_ film: CellFilm, _ table: CSVTable) throws {
    var (points, tracked) = (0, 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(film.folder)/napari") {
      let part = try CSVTable(Array(film.text("napari/\(name)").utf8), file: name)
      if name.hasSuffix("-points.csv") {
        #expect(Array(part.columns.prefix(4)) == ["index", "axis-0", "axis-1", "axis-2"])
        points += part.rows.count
      } else {
        #expect(Array(part.columns.prefix(4)) == ["ID", "T", "Y", "X"])
        // As napari's layer of tracks wants them: by track, then by time.
        let order = part.rows.map { (Int($0[0]) ?? -1, Int($0[1]) ?? -1) }
        #expect(zip(order, order.dropFirst()).allSatisfy { $0 < $1 })
        tracked += part.rows.count
      }
    }
    #expect(points == table.rows.count && tracked == points)
  }

  private static func checkPictures(_ film: CellFilm, _ table: CSVTable) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(film.folder)/pictures").sorted()
    // Frames 0, 2 and 4 of two wells in two experiments.
    #expect(names.count == 12 && names.first == "experiment-01_A01-t0000.png", "\(names)")
    let picture = try ImageFile.read("\(film.folder)/pictures/experiment-01_A01-t0000.png")
    #expect(picture.channels == 3 && picture.width == 96 && picture.height == 96)
    let classes = ["apoptosis", "healthy", "pyroptosis"]
    let rows = table.rows.filter { $0[1] == "experiment-01" && $0[2] == "A01" && $0[4] == "0" }
    let (xColumn, yColumn) = (try #require(table.index(of: "x")), try #require(table.index(of: "y")))
    var checked = 0
    for row in rows {
      guard let x = Double(row[xColumn]), let y = Double(row[yColumn]) else { continue }
      // The crop has 24 pixels, the ring a quarter of it; the legend lies above, the bar below.
      let (column, line) = (Int(saturating: (x + 6).rounded()), Int(saturating: y.rounded()))
      guard column < 96, line > 36, line < 75 else { continue }
      let value = (0..<3).map { picture.samples[$0 * 96 * 96 + line * 96 + column] }
      // A neighbour's ring may lie over it.
      let isRing = classes.indices.contains { place in
        let colour = ClassColours.colour(place)
        return value == [Float(colour.red), Float(colour.green), Float(colour.blue)]
      }
      #expect(isRing, "(\(column), \(line)): \(value)")
      checked += 1
    }
    #expect(checked > 2)
    #expect(rows.count > 5)
  }
}
