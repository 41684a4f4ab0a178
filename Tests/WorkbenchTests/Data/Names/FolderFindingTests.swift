import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("What names of folders and files say against taking them as they are")
struct FolderFindingTests {
  /// Two folders of classes with three images each.
  private func classes(_ files: DataFiles, _ names: [String] = ["dead", "live"]) throws {
    var value: Float = 1
    for name in names {
      for number in 1...3 {
        try files.image("\(name)/\(name)\(number).png", value: value)
        value += 1
      }
    }
  }

  @Test("masks among the images are counted, with the key that leaves them out, which does")
  func masks() throws {
    try DataFiles.with { files in
      try classes(files)
      try files.image("dead/dead1_cp_masks.png", value: 41)
      try files.image("live/live1_seg.png", value: 42)
      for images in [nil, "{class}/*"] {
        var spec = files.spec(.folder)
        spec.images = images
        let remarks = try Dataset.open(spec).remarks
        let wanted =
          "2 of 8 images are called as masks are, e.g. 'dead/dead1_cp_masks.png', and taken as images: data.exclude=[\"*_cp_masks.*\", \"*_seg.*\"] leaves them out"
        #expect(remarks.contains(wanted), "\(remarks)")
        spec.exclude = ["*_cp_masks.*", "*_seg.*"]
        let data = try Dataset.open(spec)
        #expect(data.samples.count == 6 && !data.remarks.contains { $0.contains("masks are") }, "\(data.remarks)")
      }
    }
    #expect(MaskNames.remark(["a_label.png", "b_label.png"]) == nil, "where all are called so, it is a name")
    #expect(MaskNames.remark(["unmasked.png", "label1.png", "a.png"]) == nil)
  }

  @Test("a copy of a folder is named where its images are taken")
  func copies() throws {
    try DataFiles.with { files in
      try classes(files, ["dead", "live", "live - Copy"])
      let remarks = try Dataset.open(files.spec(.folder)).remarks
      #expect(
        remarks.contains(
          "3 images in a folder that is called as a copy: 'live - Copy' of 'live'; data.exclude=[\"live - Copy/\"] leaves it out"
        ), "\(remarks)")
    }
  }

  @Test("a table beside folders that are no classes is named with how it is joined")
  func tableBeside() throws {
    try DataFiles.with { files in
      var value: Float = 1
      for experiment in ["exp01", "exp02_rep", "exp03"] {
        for well in ["B2", "C10"] {
          try files.image("\(experiment)/\(well)_02_1.png", value: value)
          value += 1
        }
      }
      try files.text("layout.csv", "experiment,well,treatment\nexp01,B02,NIG\nexp02,B02,STS\n")
      for look in [
        { _ = try Dataset.open(files.spec(.auto)) }, { _ = try SpecSkeleton(summary: "", root: files.folder) },
      ] {
        let error = try #require(throws: ZooError.self) { try look() }.description
        #expect(error.contains("layout.csv"), "\(error)")
        #expect(
          error.contains("data.join={\"layout.csv\": [experiment, well]}") && !error.contains("{class}"), "\(error)")
      }
    }
  }

  @Test("classes that are named are taken, however the folders are called: the remedy doesn't loop")
  func named() throws {
    try DataFiles.with { files in
      try classes(files, ["exp01", "exp02"])
      try files.text("cells.csv", "experiment,well\nexp01,B02\n")
      let first = try #require(throws: ZooError.self) { try SpecSkeleton(summary: "", root: files.folder) }
      #expect(first.description.contains("data.classes=[\"exp01\", \"exp02\"]"), "\(first)")
      let made = try SpecSkeleton(
        summary: "", root: files.folder, overrides: ["data.classes=[\"exp01\", \"exp02\"]"])
      #expect(made.text.contains("classes: [\"exp01\", \"exp02\"]"), "\(made.text)")
    }
    try DataFiles.with { files in
      var value: Float = 1
      for experiment in ["THP1-01", "THP1-02"] {
        for plate in ["Plate1", "Plate2"] {
          for well in ["B02", "C02"] {
            try files.image("\(experiment)/\(plate)/\(well)_s1.png", value: value)
            value += 1
          }
        }
      }
      let made = try SpecSkeleton(
        summary: "", root: files.folder, overrides: ["data.classes=[\"Plate1\", \"Plate2\"]"])
      #expect(
        made.text.contains("/{class}/") && made.text.contains("classes: [\"Plate1\", \"Plate2\"]"), "\(made.text)")
    }
  }

  @Test("a folder that data.exclude leaves out is no class, also where a pattern names the class")
  func excluded() throws {
    try DataFiles.with { files in
      try classes(files)
      try files.text("thumbs/dead1.jpg.txt", "")
      var spec = files.spec(.folder)
      spec.images = "{class}/*.png"
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      spec.exclude = ["thumbs/"]
      #expect(try Dataset.open(spec).classes == ["dead", "live"])
    }
  }

  @Test("COCO's boxes beside folders are named with their counts, and the way to use them")
  func boxes() throws {
    try DataFiles.with { files in
      try classes(files, ["Lauf A", "Lauf B"])
      let json = """
        {"images": [{"id": 1, "file_name": "P-01.jpg"}, {"id": 2, "file_name": "P-02.jpg"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3]}, {"image_id": 2, "category_id": 1, "bbox": [1, 1, 3, 3]},
        {"image_id": 2, "category_id": 1, "bbox": [2, 1, 3, 3]}], "categories": [{"id": 1, "name": "dead"}]}
        """
      try files.text("marked/AK.json", json)
      func error() throws -> String {
        try #require(throws: ZooError.self) { try SpecSkeleton(summary: "", root: files.folder) }.description
      }
      let lost = try error()
      #expect(lost.contains("'marked/AK.json' is COCO (2 images, 3 boxes)"), "\(lost)")
      #expect(lost.contains("data.cells.tables=\"marked/AK.json\"") && lost.contains("e.g. 'P-01.jpg'"), "\(lost)")
      try files.text("marked/BM.json", json.replacing("P-0", with: "Lauf A"))
      try files.text("marked/AK.json", json.replacing("P-01.jpg", with: "Lauf A1.png"))
      let found = try error()
      #expect(found.contains("so are 'marked/BM.json' (2 images, 3 boxes)"), "\(found)")
      #expect(found.contains("data.cells.images=\"Lauf A/{field}.png\""), "\(found)")
      #expect(throws: ZooError.self) { try Dataset.open(files.spec(.auto)) }
      #expect(
        try SpecSkeleton(summary: "", root: files.folder, overrides: ["data.classes=[\"Lauf A\", \"Lauf B\"]"]).text
          .contains("Lauf A"))
    }
  }
}
