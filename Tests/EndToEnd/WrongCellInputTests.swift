import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Wrong fields, tables and plate maps")
struct WrongCellInputTests {
  /// Calls the tool, which must refuse with one message, and leave nothing behind.
  private static func refuse(_ film: CellFilm, _ words: [String], _ message: String, _ status: Int32 = 65) throws {
    let names = { try FileManager.default.contentsOfDirectory(atPath: film.folder).sorted() }
    let before = try names()
    let done = Transcript(words)
    #expect(done.status == status && done.output.isEmpty, "\(words): \(done.output)")
    let errors = done.messages.split(separator: "\n").filter { $0.hasPrefix("error:") }
    #expect(errors.count == 1 && done.messages.contains(message), "\(words): \(done.messages)")
    #expect(try names() == before)
  }

  @Test("are refused with one message each, and nothing is half-written")
  func refusals() throws {
    try CellFilm.with("ultrack") { film in
      let table = "\(film.folder)/p.csv"
      let predict = ["predict", film.run, film.other, "-o", table]
      try film.zoo(predict)
      let whole = try film.text("p.csv")
      try FileManager.default.removeItem(atPath: table)
      // A plate map without one of the wells.
      let map = "\(film.other)/plate_map.csv"
      let lines = try String(contentsOfFile: map, encoding: .utf8).split(separator: "\n")
      try (lines.dropLast().joined(separator: "\n") + "\n").write(toFile: map, atomically: true, encoding: .utf8)
      try Self.refuse(film, predict, "aren't in the plate map")
      try whole.write(toFile: table, atomically: true, encoding: .utf8)
      let deaths = [
        "deaths", table, "--frame-interval", "1", "--html", "\(film.folder)/d.html", "-o", "\(film.folder)/d.csv",
      ]
      try Self.refuse(film, deaths + ["--plate", map], "the plate map lacks")
      // Predictions of another version of the model among them.
      let rows = try CSV.parse(whole, file: "p.csv")
      let place = try #require(rows.header.firstIndex(of: "model"))
      var mixed = rows.rows
      mixed[mixed.count - 1][place] = "cells 000000000000"
      try ([rows.header] + mixed).map(CSV.line).joined().write(toFile: table, atomically: true, encoding: .utf8)
      try Self.refuse(film, deaths, "expected predictions of one model")
      // A table without tracks.
      let track = try #require(rows.header.firstIndex(of: "track"))
      let loose = rows.rows.map { row in row.indices.map { $0 == track ? "" : row[$0] } }
      try ([rows.header] + loose).map(CSV.line).joined().write(toFile: table, atomically: true, encoding: .utf8)
      try Self.refuse(film, deaths, "no row has a track")
      // A field that lacks a channel in one frame.
      try lines.joined(separator: "\n").write(toFile: map, atomically: true, encoding: .utf8)
      try FileManager.default.removeItem(atPath: "\(film.other)/experiment-01/W0001F0001T0002Z001C3.tif")
      try FileManager.default.removeItem(atPath: table)
      try Self.refuse(film, predict, "lack a channel")
    }
  }

  @Test("fields of another scale are refused until crops are as wide again")
  func scale() throws {
    try CellFilm.with("ultrack", training: ["data.cells.pixelSize=0.65"]) { film in
      let model = try Model.load(film.run)
      #expect(Double(model.card.notes[CropScale.note] ?? "") == 0.65 * 24)
      let predict = ["predict", film.run, film.other, "data.cells.pixelSize=0.325"]
      try Self.refuse(film, predict + ["-o", "\(film.folder)/p.csv"], "Set data.cells.size=48")
      try film.zoo(predict + ["data.cells.size=48", "-o", "\(film.folder)/p.csv"])
    }
  }
}
