import ZooData
import ZooWorkbench

extension Command {
  static let simulate = Command(
    name: "simulate", summary: "Write simulated cells to look at, with their manifest.",
    discussion: """
      Five-channel pictures of healthy, apoptotic and pyroptotic cells from several simulated experiments: the data
      that specs without data.root are trained on. They are a simulation and prove nothing about cells. Whole fields
      of cells over time are made by `zoo simulate fields DIR`.
      """,
    arguments: [.init(name: "DIR", help: "Folder to write; must be empty or not there yet.")],
    options: [
      .init(name: "format", value: "NAME", help: "png: a file for each channel and frame; tiff: one for each cell."),
      .init(name: "experiments", value: "N", help: "Simulated experiments; 8 if not given."),
      .init(name: "cells", value: "N", help: "Cells of each class in each experiment; 10 if not given."),
      .init(name: "size", value: "N", help: "Height and width in pixels; 64 if not given."),
      .init(name: "frames", value: "N", help: "Frames of a sequence; single images if not given."),
      .init(name: "seed", value: "N", help: "Seed of the simulation; 1 if not given."), .json,
    ],
    examples: [
      .init(line: "zoo simulate cells", help: "240 cells as 16-bit PNGs."),
      .init(line: "zoo simulate cells --format tiff --frames 9", help: "Sequences, a TIFF of many pages each."),
    ],
    run: { invocation in
      let word = invocation.value("format") ?? Simulation.FileFormat.png.rawValue
      guard let format = Simulation.FileFormat(rawValue: word) else {
        throw ZooError(
          .usage, problem: "--format is '\(word)'",
          expected: Simulation.FileFormat.allCases.map(\.rawValue).joined(separator: " or "))
      }
      let size = try invocation.integer("size", in: Simulation.sides) ?? 64
      let frames = try invocation.integer("frames", in: Simulation.frameCounts)
      let simulation = try Simulation(
        experiments: invocation.integer("experiments", in: Simulation.experimentCounts) ?? 8,
        cellsPerClass: invocation.integer("cells", in: Simulation.cellCounts) ?? 10,
        seed: UInt64(invocation.integer("seed", in: 0...Int.max) ?? 1), width: size, height: size, frames: frames)
      let folder = invocation.words[0]
      try simulation.write(to: folder, format: format)
      try invocation.console.output(files: ["\(folder)/manifest.csv"], asJSON: invocation.has("json"))
      invocation.console.message(
        "\(simulation.cells.count) simulated cells, not microscope data. Check them as data by\n"
          + "  zoo check quickstart \(overrides(folder, format, size: size, frames: frames).joined(separator: " "))\n")
    })

  /// What the keys of a spec must be for the written folder.
  private static func overrides(
    _ folder: String, _ format: Simulation.FileFormat, size: Int, frames: Int?
  ) -> [String] {
    var words = ["data.root=\(folder)", "data.height=\(size)", "data.width=\(size)"]
    // A TIFF file names its channels itself.
    if format == .png {
      let pairs = Simulation.channels.map { "\($0): \($0)" }.joined(separator: ", ")
      words.append("'data.columns.channelPaths={\(pairs)}'")
      if frames != nil { words += ["data.columns.sequence=sequence", "data.columns.frame=frame"] }
    }
    if let frames { words += ["data.frames=\(frames)", "model.temporal=lstm"] }
    return words
  }
}
