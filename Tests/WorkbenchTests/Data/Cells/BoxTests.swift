import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Boxes of COCO and YOLO as cells")
struct BoxTests {
  /// Two pictures of 20 × 10 pixels in which each sample says where it is.
  private static func pictures(_ files: DataFiles, _ names: [String] = ["images/a.png", "images/b.png"]) throws {
    for name in names {
      let samples = (0..<200).map { Float($0) }
      try files.file(
        name, PNGWriter.encode(Image(width: 20, height: 10, sampleType: .uint8, samples: samples)))
    }
  }

  private static func spec(_ files: DataFiles, _ layout: DataSpec.Cells.Layout) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (3, 3)
    spec.cells.layout = layout
    spec.imageChannels = ["BF"]
    return spec
  }

  private static let coco = """
    {"images": [{"id": 7, "file_name": "elsewhere/images/a.png", "width": 20, "height": 10},
                {"id": "second", "file_name": "b.png"}],
     "categories": [{"id": 1, "name": "dead"}, {"id": 2, "name": "alive"}],
     "annotations": [
       {"id": 1, "image_id": 7, "category_id": 1, "bbox": [4, 2, 3, 5]},
       {"id": 2, "image_id": "second", "category_id": 2, "bbox": [10.5, 3, 2, 2], "area": 4},
       {"id": 3, "image_id": 7, "category_id": 2, "bbox": [0, 0, 9, 9], "iscrowd": 1}]}
    """

  @Test("their middles are positions, joined by the names of images; crowds are left out")
  func coco() throws {
    try DataFiles.with { files in
      try Self.pictures(files)
      try files.text("annotations/instances.json", Self.coco)
      let data = try Dataset.open(Self.spec(files, .coco))
      #expect(data.classes == ["alive", "dead"] && data.samples.map(\.label) == [1, 0])
      let source = try #require(data.source as? CellsSource)
      // From the corner of the first pixel to its middle: 4 + 3 / 2 − 1 / 2.
      #expect(source.positions.map(\.x) == [5, 11] && source.positions.map(\.y) == [4, 3.5])
      #expect(data.remarks.contains { $0.contains("1 annotation of crowds left out") }, "\(data.remarks)")
      // The crop's middle pixel is (5, 4).
      #expect(try data.load(0)[4] == 85)
    }
  }

  @Test("shares of the image are pixels; classes are called as a list or a YAML file says, or by their numbers")
  func yolo() throws {
    for (file, text) in [
      ("labels/classes.txt", "alive\ndead\n"), ("data.yaml", "path: .\nnames:\n  0: alive\n  1: dead\nnc: 2\n"),
      ("data.yaml", "names: ['alive',\n  \"dead\"]\n"), ("dataset.yml", "names:\n- alive\n- dead\n"),
    ] {
      try DataFiles.with { files in
        try Self.pictures(files, ["images/a.png", "images/b.png", "images/empty.png"])
        // Two boxes; an outline, around which the box goes from 4 to 8 and from 2 to 6.
        try files.text("labels/a.txt", "1 0.275 0.45 0.15 0.5\n0 0.5 0.5 0.1 0.1\n")
        try files.text("labels/b.txt", "1 0.2 0.2 0.4 0.3 0.3 0.6\n\n")
        try files.text(file, text)
        var spec = Self.spec(files, .yolo)
        let data = try Dataset.open(spec)
        let source = try #require(data.source as? CellsSource)
        func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
        let found = zip(source.positions, data.samples).map {
          "\(rounded($0.x)) \(rounded($0.y)) \(data.classes[$1.label ?? 0])"
        }
        #expect(found.sorted() == ["5.0 4.0 dead", "5.5 3.5 dead", "9.5 4.5 alive"], "\(file): \(found)")
        spec.relabel = ["dead": "gone"]
        #expect(try Dataset.open(spec).classes == ["alive", "gone"])
      }
    }
    try DataFiles.with { files in
      try Self.pictures(files)
      try files.text("labels/a.txt", "1 0.275 0.45 0.15 0.5\n3 0.5 0.5 0.1 0.1\n")
      let data = try Dataset.open(Self.spec(files, .yolo))
      #expect(data.classes == ["1", "3"] && data.remarks.contains { $0.contains("data.relabel names them") })
    }
  }

  @Test("of several lists of classes the one nearest above each text counts, and what contradicts it is told")
  func nearestList() throws {
    try DataFiles.with { files in
      try Self.pictures(files, ["one/images/a.png", "two/images/b.png"])
      try files.text("one/labels/a.txt", "1 0.275 0.45 0.15 0.5\n0 0.5 0.5 0.1 0.1\n")
      try files.text("two/labels/b.txt", "1 0.5 0.5 0.1 0.1\n")
      try files.text("one/labels/classes.txt", "debris\ndead\n")
      try files.text("two/classes.txt", "dead\nalive\n")
      try files.text("data.yaml", "names: [alive, dead]\n")
      var spec = Self.spec(files, .yolo)
      spec.cells.images = "{batch}/images/{field}.png"
      spec.cells.tables = "{batch}/labels/{field}.txt"
      let data = try Dataset.open(spec)
      let found = Dictionary(
        uniqueKeysWithValues: data.samples.map { ($0.id, data.classes[$0.label ?? 0]) })
      #expect(
        found == ["one/a/t0000/1": "dead", "one/a/t0000/2": "debris", "two/b/t0000/1": "alive"], "\(found)")
      let told = data.remarks.joined(separator: "\n")
      #expect(
        told.contains(
          "'one/labels/classes.txt' (0 debris, 1 dead) of 1 text, 2 boxes; 'two/classes.txt' (0 dead, 1 alive) of 1 text, 1 box"
        ), "\(told)")
      #expect(
        told.contains("'data.yaml' (0 alive, 1 dead) lies further up")
          && told.contains("by it 2 of 3 boxes in 2 texts"),
        "\(told)")
      // A number that the nearest list lacks isn't looked for further up.
      try files.text("one/labels/classes.txt", "debris\n")
      let lacking = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(
        lacking.contains("a.txt:1")
          && lacking.contains("the class 1 has no name in 'one/labels/classes.txt' (0 debris)"),
        "\(lacking)")
      // Two that contradict each other in one folder; the remedy works.
      try files.text("one/labels/classes.txt", "debris\ndead\n")
      try files.text("one/labels/obj.names", "dead\ndebris\n")
      let both = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(
        both.contains("'one/labels/classes.txt' (0 debris, 1 dead)")
          && both.contains("'one/labels/obj.names' (0 dead, 1 debris)")
          && both.contains("data.exclude=[\"one/labels/obj.names\"]"), "\(both)")
      spec.exclude = ["one/labels/obj.names"]
      #expect(try Dataset.open(spec).samples.count == 3)
    }
  }

  @Test("texts with a confidence are predictions and no labels")
  func predictions() throws {
    try DataFiles.with { files in
      try Self.pictures(files, ["set/images/a.png", "runs/images/b.png"])
      try files.text("set/labels/a.txt", "1 0.275 0.45 0.15 0.5\n0 0.5 0.5 0.1 0.1\n")
      try files.text("runs/labels/b.txt", "1 0.2 0.2 0.1 0.1 0.93\n")
      var spec = Self.spec(files, .yolo)
      spec.cells.images = "{part}/images/{field}.png"
      spec.cells.tables = "{part}/labels/*.txt"
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(
        error.contains("1 of 2 label texts (1 in 'runs/labels') have lines of six numbers")
          && error.contains("data.exclude=[\"runs/labels/*.txt\"]"), "\(error)")
      spec.exclude = ["runs/labels/*.txt"]
      #expect(try Dataset.open(spec).samples.count == 2)
    }
  }

  @Test("texts of boxes somewhere below a folder are named with keys that work, and no class folders")
  func below() throws {
    try DataFiles.with { files in
      try Self.pictures(
        files, ["made/batch1/images/a.png", "made/batch2/images/b.png", "originals/a_full.png", "originals/b_full.png"])
      try files.text("made/batch1/labels/a.txt", "1 0.275 0.45 0.15 0.5\n")
      try files.text("made/batch2/labels/b.txt", "0 0.5 0.5 0.1 0.1\n")
      try files.text("runs/labels/b.txt", "1 0.2 0.2 0.1 0.1 0.93\n")
      let keys =
        "data.source=cells, data.cells.layout=yolo, data.cells.images=\"made/{batch}/images/{field}.png\" and data.cells.tables=\"made/{batch}/labels/{field}.txt\""
      let plain = try #require(throws: ZooError.self) { try Dataset.open(files.spec(.auto)) }.description
      #expect(plain.contains("lie 2 label texts of YOLO (2 boxes") && plain.contains(keys), "\(plain)")
      #expect(plain.contains("predictions and no labels (1 in 'runs/labels')"), "\(plain)")
      var spec = Self.spec(files, .yolo)
      let asked = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(
        asked.contains("hasn't the layout yolo: no file fits its images (images/{set}/{field}.png, images/{field}.png)")
          && asked.contains(keys), "\(asked)")
      spec.cells.images = "made/{batch}/images/{field}.png"
      spec.cells.tables = "made/{batch}/labels/{field}.txt"
      #expect(try Dataset.open(spec).samples.map(\.id).sorted() == ["batch1/a/t0000/1", "batch2/b/t0000/1"])
    }
  }

  @Test("a new folder of boxes is recognised")
  func probe() throws {
    try DataFiles.with { files in
      try Self.pictures(files)
      try files.text("annotations.json", Self.coco)
      let spec = try #require(try CellProbe.spec(root: files.folder)?.spec)
      #expect(spec.cells.layout == .coco && spec.labels.from == .table)
      let text = try SpecSkeleton(summary: "s", root: files.folder).text
      let start = try SpecReader().readOne(text: text, file: "new.json5")
      #expect(start.model.head.name == "dense" && start.data.cells.background == 20, "\(text)")
      #expect(start.train.focal == 2)
    }
    try DataFiles.with { files in
      try Self.pictures(files, ["images/train/a.png", "images/val/a.png"])
      try files.text("labels/train/a.txt", "1 0.275 0.45 0.15 0.5\n")
      try files.text("labels/val/a.txt", "0 0.5 0.5 0.1 0.1\n")
      let spec = try #require(try CellProbe.spec(root: files.folder)?.spec)
      #expect(spec.cells.layout == .yolo)
      // Images of one name are told apart by their folders.
      let data = try Dataset.open(Self.spec(files, .yolo))
      #expect(data.samples.map(\.id).sorted() == ["train/a/t0000/1", "val/a/t0000/1"])
    }
  }

  @Test("points for an evaluation are theirs, too")
  func truth() throws {
    try DataFiles.with { files in
      try Self.pictures(files)
      try files.text("truth.json", Self.coco)
      try files.text("found/a.txt", "1 0.275 0.45 0.15 0.5\n")
      let images = try FieldImages(
        FieldFolder(files.folder), ImagePatterns(FieldPattern("images/{field}.png", key: "")), names: ["BF"],
        axes: .auto)
      let coco = try BoxTables.truth(files.folder + "/truth.json", images)
      #expect(coco.columns == ["field", "frame", "x", "y", "label"])
      #expect(
        coco.rows == [["a", "0", "5.000000", "4.000000", "dead"], ["b", "0", "11.000000", "3.500000", "alive"]])
      let yolo = try BoxTables.truth(files.folder + "/found", images)
      #expect(yolo.rows == [["a", "0", "5.000000", "4.000000", "1"]])
      try files.text("other.json", Self.coco.replacing("a.png", with: "x.png").replacing("b.png", with: "y.png"))
      let error = #expect(throws: ZooError.self) { try BoxTables.truth(files.folder + "/other.json", images) }
      #expect(error?.description.contains("is of an image that was searched") == true, "\(error?.description ?? "")")
    }
  }

  @Test("what can't be is refused with the place and what to do")
  func refusals() throws {
    let cases: [(table: String, text: String, message: String)] = [
      ("annotations.json", "{", "isn't COCO's JSON"),
      ("annotations.json", #"{"images": [], "annotations": []}"#, "'categories' is missing"),
      ("annotations.json", Self.coco.replacing(#"t": 10"#, with: #"t": 12"#), "says 'elsewhere/images/a.png'"),
      ("annotations.json", Self.coco.replacing("[4, 2, 3, 5]", with: "[4, 2, 3]"), "has no box"),
      ("annotations.json", Self.coco.replacing(#"2, "bbox": [10"#, with: #"9, "bbox": [10"#), "that isn't listed"),
      ("annotations.json", Self.coco.replacing("b.png", with: "c.png"), "data.accept=[missingFiles]"),
      ("labels/a.txt", "1 55 4 3 5\n", "as shares of the image"),
      ("labels/a.txt", "1 0.5 0.5 0.1 0.1\ncell 0.5 0.5 0.1 0.1\n", "a.txt:2"),
      ("labels/c.txt", "1 0.5 0.5 0.1 0.1\n", "images that aren't there"),
    ]
    for (table, text, message) in cases {
      try DataFiles.with { files in
        try Self.pictures(files)
        try files.text(table, text)
        let error = #expect(throws: ZooError.self) {
          try Dataset.open(Self.spec(files, table.hasSuffix("json") ? .coco : .yolo))
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
      }
    }
    try DataFiles.with { files in
      try Self.pictures(files)
      try files.text("annotations.json", Self.coco.replacing("b.png", with: "c.png"))
      var spec = Self.spec(files, .coco)
      spec.accept = ["missingFiles"]
      #expect(try Dataset.open(spec, for: .prediction).samples.count == 1)
    }
  }
}
