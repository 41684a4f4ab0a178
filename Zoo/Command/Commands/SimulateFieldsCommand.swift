import ZooData
import ZooWorkbench

extension Command {
  static let simulateFields = Command(
    name: "simulate fields", summary: "Write simulated time-lapse experiments: fields, tables, truth.",
    discussion: """
      Whole fields of cells that move, touch, divide and die by either way, in five channels of 16 bits, with the batch
      effects of each experiment, in the files of a program that segments and tracks. Beside them stand the class of
      each cell in each frame, the true tracks and a plate map. They are a simulation and prove nothing about cells.
      """,
    arguments: [.init(name: "DIR", help: "Folder to write; must be empty or not there yet.")],
    options: [
      .init(
        name: "layout", value: "NAME",
        help: FieldLayout.allCases.map(\.rawValue).joined(separator: ", ") + "; shuttletracker if not given."),
      .init(name: "experiments", value: "N", help: "Simulated experiments; 2 if not given."),
      .init(name: "wells", value: "N", help: "Wells of each experiment, a field each; 4 if not given."),
      .init(name: "frames", value: "N", help: "Frames of each film, one every 10 minutes; 24 if not given."),
      .init(name: "size", value: "N", help: "Height and width of a field in pixels; 512 if not given."),
      .init(name: "cells", value: "N", help: "Cells of a field when the film starts; 120 if not given."),
      .init(name: "seed", value: "N", help: "Seed of the simulation; 1 if not given."), .threads,
    ],
    examples: [
      .init(line: "zoo simulate fields plates", help: "Two experiments of four wells, as PNG planes and CSV tables."),
      .init(
        line: "zoo simulate fields plate --layout trackmate --experiments 1 --wells 16 --frames 60",
        help: "A plate as OME-TIFF films and TrackMate's tables in micrometres."),
    ],
    run: { invocation in
      let word = invocation.value("layout") ?? FieldLayout.shuttletracker.rawValue
      guard let layout = FieldLayout(rawValue: word) else {
        let names = FieldLayout.allCases.map(\.rawValue)
        throw ZooError(
          .usage, problem: "--layout is '\(word)'", expected: names.joined(separator: ", "),
          remedy: NearestName.of(word, in: names).map { "Did you mean '\($0)'?" })
      }
      let size = try invocation.integer("size", in: FieldSimulation.sides) ?? 512
      let simulation = try FieldSimulation(
        experiments: invocation.integer("experiments", in: FieldSimulation.experimentCounts) ?? 2,
        wells: invocation.integer("wells", in: FieldSimulation.wellCounts) ?? 4,
        frames: invocation.integer("frames", in: FieldSimulation.frameCounts) ?? 24, width: size, height: size,
        cells: invocation.integer("cells", in: FieldSimulation.cellCounts) ?? 120,
        seed: UInt64(invocation.integer("seed", in: 0...Int.max) ?? 1))
      let folder = invocation.words[0]
      let threads = try invocation.threads()
      let total = simulation.wells.count * simulation.frames
      let clock = StepClock(noun: "frames", write: invocation.console.message)
      try Interruption.cleanly {
        try simulation.write(
          to: folder, layout: layout, threads: threads, progress: { clock.reached($0, of: total) },
          isInterrupted: { Interruption.isRequested })
      }
      try invocation.console.output("\(folder)/plate_map.csv\n")
      invocation.console.message(
        "\(Figures.counted(simulation.wells.count, "simulated field")), not microscope data. Next:\n"
          + "  zoo new fields.json5 --data \(folder)\n")
    })
}
