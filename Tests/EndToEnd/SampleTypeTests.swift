import Foundation
import Testing
import ZooWorkbench

/// Images of another sample type than the model was trained on.
@Suite("Images of another sample type", .serialized)
struct SampleTypeTests {
  /// Calls `body` with a folder that holds the same pictures as uint16 in `wide`, as uint8 in `narrow` and as float32 in
  /// 0…1 in `real`, each with a folder for the classes `a` and `b`, and a run that was trained on `wide`.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (label, name) in ["a", "b"].enumerated() {
      for kind in ["wide", "narrow", "real"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(kind)/\(name)", withIntermediateDirectories: true)
      }
      for index in 0..<8 {
        let samples = (0..<256).map { Float(($0 * (7 + index) + 90 * label) % 200) }
        func image(_ type: SampleType, _ factor: Float) throws -> Image {
          try Image(width: 16, height: 16, sampleType: type, samples: samples.map { $0 * factor })
        }
        let place = "\(name)/\(index)"
        try AtomicFile.write(PNGWriter.encode(image(.uint16, 257)), to: "\(folder)/wide/\(place).png")
        try AtomicFile.write(PNGWriter.encode(image(.uint8, 1)), to: "\(folder)/narrow/\(place).png")
        try AtomicFile.write(TIFFWriter.encode(image(.float32, 1 / 255)), to: "\(folder)/real/\(place).tif")
      }
    }
    let words = [
      "train", "quickstart", "data.root=\(folder)/wide", "data.channels=null", "data.classes=null",
      "data.split.by=[]", "data.height=16", "data.width=16", "model.backbone.width=4", "train.epochs=1",
      "train.batch=4", "--threads", "1", "--run-dir", "\(folder)/run",
    ]
    let call = Transcript(words)
    try #require(call.status == 0, "\(call.messages)")
    try body(folder)
  }

  @Test("are refused with the file, both types and a remedy, by predict and evaluate")
  func refused() throws {
    try inFolder { folder in
      for (kind, file, type) in [("narrow", "0.png", "uint8 (0…255)"), ("real", "0.tif", "float32 (0…1)")] {
        let (run, data) = ("\(folder)/run", "\(folder)/\(kind)")
        let found = "\(data)/a/\(file): has samples of \(type); expected uint16 (0…65535), as the model was trained on"
        for words in [
          ["predict", run, "\(data)/a/\(file)"], ["predict", run, "data.root=\(data)"],
          ["evaluate", run, "data.root=\(data)"],
          ["export", run, "--quantize", "int8", "--calibrate", data, "-o", "\(folder)/q.zoo"],
        ] {
          let call = Transcript(words)
          #expect(call.status == 65 && call.output.isEmpty, "\(words)")
          #expect(call.messages.contains(found), "\(call.messages)")
          #expect(call.messages.contains("data.range=[LOWEST,HIGHEST]"))
        }
      }
    }
  }

  @Test("are brought to the model's range if data.range says which values they can have")
  func scaled() throws {
    try inFolder { folder in
      func classes(_ words: String...) -> [Substring] {
        let call = Transcript(["predict", "\(folder)/run"] + words)
        #expect(call.status == 0, "\(call.messages)")
        return call.output.split(separator: "\n").map { $0.drop { $0 != "," } }
      }
      let wide = classes("\(folder)/wide/a", "\(folder)/wide/b")
      #expect(wide.count == 17)
      #expect(classes("\(folder)/narrow/a", "\(folder)/narrow/b", "data.range=[0,255]") == wide)
      let evaluation = Transcript(["evaluate", "\(folder)/run", "data.root=\(folder)/wide"])
      #expect(evaluation.status == 0, "\(evaluation.messages)")
      for (kind, range) in [("narrow", "[0,255]"), ("real", "[0,1]")] {
        let other = Transcript(["evaluate", "\(folder)/run", "data.root=\(folder)/\(kind)", "data.range=\(range)"])
        // Only the first has the very bytes of training, which a caution says.
        func figures(_ output: String) -> [Substring] { output.split(separator: "\n").filter { !$0.hasPrefix("!") } }
        #expect(figures(other.output) == figures(evaluation.output), "\(kind): \(other.messages)")
      }
    }
  }

  @Test("no change of the spec is ignored beside images")
  func overrides() throws {
    try inFolder { folder in
      let words = ["predict", "\(folder)/run", "\(folder)/wide/a/0.png"]
      for override in ["train.epochs=3", "data.root=\(folder)/wide", "data={height: 8}"] {
        let call = Transcript(words + [override])
        #expect(call.status == 64, "\(call.messages)")
        #expect(call.messages.contains("'\(override)' says nothing of images in files"), "\(call.messages)")
      }
      let misspelt = Transcript(words + ["data.rnage=[0,255]"])
      #expect(misspelt.status == 65 && misspelt.messages.contains("Did you mean 'range'?"), "\(misspelt.messages)")
      #expect(Transcript(words + ["data.range=[255,0]"]).status == 65)
    }
  }
}
