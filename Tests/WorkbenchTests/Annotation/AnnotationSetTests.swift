import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("The page of annotation")
struct AnnotationSetTests {
  private struct PageData: Decodable {
    struct Strip: Decodable {
      struct Crop: Decodable {
        var id: String
        var v: [String]
        var s: [String]?
      }

      var name: String
      var columns: Int
      var crops: [Crop]
      var png: String
    }

    var classes: [String]
    var columns: [String]
    var width: Int
    var height: Int
    var strips: [Strip]
  }

  private static func cells(_ folder: String, _ layout: FieldLayout) throws -> Spec {
    try FieldSimulation(experiments: 2, wells: 1, frames: 5, width: 96, height: 96, cells: 6, seed: 3).write(
      to: folder + "/plates", layout: layout)
    var spec = Spec()
    spec.name = "cells <b>&\"'"
    spec.data.source = .cells
    spec.data.root = folder + "/plates"
    spec.data.imageChannels = Simulation.channels
    (spec.data.height, spec.data.width) = (24, 24)
    spec.data.frames = 3
    spec.data.classes = ["healthy", "apoptosis", "pyroptosis"]
    return spec
  }

  private static func page(_ set: AnnotationSet) throws -> PageData {
    try JSONDecoder().decode(PageData.self, from: Data(set.data.utf8))
  }

  @Test(
    "has a strip for each track, and labels of it join as annotations", arguments: [FieldLayout.ultrack, .trackmate])
  func roundTrip(layout: FieldLayout) throws {
    try ImageFixtures.withFolder { folder in
      let spec = try Self.cells(folder, layout)
      var options = AnnotationSet.Options()
      options.limit = 7
      let set = try AnnotationSet(spec, options)
      #expect(set.strips.count == 7 && set.available > 7)
      let page = try Self.page(set)
      #expect(page.classes == spec.data.classes && page.columns.suffix(4) == ["frame", "track", "x", "y"])
      for strip in page.strips {
        let file = folder + "/strip.png"
        try #require(Data(base64Encoded: strip.png)).write(to: URL(fileURLWithPath: file))
        let png = try ImageFile.read(file)
        #expect(png.width == 24 * strip.crops.count && png.height == 24 * 5 && strip.columns == strip.crops.count)
      }
      // What the page would save if each crop got a class by its place.
      var wanted: [String: String] = [:]
      var table = CSV.line(page.columns + ["label"])
      for (place, crop) in page.strips.flatMap(\.crops).enumerated() {
        let label = place % 4 == 3 ? "uncertain" : page.classes[place % 4]
        if label != "uncertain" { wanted[crop.id] = label }
        table += CSV.line(crop.v + [label])
      }
      try Data(table.utf8).write(to: URL(fileURLWithPath: folder + "/labels.csv"))
      var data = spec.data
      data.frames = nil
      data.labels.from = .annotations
      data.labels.file = folder + "/labels.csv"
      let again = try Dataset.open(data, for: .evaluation)
      let found = again.samples.map { ($0.id, again.classes[$0.label ?? 0]) }
      #expect(Dictionary(uniqueKeysWithValues: found) == wanted)
    }
  }

  @Test("is one file that runs one script alone, and what it names is escaped")
  func page() throws {
    try ImageFixtures.withFolder { folder in
      var spec = try Self.cells(folder, .celldetective)
      spec.data.classes = ["</script><script>alert(1)</script>", "b"]
      let set = try AnnotationSet(spec)
      let html = set.html
      #expect(
        html.components(separatedBy: "<script").count == 3 && html.components(separatedBy: "</script>").count == 3)
      #expect(!html.contains("<b>") && html.contains("SIMULATED DATA"))
      let digest = Data(SHA256.digest(Array(AnnotationScript.text.utf8))).base64EncodedString()
      #expect(html.contains("default-src 'none'") && html.contains("script-src 'sha256-\(digest)'"))
      #expect(html.contains(">" + AnnotationScript.text + "</script>"))
      #expect(try Self.page(set).classes == spec.data.classes)
    }
  }

  @Test("of crops has their paths and columns, so that its table is a manifest")
  func crops() throws {
    try DataFiles.with { files in
      var rows = "path,label,well,TRACK_ID,frame\n"
      for number in 0..<12 {
        try files.image("crops/\(number).png", value: Float(number))
        rows += "crops/\(number).png,a,W\(number / 6),\(number / 3 % 2),\(11 - number)\n"
      }
      try files.text("manifest.csv", rows)
      var spec = Spec()
      spec.data = files.spec(.csv)
      spec.data.imageChannels = ["BF"]
      spec.data.classes = ["a", "b"]
      let page = try Self.page(try AnnotationSet(spec))
      #expect(page.columns == ["id", "path", "well", "TRACK_ID", "frame"] && page.strips.count == 4)
      let strip = try #require(page.strips.first { $0.name == "W0/1" })
      // In the order of their frames.
      #expect(strip.crops.map { $0.v[1] } == ["crops/5.png", "crops/4.png", "crops/3.png"])
      var table = CSV.line(page.columns + ["label"])
      for crop in page.strips.flatMap(\.crops) { table += CSV.line(crop.v + ["b"]) }
      try files.text("labels.csv", table)
      var again = spec.data
      again.manifest = "labels.csv"
      let data = try Dataset.open(again, for: .evaluation)
      #expect(data.samples.count == 12 && data.samples.allSatisfy { $0.label == 1 })
    }
  }

  @Test("needs classes to choose from")
  func classes() throws {
    try ImageFixtures.withFolder { folder in
      var spec = try Self.cells(folder, .ultrack)
      spec.data.classes = []
      let error = #expect(throws: ZooError.self) { try AnnotationSet(spec) }
      #expect(error?.description.contains("data.classes") == true)
    }
  }
}
