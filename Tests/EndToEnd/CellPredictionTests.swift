import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Predictions of cells in fields")
struct CellPredictionTests {
  @Test("are the same from a moved root, a folder and a spec, and in pieces")
  func sources() throws {
    try CellFilm.with { film in
      try film.zoo(["predict", film.run, "data.root=\(film.other)", "-o", "\(film.folder)/a.csv"])
      let whole = try film.text("a.csv")
      let table = try CSVTable(Array(whole.utf8), file: "a.csv")
      for name in ["experiment", "well", "field", "frame", "time", "track", "x", "y", "predicted", "p_healthy"] {
        #expect(table.index(of: name) != nil, "\(name)")
      }
      #expect(table.rows.count > 100)
      try film.zoo(["predict", film.run, film.other, "-o", "\(film.folder)/b.csv"])
      #expect(try film.text("b.csv") == whole)
      try film.zoo(["new", "\(film.folder)/other.json5", "--data", film.other])
      let told = try film.zoo(
        ["predict", film.run, "\(film.folder)/other.json5", "data.cells.border=zero", "-o", "\(film.folder)/c.csv"])
      #expect(try film.text("c.csv") == whole)
      #expect(told.messages.contains("cells are cut as in training"), "\(told.messages)")
      #expect(try film.zoo(["predict", film.run, film.other]).output == whole)
    }
  }

  @Test("are Parquet where the file's name says so, by a Python with pyarrow; without one it is said how to bring it")
  func parquet() throws {
    try CellFilm.with { film in
      // A stand-in for Python that says what it is asked to do.
      func python(_ script: String) throws -> String {
        let path = film.folder + "/python"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o755)
        return path
      }
      let file = "\(film.folder)/p.parquet"
      let words = ["predict", film.run, film.other, "-o", file, "--python"]
      let copying = try python(
        """
        grep -q 'import pyarrow' "$1" || exit 9
        [ "$2" = --check ] && exit 0
        [ "$2" = --write ] && cp "$3" "$4"
        """)
      // What stood under the name of what isn't whole yet was written through.
      let victim = "\(film.folder)/victim"
      try Data("mine".utf8).write(to: URL(fileURLWithPath: victim))
      try FileManager.default.createSymbolicLink(atPath: file + ".part", withDestinationPath: victim)
      try film.zoo(words + [copying, "--frame-interval", "2"])
      #expect(FileManager.default.contents(atPath: victim) == Data("mine".utf8))
      try FileManager.default.removeItem(atPath: file + ".part")
      let table = try CSVTable(Array(film.text("p.parquet").utf8), file: "p.parquet")
      let (frame, time) = (try #require(table.index(of: "frame")), try #require(table.index(of: "time")))
      #expect(table.rows.count > 100)
      for row in table.rows { #expect(Double(row[time]) == 2 * (Double(row[frame]) ?? -1)) }
      let left = try FileManager.default.contentsOfDirectory(atPath: film.folder).filter { $0.hasPrefix("p.") }
      #expect(left == ["p.parquet"])
      try FileManager.default.removeItem(atPath: file)
      let without = Transcript(words + [try python("echo there is no module pyarrow >&2; exit 3")])
      #expect(without.status == 1 && without.messages.contains("pip install pyarrow"), "\(without.messages)")
      #expect(!without.messages.contains("<U+"), "\(without.messages)")
      #expect(FileKind(file) == .nothing && FileKind(file + ".csv.part") == .nothing, "nothing was predicted")
      for (wrong, message) in [
        (["predict", film.run, film.other, "--python", "python3"], "has no effect without -o FILE.parquet"),
        (["deaths", film.folder + "/p.parquet"], "Predict with -o predictions.csv"),
      ] {
        let done = Transcript(wrong)
        #expect(done.status != 0 && done.messages.contains(message), "\(done.messages)")
      }
    }
  }

  @Test("are those of the crops that training sees")
  func crops() throws {
    try CellFilm.with { film in
      let given = ["data.root=\(film.other)"]
      try film.zoo(["predict", film.run] + given + ["-o", "\(film.folder)/a.csv"])
      try film.zoo(
        [
          "data", "export", "\(film.folder)/cells.json5", "-o", "\(film.folder)/crops", "--limit", "40",
          "data.height=24",
          "data.width=24",
        ] + given)
      let crops = try film.zoo(["predict", film.run, "\(film.folder)/crops"]).output
      let fields = try CSVTable(Array(film.text("a.csv").utf8), file: "a.csv")
      let images = try CSVTable(Array(crops.utf8), file: "crops")
      let manifest = try CSVTable(Array(film.text("crops/manifest.csv").utf8), file: "manifest.csv")
      func column(_ table: CSVTable, _ name: String) throws -> [String] {
        let place = try #require(table.index(of: name), "\(name) among \(table.columns)")
        return table.rows.map { $0[place] }
      }
      let byID = Dictionary(uniqueKeysWithValues: zip(try column(fields, "id"), try column(fields, "p_healthy")))
      let paths = Dictionary(uniqueKeysWithValues: zip(try column(manifest, "path"), try column(manifest, "id")))
      var compared = 0
      for (path, probability) in zip(try column(images, "id"), try column(images, "p_healthy")) {
        let id = try #require(paths[path.replacing("\(film.folder)/crops/", with: "")], "\(path)")
        #expect(byID[id] == probability, "\(id)")
        compared += 1
      }
      #expect(compared == 40)
    }
  }

  @Test("go on where they were stopped, and begin anew where the part belongs to something else", arguments: [nil, 3])
  func resumed(frames: Int?) throws {
    try CellFilm.with("ultrack", frames: frames) { film in
      let words = ["predict", film.run, film.other, "data.cells.ends=repeat", "-o", "\(film.folder)/a.csv"]
      try film.zoo(words)
      let whole = try film.text("a.csv")
      let data = try ModelUse(film.run, threads: 1).opened(film.other, overrides: ["data.cells.ends=repeat"])
      let cells = try #require(try ModelUse(film.run, threads: 1).cells(in: data))
      #expect(whole.split(separator: "\n").count == cells.count + 1)
      let part = "\(film.folder)/a.csv.part"
      #expect(FileKind(part) == .nothing)
      // As a killed process leaves it: whole rows, and half of one.
      let half = whole.prefix(whole.count / 2)
      for (first, isKept) in [("zoo predict \(cells.key)\n", true), ("zoo predict 0123\n", false)] {
        try Data((first + half).utf8).write(to: URL(fileURLWithPath: part))
        let told = try film.zoo(words)
        #expect(try film.text("a.csv") == whole)
        #expect(told.messages.contains("had been classified before") == isKept, "\(told.messages)")
        #expect(FileKind(part) == .nothing)
      }
      // A part of other rows under the right key is kept as far as it is right.
      let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
      let mixed = (lines.prefix(5) + lines.dropFirst(9)).joined(separator: "\n")
      try Data("zoo predict \(cells.key)\n\(mixed)".utf8).write(to: URL(fileURLWithPath: part))
      try film.zoo(words)
      #expect(try film.text("a.csv") == whole)
    }
  }
}
