import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Tables of cells beside the images of folders, which then are experiments and no classes.
@Suite("Tables with positions of cells")
struct PositionTableTests {
  /// Two folders of fields.
  private func fields(_ files: DataFiles) throws {
    var value: Float = 1
    for name in ["Lauf A", "Lauf B"] {
      for field in 1...3 {
        try files.image("\(name)/field\(field).png", value: value)
        value += 1
      }
    }
  }

  private func refusal(_ files: DataFiles) throws -> String {
    try #require(throws: ZooError.self) { try SpecSkeleton(summary: "", root: files.folder) }.description
  }

  @Test(
    "columns of positions as programs call them",
    arguments: [
      ("x,y", "x", "y"), ("Image,Centroid X µm,Centroid Y µm", "Centroid X µm", "Centroid Y µm"),
      ("POSITION_X,POSITION_Y", "POSITION_X", "POSITION_Y"),
      ("Center of the object_0,Center of the object_1", "Center of the object_0", "Center of the object_1"),
      ("Row,Column,Position X [µm],Position Y [µm]", "Position X [µm]", "Position Y [µm]"),
      ("centroid-0,centroid-1", "centroid-1", "centroid-0"), ("x_px,y_px", "x_px", "y_px"),
      ("Location_Center_X,Location_Center_Y", "Location_Center_X", "Location_Center_Y"),
    ])
  func columns(header: String, x: String, y: String) throws {
    let row = header.split(separator: ",").map { _ in "1" }.joined(separator: ",")
    let found = ColumnRoles.positions(try CSVTable(Array("\(header)\n\(row)\n".utf8), file: "t.csv"))
    #expect(found?.x == x && found?.y == y)
  }

  @Test("a table in a folder, in whatever letters or below Harmony's lines, is noticed with the way to use it")
  func noticed() throws {
    let text = "Image;Centroid X µm;Centroid Y µm;Classification\nfield1.png;12,5;3,5;dead\nfield1.png;1,5;2,5;live\n"
    let wide = Array(text.utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let harmony = "Database\tHarmony5\nPlate Name\tP1\n\n[Data]\nRow\tX\tY\tTimepoint\tclass\n2\t10\t20\t0\tdead\n"
    let kinds: [(String, [UInt8], String)] = [
      ("m.csv", Array(text.utf8), "label: \"Classification\""),
      ("m.txt", [0xFF, 0xFE] + wide, "label: \"Classification\""),
      ("m.csv", text.unicodeScalars.map { UInt8($0.value) }, "iconv -f WINDOWS-1252"),
      ("Objects.txt", Array(harmony.utf8), "frame: \"Timepoint\""),
    ]
    for (name, bytes, word) in kinds {
      try DataFiles.with { files in
        try fields(files)
        try files.file("Lauf B/\(name)", bytes)
        let error = try refusal(files)
        #expect(error.contains("the subfolders (Lauf A, Lauf B) hold 1 table with positions of cells"), "\(error)")
        #expect(error.contains("data.source=cells, data.cells.layout=table") && error.contains(word), "\(error)")
        #expect(error.contains("data.cells.tables=\"Lauf B/\(name)\""), "\(error)")
        #expect(error.contains("data.classes=[\"Lauf A\", \"Lauf B\"]"), "\(error)")
        // So does whatever opens the data, unless somebody says that these are classes.
        #expect(throws: ZooError.self) { try Dataset.open(files.spec(.auto)) }
        var spec = files.spec(.auto)
        spec.classes = ["Lauf A", "Lauf B"]
        #expect(try Dataset.open(spec).samples.count == 6)
      }
    }
  }

  @Test("a table in each folder is proposed as a pattern, with the folder as the experiment")
  func each() throws {
    try DataFiles.with { files in
      try fields(files)
      for name in ["Lauf A", "Lauf B"] { try files.text("\(name)/cells.tsv", "x\ty\tframe\tstate\n1\t2\t0\tdead\n") }
      let error = try refusal(files)
      #expect(error.contains("hold 2 tables") && error.contains("data.cells.tables=\"{experiment}/*.tsv\""), "\(error)")
      #expect(error.contains("columns={x: \"x\", y: \"y\", frame: \"frame\", label: \"state\"}"), "\(error)")
    }
  }

  @Test("of names only what tells fields apart is a part, tables of another kind are none, and times are no frames")
  func proposal() throws {
    try DataFiles.with { files in
      for (day, word) in [("2023-11-14", "expt"), ("2023-11-21", "wdh")] {
        for frame in 1...2 {
          for field in 1...3 {
            for channel in 1...2 { try files.image("\(day)/\(word)_T00\(frame)_XY0\(field)_C\(channel).png", value: 1) }
          }
        }
        try files.text(
          "\(day)/GA3.csv", "MultiPoint;Zeit;ObjId;CentreX;CentreY\n#1;0:00:00;1;5,5;6,5\n#2;0:30:00;2;5,5;6,5\n")
        try files.text("\(day)/Positionen.csv", "XY;Well\n1;A1\n2;A1\n3;A2\n")
      }
      let error = try refusal(files)
      #expect(
        error.contains("data.cells.images=\"{experiment}/*_T{frame}_XY{field}_C{channel}.png\" (parts"), "\(error)")
      #expect(error.contains("data.cells.tables=\"{experiment}/GA3.csv\""), "\(error)")
      #expect(
        error.contains("columns={x: \"CentreX\", y: \"CentreY\", frame: \"Zeit\", field: \"MultiPoint\"};"), "\(error)")
      for day in ["2023-11-14", "2023-11-21"] {
        try files.text("\(day)/GA3.csv", "x;y;hours;t\n5;6;0.5;0\n5;6;1.5;1\n")
        try files.text("\(day)/more_GA3.csv", "x;y;hours;t\n5;6;0.5;0\n5;6;1.5;1\n")
      }
      let whole = try refusal(files)
      #expect(whole.contains("data.cells.tables=\"{experiment}/*GA3.csv\""), "\(whole)")
      #expect(whole.contains("frame: \"t\"") && !whole.contains("says times"), "\(whole)")
    }
  }

  @Test("tables of cells of images, with their classes, aren't taken for lists of images")
  func cellsOfImages() throws {
    try DataFiles.with { files in
      try fields(files)
      for name in ["Lauf A", "Lauf B"] {
        let rows = (0..<9).map { "field\($0 % 3 + 1).png,\($0),\($0),\($0 % 2 == 0 ? "dead" : "live")" }
        try files.text("\(name)/cells.csv", (["Image,x,y,Class"] + rows).joined(separator: "\n"))
      }
      #expect(TableSearch.inFolders(files.folder) == nil)
      #expect(try refusal(files).contains("image: \"Image\", label: \"Class\""))
    }
  }

  @Test("of images in folders below it, a table is told with the keys that take these, and not their renderings")
  func below() throws {
    try DataFiles.with { files in
      var rows = "Image\tName\tClassification\tCentroid X px\tCentroid Y px\n"
      for slide in 1...4 {
        for field in 1...2 {
          let name = "S0\(slide)_field\(field).png"
          let samples = (0..<320).map { Float($0 * slide + field) }
          let image = try Image(width: 20, height: 16, channels: 1, sampleType: .uint16, samples: samples)
          try files.file("raw16/\(name)", PNGWriter.encode(image))
          try files.image("export/\(name)", value: Float(slide * 9 + field), width: 20, height: 16, channels: 3)
          rows += "\(name)\t\tMacrophage\t5\t6\n\(name)\t\tMacrophage: Casp3+\t12\t9\n"
        }
      }
      try files.image("raw16/S01_field1 (copy).png", value: 3, width: 20, height: 16)
      try files.text("detections.tsv", rows)
      try files.text("slides.tsv", "slide\tdonor\nS01\tD1\nS02\tD2\nS03\tD3\nS04\tD1\n")
      let error = try refusal(files)
      #expect(error.contains("17 images lie in folders below: 9 in raw16 (*.png), 8 in export (*.png)"), "\(error)")
      let keys = [
        "data.source=cells", "data.cells.layout=table", "data.cells.images='raw16/{slide}_{field}.png'",
        "data.cells.tables='detections.tsv'",
        "data.cells.columns='{x: \"Centroid X px\", y: \"Centroid Y px\", image: \"Image\", label: \"Classification\"}'",
      ]
      #expect(error.contains("Set \(keys.joined(separator: " "));"), "\(error)")
      #expect(error.contains("data.exclude='[\"raw16/S01_field1 (copy).png\"]' leaves it out"), "\(error)")
      #expect(try #require(throws: ZooError.self) { try Dataset.open(files.spec(.auto)) }.description == error)
      let further = [
        "data.exclude=[\"raw16/S01_field1 (copy).png\"]", "data.imageChannels=[\"BF\"]", "data.height=4",
        "data.width=4",
      ]
      let made = try SpecSkeleton(
        summary: "", root: files.folder,
        overrides: keys.map { $0.replacing("'{", with: "{").replacing("}'", with: "}") } + further)
      #expect(made.text.contains("join: {\"slides.tsv\": [\"slide\"]}"), "\(made.text)")
      #expect(made.text.contains("by: [\"donor\"]"), "\(made.text)")
    }
  }

  @Test("where no image is found, those below are told")
  func elsewhere() throws {
    try DataFiles.with { files in
      try files.image("deep/a.png", value: 1)
      try files.text("manifest.csv", "path,label\nb.png,dead\nc.png,live\n")
      var spec = files.spec(.csv)
      spec.accept = ["missingFiles"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("1 image lies in folders below: 1 in deep (*.png)"), "\(error)")
    }
  }

  @Test("tables without positions are no matter; those that can't be read are told")
  func others() throws {
    try DataFiles.with { files in
      try fields(files)
      try files.text("Lauf A/notes.txt", "x and y\nare nothing\n")
      try files.text("Lauf A/doses.csv", "field,dose\nfield1,3\n")
      try files.text("Lauf B/broken.csv", "a,b\n1,2,3\n")
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.text.contains("classes: [\"Lauf A\", \"Lauf B\"]"))
      #expect(
        made.remarks.contains {
          $0.contains("Not used: the table 'Lauf B/broken.csv', which can't be looked into: 3 fields")
        },
        "\(made.remarks)")
    }
  }

  @Test("annotations of Label Studio and CVAT are called by their names, in folders and as COCO")
  func annotations() throws {
    let studio = "[{\"id\": 301, \"annotations\": [{\"id\": 1, \"completed_by\": 2, \"was_cancelled\": false}]}]"
    for (name, text, tool) in [
      ("p.json", studio, "Label Studio"),
      ("a.xml", "<?xml version=\"1.0\"?>\n<annotations>\n<version>1.1</version>", "CVAT"),
    ] {
      try DataFiles.with { files in
        try fields(files)
        try files.text("Lauf B/\(name)", text)
        let error = try refusal(files)
        #expect(error.contains("annotations of \(tool) ('Lauf B/\(name)')") && error.contains("as COCO"), "\(error)")
        let coco = try #require(throws: ZooError.self) { try COCOFile("\(files.folder)/Lauf B/\(name)") }.description
        #expect(coco.contains("annotations of \(tool)") && coco.contains("image,x,y,label"), "\(coco)")
      }
    }
  }
}
