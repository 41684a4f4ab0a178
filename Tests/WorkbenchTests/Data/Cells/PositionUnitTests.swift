import Foundation
import Testing

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

@Suite("The unit of positions")
struct PositionUnitTests {
  private static let side = 192

  /// Where nuclei are in pixels, spread over the field.
  private static func places(_ field: Int) -> [(x: Int, y: Int)] {
    var random = KeyedRandom(seed: 5, UInt64(field))
    var places: [(x: Int, y: Int)] = [(6, 8), (184, 182)]
    while places.count < 10 {
      let place = (x: 5 + Int(random.next() % 176), y: 5 + Int(random.next() % 176))
      if places.allSatisfy({ abs($0.x - place.x) + abs($0.y - place.y) > 14 }) { places.append(place) }
    }
    return places
  }

  /// A field with bright nuclei, and its table; `factor` is what positions are multiplied by.
  private static func write(_ files: DataFiles, _ name: String, field: Int, factor: Double, size: Double?) throws {
    var samples = (0..<side * side).map { Float(100 + $0 % 7) }
    for place in places(field) {
      for y in place.y - 4...place.y + 4 { for x in place.x - 4...place.x + 4 { samples[y * side + x] = 900 } }
    }
    var bytes = try TIFFWriter.encode(
      Image(width: side, height: side, sampleType: .uint16, channelNames: ["DNA"], samples: samples), note: "")
    if let size {
      let attribute = "ID=\"Pixels:0\" DimensionOrder=\"XYCZT\""
      let stated = "PhysicalSizeX=\"\(size)\"".padding(toLength: attribute.count, withPad: " ", startingAt: 0)
      let place = try #require(bytes.firstRange(of: Array(attribute.utf8)))
      bytes.replaceSubrange(place, with: Array(stated.utf8))
    }
    try files.file("\(name).ome.tif", bytes)
    var table = ",ID,T,Y,X\n"
    for (index, place) in places(field).enumerated() {
      table += "\(index),\(index + 1),0,\(Double(place.y) * factor),\(Double(place.x) * factor)\n"
    }
    try files.text("\(name)_tracks.csv", table)
  }

  private static func open(_ files: DataFiles, _ change: (inout DataSpec) -> Void = { _ in }) throws -> Dataset {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (3, 3)
    change(&spec)
    return try Dataset.open(spec, for: .prediction)
  }

  @Test("one table in micrometres among others is refused by the pixels below it, and read as tableUnits says")
  func oneTable() throws {
    try DataFiles.with { files in
      for (field, name) in ["A", "B", "C"].enumerated() {
        try Self.write(files, name, field: field, factor: name == "C" ? 0.65 : 1, size: 0.65)
      }
      let error = try #require(#expect(throws: ZooError.self) { _ = try Self.open(files) }).description
      #expect(error.contains("C_tracks.csv are taken as pixels") && error.contains("brighter places"), "\(error)")
      #expect(error.contains("data.cells.tableUnits={\"C_tracks.csv\": micrometre}"), "\(error)")
      let data = try Self.open(files) { $0.cells.tableUnits = ["C_*.csv": "micrometre"] }
      #expect(try data.samples.indices.allSatisfy { try data.load($0).allSatisfy { $0 == 900 } })
      #expect(data.remarks.contains { $0.hasPrefix("1 table of 3: positions in micrometres, as data.cells") })
      let stated = try Self.open(files) { $0.cells.units = .pixel }
      #expect(stated.remarks.contains("positions in pixels, as data.cells.units says"), "\(stated.remarks)")
      #expect(stated.remarks.contains { $0.contains("C_tracks.csv are taken as pixels") }, "\(stated.remarks)")
      for (units, expected) in [
        (["D*.csv": "micrometre"], "no table fits 'D*.csv'"),
        (["C*.csv": "micrometre", "*.csv": "pixel"], "'*.csv' says pixel, and 'C*.csv' micrometre"),
      ] {
        let error = #expect(throws: ZooError.self) { _ = try Self.open(files) { $0.cells.tableUnits = units } }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
      }
    }
  }

  @Test("that nobody states is said, with how far each table reaches; a table that keeps to the origin is named")
  func assumed() throws {
    try DataFiles.with { files in
      for (field, name) in ["A", "B", "C"].enumerated() {
        try Self.write(files, name, field: field, factor: name == "C" ? 0.5 : 1, size: nil)
      }
      let data = try Self.open(files)
      let said = data.remarks.joined(separator: "\n")
      #expect(said.contains("positions in pixels, which the tables don't say: tables of napari have them as a rule"))
      #expect(said.contains("A_tracks.csv to x 184, y 182 of 192×192"), "\(said)")
      #expect(said.contains("the positions of C_tracks.csv reach x 92, y 91 of 192×192 pixels, 0.48 ×"), "\(said)")
      #expect(said.contains("the positions of C_tracks.csv lie on no bright 'DNA'"), "\(said)")
      #expect(!said.contains("the positions of A_tracks.csv reach") && !said.contains("of A_tracks.csv lie"), "\(said)")
    }
  }

  @Test("may stand in a column")
  func column() throws {
    try DataFiles.with { files in
      try Self.write(files, "A", field: 0, factor: 1, size: 0.5)
      try files.text("A_tracks.csv", "ID,T,Y,X,Unit\n1,0,8,6,px\n2,0,91,92,µm\n")
      let data = try Self.open(files) { $0.cells.columns = ["unit": "Unit"] }
      #expect(try data.samples.indices.allSatisfy { try data.load($0).allSatisfy { $0 == 900 } })
      try files.text("A_tracks.csv", "ID,T,Y,X,Unit\n1,0,8,6,px\n2,0,43,44,inch\n")
      let error = #expect(throws: ZooError.self) { _ = try Self.open(files) { $0.cells.columns = ["unit": "Unit"] } }
      #expect(error?.description.contains("the unit is 'inch'") == true)
    }
  }

  @Test("positions measured from below, and x and y in each other's place, are told by the pixels below them")
  func sides() throws {
    for turn in [0, 1, 2] {
      try DataFiles.with { files in
        for (field, name) in ["A", "B", "C"].enumerated() {
          try Self.write(files, name, field: field, factor: 1, size: nil)
          guard name == "C" else { continue }
          var table = ",ID,T,Y,X\n"
          for (index, place) in Self.places(field).enumerated() {
            let y = turn == 1 ? Self.side - 1 - place.y : place.y
            table += "\(index),\(index + 1),0,\(turn == 2 ? place.x : y),\(turn == 2 ? place.y : place.x)\n"
          }
          try files.text("\(name)_tracks.csv", table)
        }
        let told = try Self.open(files).remarks.filter { $0.contains("they would lie") }
        #expect(told.count == (turn == 0 ? 0 : 1), "\(told)")
        guard turn > 0, let first = told.first else { return }
        #expect(first.hasPrefix("unsure: the positions of C_tracks.csv lie"), "\(first)")
        #expect(first.contains(turn == 1 ? "write height − 1 − y" : "name them so in data.cells.columns"), "\(first)")
      }
    }
  }

  @Test("metres are refused with what has to be done")
  func metres() throws {
    let table = try CSVTable(Array("Position X [m],Position Y [m]\n1e-5,2e-5\n".utf8), file: "t.csv")
    #expect(PositionUnit.areMetres(table.columns[0]))
    for name in ["x", "m", "X [mm]", "X (µm)", "[m] x"] { #expect(!PositionUnit.areMetres(name), "\(name)") }
  }

  @Test("MetaMorph's size of a pixel is read, and one for all that files contradict is told")
  func metaSeries() throws {
    let plane =
      "<MetaData><PlaneInfo><prop id=\"spatial-calibration-state\" type=\"bool\" value=\"on\"/><prop id=\"spatial-calibration-x\" type=\"float\" value=\"0.6842\"/><prop id=\"spatial-calibration-units\" type=\"string\" value=\"um\"/></PlaneInfo></MetaData>"
    #expect(TIFFScale.metaSeries(plane) == 0.6842)
    #expect(TIFFScale.metaSeries(plane.replacing("\"on\"", with: "\"off\"")) == nil)
    #expect(TIFFScale.metaSeries("<OME/>") == nil)
    try DataFiles.with { files in
      for (field, name) in ["A", "B"].enumerated() {
        try Self.write(files, name, field: field, factor: 0.65, size: name == "A" ? 0.65 : 0.9)
      }
      let told = try Self.open(files) { ($0.cells.units, $0.cells.pixelSize) = (.micrometre, 0.65) }.remarks
      #expect(
        told.contains { $0.contains("the files of 1 of 2 fields say otherwise, e.g. 'B' 0.9") }, "\(told)")
    }
  }
}
