import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Labels of films that change at an event")
struct FilmEventTests {
  private static func film(_ first: Int) throws -> [UInt8] {
    let samples = (0..<4).flatMap { frame in (0..<36).map { Float(1000 * first + 100 * frame + $0) } }
    return try TIFFWriter.encode(
      Image(width: 6, height: 6, frames: 4, sampleType: .uint16, channelNames: ["BF"], samples: samples), note: "")
  }

  /// Windows of two frames, each with the class that it was given.
  private static func labels(_ rows: String, _ change: (inout DataSpec) -> Void = { _ in }) throws -> [String: String] {
    try DataFiles.with { files in
      for (number, name) in ["a", "b", "c", "d"].enumerated() { try files.file("\(name).tif", film(number)) }
      try files.text("manifest.csv", "path,kind,death,begin\n\(rows)")
      var spec = files.spec(.csv)
      (spec.height, spec.width, spec.frames, spec.windowStep) = (6, 6, 2, 1)
      spec.columns.label = "kind"
      spec.events.column = "death"
      spec.events.start = "begin"
      spec.events.unit = .min
      spec.events.interval = 15
      change(&spec)
      let data = try Dataset.open(spec)
      #expect(data.remarks.contains { $0.hasPrefix("labels by the time of the event in 'death'") }, "\(data.remarks)")
      return Dictionary(
        uniqueKeysWithValues: data.samples.map { ($0.id, $0.label.map { data.classes[$0] } ?? "") })
    }
  }

  @Test("hold from the frame of the event on, by the clock of the whole film; films without it are of the class before")
  func times() throws {
    let labels = try Self.labels("a.tif,apo,30,0\nb.tif,apo ,30,60\nc.tif,none,NaN,0\nd.tif,pyro,0,0\n")
    #expect(["1", "2", "3"].map { labels["a.tif/\($0)"] } == ["alive", "apo", "apo"])
    #expect(["1", "2", "3"].map { labels["b.tif/\($0)"] } == ["apo", "apo", "apo"])
    #expect(["1", "2", "3"].map { labels["c.tif/\($0)"] } == ["alive", "alive", "alive"])
    #expect(["1", "2", "3"].map { labels["d.tif/\($0)"] } == ["pyro", "pyro", "pyro"])
    let frames = try Self.labels("a.tif,apo,3,0\nb.tif,apo,-,0\n") {
      ($0.events.unit, $0.events.interval, $0.events.before) = (.frame, nil, "healthy")
    }
    #expect(["1", "2", "3"].map { frames["a.tif/\($0)"] } == ["healthy", "healthy", "apo"])
  }

  @Test("are refused where a time is no number, a class is missing, or nobody says how far frames are apart")
  func refusals() throws {
    for (rows, expected) in [
      ("a.tif,apo,soon,0\nb.tif,apo,1,0\n", "the time is 'soon'"), ("a.tif,none,30,0\nb.tif,apo,1,0\n", "but no label"),
      ("a.tif,apo,30,?\nb.tif,apo,1,0\n", "the time is '?'"),
    ] {
      let error = #expect(throws: ZooError.self) { _ = try Self.labels(rows) }
      #expect(error?.description.contains("manifest.csv:2") == true, "\(error?.description ?? "")")
      #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }
    let unknown = #expect(throws: ZooError.self) {
      _ = try Self.labels("a.tif,apo,30,0\nb.tif,apo,1,0\n") { $0.events.interval = nil }
    }
    #expect(unknown?.description.contains("Set data.events.interval") == true, "\(unknown?.description ?? "")")
    var data = DataSpec()
    data.events.interval = 3
    var spec = Spec()
    spec.data = data
    #expect(SpecRules.findings(spec).map(\.path).filter { $0.hasPrefix("data.events") }.count == 2)
  }
}
