import Foundation
import Testing

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
      let told = try film.zoo(["evaluate", dense, "--fields", film.other, "--truth", "\(film.other)/annotations.csv"])
      #expect(told.output.contains("average precision") && told.output.contains("pyroptosis"), "\(told.output)")
      for (words, message) in [
        (["predict", film.run, film.other, "--find"], "has no dense head"),
        (["predict", dense, film.folder, "--find"], "none of the known layouts"),
        (["predict", dense, film.other, "--find", "data.height=3"], "says nothing of whole fields"),
        (["predict", dense, film.other, "--threshold", "0.5"], "has no effect without --find"),
      ] {
        let done = Transcript(words)
        #expect(done.status != 0 && done.messages.contains(message), "\(words): \(done.messages)")
      }
    }
  }
}
