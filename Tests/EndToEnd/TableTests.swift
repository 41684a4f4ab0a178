import Foundation
import Testing
import ZooData
import ZooWorkbench

/// Tables as people have them, from the first look to predictions.
@Suite("Tables of one's own")
struct TableTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  /// A gray picture of 16 × 16 pixels that no other has.
  private func picture(_ path: String, _ number: Int) throws {
    let samples = (0..<256).map { Float(($0 * (number % 7 + 1) + number) % 251) }
    let image = try Image(width: 16, height: 16, channels: 1, sampleType: .uint8, samples: samples)
    let folder = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try AtomicFile.write(PNGWriter.encode(image), to: path)
  }

  /// Tracks 0…3 in each of six dates, with three frames each, in a table of semicolons that isn't called manifest.csv.
  private func tracks(_ folder: String, changingLabels: Bool = false) throws {
    var text = "Image File;Fate;TRACK_ID;FRAME;Date;x\n"
    for date in 0..<6 {
      for track in 0..<4 {
        for frame in 0..<3 {
          let name = "d\(date)/\(track)-\(frame).png"
          try picture("\(folder)/\(name)", (date * 4 + track) * 3 + frame)
          let fate = changingLabels && frame == 2 ? "dead" : track % 2 == 0 ? "Healthy" : "pyroptosis"
          text +=
            "\(name);\(track == 2 && date == 0 ? fate.lowercased() : fate);\(track);t\(frame + 8);2024-05-0\(date + 1);1,5\n"
        }
      }
    }
    try AtomicFile.write(Array(text.utf8), to: "\(folder)/cells.csv")
  }

  private func new(_ folder: String, _ words: [String] = []) throws -> (text: String, spec: Spec) {
    let file = "\(folder).json5"
    let made = Transcript(["new", file, "--data", folder] + words)
    try #require(made.status == 0, "\(made.messages)")
    let checked = Transcript(["check", file, "train.batch=2"])
    #expect(checked.status == 0, "\(checked.messages)")
    return (try String(contentsOfFile: file, encoding: .utf8), try SpecReader().readOne(file))
  }

  @Test("new reads headers of other languages, and says what looks like tracks, times and unknown columns")
  func newFromOddTables() throws {
    try inFolder { folder in
      for name in ["fr", "odd", "wide"] {
        for cell in 0..<24 {
          for time in 0..<3 { try picture("\(folder)/\(name)/\(cell)-\(time).png", cell * 3 + time) }
        }
      }
      func write(_ name: String, _ header: String, _ row: (Int, Int) -> String, times: Int = 3) throws {
        let rows = (0..<24).flatMap { cell in (0..<times).map { row(cell, $0) } }
        try AtomicFile.write(
          Array((header + "\n" + rows.joined(separator: "\n") + "\n").utf8), to: "\(folder)/\(name)/manifest.csv")
      }
      let classes = ["vivante", "apoptose"]
      try write("fr", "fichier;classe;Expérience;cellule;temps") { cell, time in
        "\(cell)-\(time).png;\(classes[cell % 2]);e\(cell / 4);c\(cell);\(5 * time) min"
      }
      let french = try new(folder + "/fr").spec.data
      #expect(french.columns.label == "classe" && french.columns.sequence == "cellule" && french.frames == 3)
      #expect(french.split.by == ["Expérience"])
      try write("odd", "path,label,experiment,ding,wann") { cell, time in
        "\(cell)-\(time).png,\(classes[cell % 2]),e\(cell / 4),c\(cell),\(5 * time)"
      }
      let odd = try new(folder + "/odd")
      #expect(odd.text.contains("Unsure: rows of one 'ding' differ in 'wann'"), "\(odd.text)")
      #expect(odd.spec.data.columns.sequence == "ding" && odd.spec.data.frames == nil)
      try write(
        "wide", "label,experiment,t0,t1,t2",
        { cell, _ in
          "\(classes[cell % 2]),e\(cell / 4),\(cell)-0.png,\(cell)-1.png,\(cell)-2.png"
        }, times: 1)
      let wide = try new(folder + "/wide").text
      #expect(wide.contains("Unsure: the names look like times."), "\(wide)")
    }
  }

  @Test("new finds the table, its columns whatever their names, tracks that begin anew, frames, groups and labels")
  func newFromTracks() throws {
    try inFolder { folder in
      try tracks(folder + "/crops")
      let (text, spec) = try new(folder + "/crops")
      #expect(spec.data.manifest == "cells.csv" && spec.data.columns.path == "Image File")
      #expect(spec.data.columns.label == "Fate" && spec.data.columns.sequence == "TRACK_ID")
      #expect(spec.data.columns.frame == "FRAME" && spec.data.columns.within == ["Date"])
      #expect(spec.data.frames == 3 && spec.data.split.by == ["Date"])
      #expect(spec.data.height == 16 && spec.data.width == 16)
      #expect(spec.data.classes == ["Healthy", "pyroptosis"] && spec.data.relabel == ["healthy": "Healthy"])
      for words in ["separated by ';'", "'Healthy' (33), 'healthy' (3)", "Each of 24 sequences has 3 frames."] {
        #expect(text.contains(words), "missing '\(words)' in \(text)")
      }
    }
  }

  @Test("tracks whose labels change are single images of which one track is on one side of the split")
  func newFromChangingTracks() throws {
    try inFolder { folder in
      try tracks(folder + "/crops", changingLabels: true)
      let (text, spec) = try new(folder + "/crops")
      #expect(spec.data.frames == nil && spec.data.columns.sequence == "TRACK_ID")
      #expect(text.contains("labels change within 'TRACK_ID'"), "\(text)")
    }
  }

  @Test("new says which column it can't find, and takes it by its name; what it quotes never becomes part of the spec")
  func newWithLabel() throws {
    try inFolder { folder in
      let crops = folder + "/crops"
      var text = "path,stage,experiment\u{2028}},comment\n"
      for index in 0..<24 {
        try picture("\(crops)/\(index).png", index)
        text += "\(index).png,\(index % 2 == 0 ? "a\"b" : "c\\"),e\(index / 4),x\n"
      }
      try AtomicFile.write(Array(text.utf8), to: "\(crops)/manifest.csv")
      let hostile = Transcript(["new", "\(folder)/a.json5", "--data", crops])
      #expect(hostile.status == 65 && hostile.messages.contains("line break"), "\(hostile.messages)")
      try AtomicFile.write(
        Array(text.replacing("\u{2028}}", with: " */ // \\u000a").utf8), to: "\(crops)/manifest.csv")
      let unknown = Transcript(["new", "\(folder)/a.json5", "--data", crops])
      #expect(unknown.status == 65 && unknown.messages.contains("--label COLUMN"), "\(unknown.messages)")
      let wrong = Transcript(["new", "\(folder)/a.json5", "--data", crops, "--label", "stag"])
      #expect(wrong.status == 64 && wrong.messages.contains("Did you mean 'stage'?"), "\(wrong.messages)")
      let (written, spec) = try new(crops, ["--label", "stage"])
      #expect(spec.data.columns.label == "stage" && spec.data.classes == ["a\"b", "c\\"])
      #expect(spec.data.split.by == [] && written.contains("AT RANDOM"), "\(written)")
    }
  }

  @Test("train, val and test above the classes: new takes them, check names the key")
  func newFromSubsets() throws {
    try inFolder { folder in
      for (place, subset) in ["train", "val", "test"].enumerated() {
        for index in 0..<8 {
          try picture("\(folder)/crops/\(subset)/\(index % 2 == 0 ? "a" : "b")/\(index).png", place * 8 + index)
        }
      }
      let (_, spec) = try new(folder + "/crops")
      #expect(spec.data.split.folders && spec.data.classes == ["a", "b"])
    }
  }

  @Test("simulated cells are said to be such by train; a table without data.root is never replaced by them")
  func simulated() throws {
    try inFolder { folder in
      let words =
        "data.simulation.experiments=4 data.simulation.cellsPerClass=4 data.height=16 data.width=16 train.batch=8"
      let small = words.split(separator: " ").map(String.init) + ["train.epochs=1", "--run-dir", "\(folder)/run"]
      let trained = Transcript(["train", "quickstart"] + small)
      #expect(trained.status == 0 && trained.messages.contains("SIMULATED DATA"), "\(trained.messages)")
      let misread = Transcript(["check", "quickstart", "data.columns.label=fate"])
      #expect(
        misread.status == 65 && misread.messages.contains("says nothing of simulated cells"), "\(misread.messages)")
      let absent = Transcript(["check", "quickstart", "data.manifest=\(folder)/absent.csv"])
      #expect(absent.status == 65 && absent.messages.contains("absent.csv"), "\(absent.messages)")

      for index in 0..<3 { try picture("\(folder)/new/deep/\(index).png", index) }
      try AtomicFile.write([0], to: "\(folder)/new/notes.txt")
      let predicted = Transcript(["predict", "\(folder)/run", "\(folder)/new"])
      #expect(predicted.status == 65 && predicted.messages.contains("channel"), "\(predicted.messages)")
    }
  }
}
