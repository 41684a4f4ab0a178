import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Cells of whole fields, from training to deaths")
struct DenseFieldTests {
  @Test("are found, followed, scored and read by deaths; what can't be is refused")
  func walk() throws {
    try CellFilm.with { film in
      let dense = film.folder + "/dense"
      try film.zoo([
        "train", "\(film.folder)/cells.json5", "--run-dir", dense, "train.epochs=1", "train.batch=8", "data.height=64",
        "data.width=64", "model.backbone={name: 'resnet10_tiny', width: 4, stem: 'small'}", "model.head=dense",
        "data.cells.background=3", "data.classes=[]", "data.split.by=[]", "data.split.train=1",
        "data.split.validation=0", "data.split.test=0",
      ])
      let found = "\(film.folder)/found.csv"
      try film.zoo(["predict", dense, film.other, "--find", "--threshold", "0", "-o", found])
      let table = try CSVTable(Array(film.text("found.csv").utf8), file: "found.csv")
      for name in ["experiment", "well", "frame", "track", "x", "y", "score", "p_healthy", "p_apoptosis", "model"] {
        #expect(table.index(of: name) != nil, "\(name) among \(table.columns)")
      }
      #expect(table.index(of: "p_background") == nil && table.rows.count > 20)
      try film.zoo(["deaths", found, "--frame-interval", "0.1667", "--plate", "\(film.other)/plate_map.csv"])
      // The films say when frames were taken.
      #expect(table.index(of: "time") == 5)
      #expect(try film.zoo(["deaths", found]).output.contains(" h"))
      let told = try film.zoo(["evaluate", dense, "--fields", film.other, "--truth", "\(film.other)/annotations.csv"])
      #expect(told.output.contains("average precision") && told.output.contains("pyroptosis"), "\(told.output)")
      #expect(told.output.contains("no point") && told.output.contains("found − true cells"), "\(told.output)")
      let boxes = film.folder + "/boxes.json"
      try Data(
        """
        {"images": [{"id": 1, "file_name": "A01.ome.tif"}], "categories": [{"id": 1, "name": "healthy"}],
         "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]}]}
        """.utf8
      ).write(to: URL(fileURLWithPath: boxes))
      for (words, message) in [
        (["predict", film.run, film.other, "--find"], "has no dense head"),
        (["predict", dense, film.folder, "--find"], "none of the known layouts"),
        (["evaluate", dense, "--fields", film.other, "--truth", boxes], "is a file of several frames"),
        (["evaluate", dense, "--fields", film.other, "--truth", film.folder + "/none.csv"], "doesn't exist"),
        (
          [
            "check", "\(film.folder)/cells.json5", "model.head=dense", "model.backbone=efficientnet_tiny",
            "data.split.by=[]", "data.split.train=1", "data.split.validation=0", "data.split.test=0",
          ], "without squeeze and excitation"
        ),
        (["predict", dense, film.other, "--find", "data.height=3"], "says nothing of whole fields"),
        (["predict", dense, film.other, "--threshold", "0.5"], "has no effect without --find"),
      ] {
        let done = Transcript(words)
        #expect(done.status != 0 && done.messages.contains(message), "\(words): \(done.messages)")
      }
    }
  }
}
