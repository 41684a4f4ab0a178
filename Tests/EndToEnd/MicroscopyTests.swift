import Foundation
import Testing

/// What `Documentation/Microscopy.md` tells people to type.
@Suite("The walk from fields to a compared model")
struct MicroscopyTests {
  /// What makes a command small enough for a test.
  private static let smaller: [(prefix: String, words: [String])] = [
    (
      "simulate fields",
      ["--experiments", "4", "--wells", "2", "--frames", "5", "--size", "112", "--cells", "16", "--seed", "3"]
    ),
    ("train", ["train.epochs=1", "model.backbone.width=4", "data.height=24", "data.width=24"]),
  ]

  @Test("is typed as it stands")
  func walk() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Documentation/Microscopy.md")
    let blocks = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```sh\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    let lines = blocks.joined().split(separator: "\n").filter { $0.hasPrefix("zoo ") }
    #expect(lines.count == 11)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let places = [
      "plates", "cells.json5", "crops", "runs/resnet", "runs/efficientnet", "plates/cells.csv", "look.html",
      "label.html", "next.html",
    ]
    for line in lines {
      var words = line.split(separator: " ").dropFirst().map {
        places.contains(String($0)) ? "\(folder)/\($0)" : String($0)
      }
      for (prefix, further) in Self.smaller where line.hasPrefix("zoo \(prefix)") { words += further }
      let done = Transcript(words)
      #expect(done.status == 0, "\(line): \(done.messages)")
      if line.contains("check") {
        #expect(done.output.contains("positions in micrometres, 0.65 µm a pixel"), "\(done.output)")
      }
    }
    let look = try String(contentsOfFile: folder + "/look.html", encoding: .utf8)
    #expect(look.contains("SIMULATED DATA") && look.contains("Lengths of"))
    let label = try String(contentsOfFile: folder + "/label.html", encoding: .utf8)
    let next = try String(contentsOfFile: folder + "/next.html", encoding: .utf8)
    #expect(next.contains("20 of ") && next.contains("\"s\":[") && !label.contains("\"s\":["))
    #expect(label.contains("40 of ") && label.contains("\"classes\":["))
    let manifest = try String(contentsOfFile: folder + "/crops/manifest.csv", encoding: .utf8)
    #expect(manifest.split(separator: "\n").count == 51)
    let found = try String(contentsOfFile: folder + "/plates/cells.csv", encoding: .utf8)
    #expect(
      found.hasPrefix("experiment,well,frame,track,parent,x,y,area,mean\n") && found.split(separator: "\n").count > 100)
  }
}
