import Foundation
import Testing

/// What `Documentation/Deaths.md` tells people to type.
@Suite("The walk from films to curves of deaths")
struct DeathsWalkTests {
  /// What makes a command small enough for a test.
  private static let smaller: [(prefix: String, words: [String])] = [
    (
      "simulate fields film",
      ["--experiments", "4", "--wells", "2", "--frames", "5", "--size", "112", "--cells", "16", "--seed", "3"]
    ),
    (
      "simulate fields plate",
      ["--experiments", "2", "--wells", "2", "--frames", "5", "--size", "96", "--cells", "14"]
    ),
    ("train cells.json5 model.head=dense", ["data.cells.background=2"]),
    ("train", ["train.epochs=1", "train.batch=8", "data.height=64", "data.width=64", "model.backbone.width=4"]),
  ]

  @Test("is typed as it stands")
  func walk() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Documentation/Deaths.md")
    let blocks = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```sh\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    let lines = blocks.joined().split(separator: "\n").filter { $0.hasPrefix("zoo ") }
    #expect(lines.count == 9)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let places = [
      "film", "plate", "cells.json5", "runs/cells", "runs/dense", "predictions.csv", "pictures", "plate/plate_map.csv",
      "plate/tracks.csv", "plate/annotations.csv", "deaths.html", "deaths.csv", "found.csv",
    ]
    for line in lines {
      // Quotes keep a word together and aren't part of it.
      var words = line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { place, part in
        place % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
      }.dropFirst().map { places.contains($0) ? "\(folder)/\($0)" : $0 }
      for (prefix, further) in Self.smaller where line.hasPrefix("zoo \(prefix)") {
        // An option that the page has too is given once.
        var rest = further[...]
        while let word = rest.popFirst() {
          if let place = words.firstIndex(of: word), word.hasPrefix("--") {
            words[place + 1] = rest.popFirst() ?? ""
          } else {
            words.append(word)
          }
        }
      }
      let done = Transcript(Array(words))
      #expect(done.status == 0, "\(line): \(done.messages)")
      if line.contains("zoo deaths") {
        #expect(done.output.contains("treated − control") && done.output.contains("onset against annotation"))
      }
      if line.contains("zoo evaluate") { #expect(done.output.contains("average precision"), "\(done.output)") }
    }
    let report = try String(contentsOfFile: folder + "/deaths.html", encoding: .utf8)
    #expect(report.contains("treated") && report.contains("<svg"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/pictures").count == 12)
    let tracks = try String(contentsOfFile: folder + "/deaths.csv", encoding: .utf8)
    #expect(tracks.hasPrefix("experiment,well,field,track,status,kind,onset_frame"))
  }
}
