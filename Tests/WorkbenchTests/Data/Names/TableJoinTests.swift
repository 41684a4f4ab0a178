import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Tables below each other and beside each other.
@Suite("Several tables at once")
struct TableJoinTests {
  private func images(_ files: DataFiles, folder: String = "") throws {
    var value: Float = 1
    for plate in 1...3 {
      for cell in 0..<4 {
        try files.image("\(folder)p\(plate)/\(cell).png", value: value)
        value += 1
      }
    }
  }

  private func rows(_ plate: Int, _ header: Bool = false) -> String {
    (header ? "path,label,plate,well\n" : "")
      + (0..<4).map { "p\(plate)/\($0).png,\($0 % 2 == 0 ? "dead" : "healthy"),P\(plate),B0\($0 / 2 + 1)\n" }.joined()
  }

  private func manifest(_ files: DataFiles) throws {
    try images(files)
    try files.text("manifest.csv", rows(1, true) + rows(2) + rows(3))
  }

  private func refusal(_ spec: DataSpec) throws -> String {
    try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
  }

  @Test("columns of another table are put beside by the named columns, in whatever spelling")
  func joined() throws {
    try DataFiles.with { files in
      try manifest(files)
      try files.text("plates.csv", "plate,donor,label2\nP1,anna,x\nP2,ben,x\nP3,cleo,y\n")
      try files.text("wells.csv", "Plate\tWell\ttreatment\nP1\tB1\tmock\nP1\tB2\tnig\nP2\tB01\tmock\nP2\tB02\tnig\n")
      try files.text("donors.csv", "name,sex\nanna,f\nben,m\ncleo,f\n")
      var spec = files.spec(.csv)
      spec.join = ["plates.csv": ["plate"], "wells.csv": ["plate=Plate", "well=Well"], "donors.csv": ["donor=name"]]
      let data = try Dataset.open(spec)
      #expect(data.groupColumns == ["plate", "well", "donor", "label2", "sex", "treatment"])
      #expect(data.samples[2].groups == ["P1", "B02", "anna", "x", "f", "nig"] && data.samples[8].groups[5] == "")
      #expect(
        data.remarks.contains {
          $0.hasPrefix("4 of 12 rows find nothing in wells.csv (plate and well 'P3 / B01', 'P3 / B02')")
        }, "\(data.remarks)")
      #expect(
        data.remarks.contains { $0.hasPrefix("4 rows joined to wells.csv by plate and well in another spelling") },
        "\(data.remarks)")
      spec.split.by = ["treatment"]
      #expect(try refusal(spec).contains("says nothing (empty) for 4 of 12 samples"))
    }
  }

  @Test("keys that stand twice, fit nothing or aren't there, and columns that contradict each other are refused")
  func refused() throws {
    try DataFiles.with { files in
      try manifest(files)
      var spec = files.spec(.csv)
      func refused(_ text: String, _ keys: [String]) throws -> String {
        try files.text("more.csv", text)
        spec.join = ["more.csv": keys]
        return try refusal(spec)
      }
      let twice = try refused("plate,well,donor\nP1,B01,a\nP1,B02,b\nP2,B01,c\n", ["plate"])
      #expect(twice.contains("more.csv:3") && twice.contains("stands here a second time (also on line 2"), "\(twice)")
      #expect(twice.contains("Join by well, too"), "\(twice)")
      let none = try refused("plate,donor\nplate 1,a\n", ["plate"])
      #expect(none.contains("the images have e.g. 'P1'") && none.contains("'plate 1'"), "\(none)")
      #expect(try refused("plate,donor\nP1,a\n", ["plat"]).contains("Did you mean 'plate'?"))
      #expect(try refused("Plates,donor\nP1,a\n", ["plate"]).contains("Did you mean 'Plates'?"))
      #expect(try refused("plate,donor\nP1,a\n", []).contains("names no column to join by"))
      let contrary = try refused("plate,label\nP1,dead\n", ["plate"])
      #expect(
        contrary.contains("'label' is 'dead' here and 'healthy' in") && contrary.contains("line 3"), "\(contrary)")
      // What agrees, or is missing in one of them, doesn't contradict.
      try files.text("more.csv", "plate,well,donor\nP1,,a\nP2,,b\nP3,,c\n")
      spec.join = ["more.csv": ["plate"]]
      #expect(try Dataset.open(spec).samples[0].groups == ["P1", "B01", "a"])
    }
  }

  @Test("tables that fit a pattern are one, with the parts of their names as columns and their own lines in messages")
  func concatenated() throws {
    try DataFiles.with { files in
      try images(files)
      for plate in 1...3 { try files.text("labels/day\(plate).csv", rows(plate, true)) }
      var spec = files.spec(.auto)
      spec.manifest = "labels/day{day}.csv"
      let data = try Dataset.open(spec)
      #expect(data.samples.count == 12 && data.groupColumns == ["plate", "well", "day"])
      #expect(data.samples[5].groups == ["P2", "B01", "2"])
      #expect(data.remarks.contains("3 tables fit 'labels/day{day}.csv' and are taken as one"))
      try files.text("labels/day2.csv", "label,path,well,plate\ndead,p2/0.png,B01,P2\ndead,p2/0.png,B01,P2\n")
      #expect(try refusal(spec).contains("labels/day2.csv:3: the sample 'p2/0.png' stands here a second time"))
      try files.text("labels/day2.csv", "path,label,plate,Well\np2/0.png,dead,P2,B01\n")
      let unlike = try refusal(spec)
      #expect(
        unlike.contains("day2.csv") && unlike.contains("lacks the columns well, and has the columns Well"), "\(unlike)")
      try files.text("labels/day2.csv", rows(2, true))
      spec.manifest = "labels/day{plate}.csv"
      #expect(try refusal(spec).contains("the column of that name says 'P1'"))
      spec.manifest = "label/*.csv"
      #expect(try refusal(spec).contains("no table fits the pattern"))
    }
  }

  @Test("tables in folders of their own may name files beside them")
  func ownFolders() throws {
    try DataFiles.with { files in
      for day in ["a", "b"] {
        var value: Float = day == "a" ? 1 : 100
        for cell in 0..<4 {
          try files.image("\(day)/img/\(cell).png", value: value)
          value += 1
        }
        let rows = (0..<4).map { "img/\($0).png,\($0 % 2 == 0 ? "dead" : "healthy")\n" }.joined()
        try files.text("\(day)/labels.csv", "path,label\n" + rows)
      }
      var spec = files.spec(.csv)
      spec.manifest = "{day}/labels.csv"
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["a", "b"].flatMap { day in (0..<4).map { "\(day)/img/\($0).png" } })
      #expect(data.remarks.contains("paths in tables of folders below the root are relative to these folders"))
    }
  }

  @Test("keys of data for sources without paths and tables of images are refused")
  func sources() throws {
    for (override, source) in [("data.images='{class}/*.png'", "cells"), ("data.join={\"a.csv\": [well]}", "idx")] {
      let error = try #require(throws: SpecProblems.self) {
        try SpecReader(registry: nil).readOne(
          text: "{data: {source: \"\(source)\", root: \".\"}}", file: "a.json5", overrides: [override])
      }
      #expect("\(error)".contains("not for a source '\(source)'"), "\(error)")
    }
  }
}
