import Foundation
import Testing

/// What goes on from a finished run: the page, explanations, features, card, checklists.
@Suite("From a run to its papers")
struct ReportTests {
  @Test("each command leaves what it promises")
  func walk() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = "\(folder)/run"
    func succeed(_ words: String...) throws -> String {
      let done = Transcript(words)
      #expect(done.status == 0, "\(words): \(done.messages)")
      return done.output + done.messages
    }
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }
    _ = try succeed(
      "train", "quickstart", "train.epochs=1", "data.simulation.experiments=8", "data.simulation.cellsPerClass=3",
      "train.batch=8", "--run-dir", run, "--tensorboard", "--threads", "1")
    let page = try text("run/report.html")
    #expect(page.contains("Where it looks") && !page.contains("http-equiv=\"refresh\""))
    #expect(FileManager.default.fileExists(atPath: "\(run)/events.out.tfevents.zoo"))

    _ = try succeed("report", run)
    #expect(try text("run/report.html").contains("Where it looks"))
    _ = try succeed("report", run, "--checklist", "\(folder)/checklist.md")
    #expect(try text("checklist.md").contains("## TRIPOD+AI"))

    // The card of the file is a part of the model; that of the run says more.
    let inside = try succeed("card", "\(run)/model.zoo")
    #expect(inside.hasPrefix("# quickstart\n") && !inside.contains("- machine: "))
    #expect(try succeed("card", run).contains("- machine: "))
    #expect(try succeed("verify", "\(run)/model.zoo").contains("self-test"))

    for words in [
      ["card", run, "--json"], ["card", "\(run)/model.zoo", "--json"], ["report", run, "--json"],
      ["report", run, "--checklist", "\(folder)/checklist.md", "--json"], ["embed", run, "--json"],
    ] {
      let done = Transcript(words)
      #expect(done.status == 0, "\(words): \(done.messages)")
      let value = try JSONSerialization.jsonObject(with: Data(done.output.utf8)) as? [String: Any]
      let key = ["card": "sections", "embed": "items"][words[0]] ?? "files"
      #expect((value?[key] as? [Any])?.isEmpty == false, "\(words): \(done.output.prefix(200))")
    }
    _ = try succeed("embed", run, "-o", "\(folder)/embedding.csv")
    #expect(try text("embedding.csv").hasPrefix("id,label,predicted,experiment,well,f1,"))

    let said = try succeed(
      "predict", run, "data.simulation.experiments=1", "data.simulation.cellsPerClass=1", "-o", "\(folder)/p.csv",
      "--explain", "\(folder)/why")
    #expect(said.contains("rank correlation"), "\(said)")
    #expect(try text("why/pictures.csv").split(separator: "\n").count == 4)
    let wrong = Transcript(["predict", run, "data.simulation.experiments=1", "--layer", "x"])
    #expect(wrong.status == 64 && wrong.messages.contains("--layer has no effect without --explain"))
    let layer = Transcript([
      "predict", run, "data.simulation.experiments=1", "--explain", "\(folder)/other", "--layer", "nothing",
    ])
    #expect(layer.status == 64 && layer.messages.contains("such as backbone."), "\(layer.messages)")
  }
}
