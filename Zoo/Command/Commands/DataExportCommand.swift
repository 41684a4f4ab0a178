import ZooData
import ZooWorkbench

extension Command {
  static let dataExport = Command(
    name: "data export", summary: "Write the pixels that training sees, with a manifest.",
    discussion: """
      Each sample is cut and resized as for training, before augmentation, and written as a TIFF named by its id.
      manifest.csv says for each its label, group, field, frame, track, position and subset, so that anyone can check
      them or use them elsewhere.
      """,
    arguments: [.init(name: "SPEC", help: "A name that `zoo list` shows, or the path of a .json5 file.")],
    takesOverrides: true,
    options: [
      .init(
        name: "output", letter: "o", value: "DIR", help: "Folder to write; must be empty or not there yet.",
        output: .folder),
      .init(name: "limit", value: "N", help: "The most samples, evenly over all of them."),
      .init(name: "unlabelled", help: "Also what has no label; then nothing is said of subsets."), .threads, .json,
    ],
    examples: [
      .init(line: "zoo data export quickstart -o crops --limit 100", help: "A hundred samples to look at."),
      .init(line: "zoo data export fields.json5 -o crops", help: "All cells of whole fields as crops."),
    ],
    run: { invocation in
      let folder = try invocation.required("output")
      let spec = try invocation.specReader.readOne(invocation.words[0], overrides: invocation.overrides)
      let isLabelled = !invocation.has("unlabelled")
      let data = try Dataset.open(spec.data, for: isLabelled ? .training : .prediction)
      for remark in data.remarks { invocation.console.line(remark) }
      let split = isLabelled ? try data.split(spec.data.split) : nil
      let export = DataExport(data, split: split, by: spec.data.split.by)
      let samples = export.chosen(limit: try invocation.integer("limit", in: 1...Int.max))
      let clock = StepClock(noun: "samples", write: invocation.console.message)
      let threads = try invocation.threads()
      try Interruption.cleanly {
        try export.write(
          to: folder, samples: samples, threads: threads, progress: { clock.reached($0, of: samples.count) },
          isInterrupted: { Interruption.isRequested })
      }
      let result = DataExportResult(manifest: "\(folder)/manifest.csv", samples: samples.count, remarks: data.remarks)
      if invocation.has("json") { return try invocation.console.output(json: result) }
      try invocation.console.output("\(result.manifest)\n")
    })
}

private struct DataExportResult: Encodable {
  var manifest: String
  var samples: Int
  var remarks: [String]
}
