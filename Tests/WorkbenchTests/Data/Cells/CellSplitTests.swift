import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Splits of cells in fields")
struct CellSplitTests {
  /// What stands on both sides, found pair by pair.
  private static func straddling(_ data: Dataset, _ split: Split) -> [String] {
    guard let cells = data.source as? CellsSource else { return ["no cells"] }
    var subsets: [Int: Subset] = [:]
    for subset in Subset.allCases { for index in split[subset] { subsets[index] = subset } }
    let windows = cells.windows
    var found: [String] = []
    for a in data.samples.indices {
      for b in 0..<a where subsets[a] != subsets[b] {
        let (first, second) = (cells.positions[data.entries[a]], cells.positions[data.entries[b]])
        if first.field == second.field, !first.track.isEmpty, first.track == second.track {
          found.append("track \(data.samples[a].id) \(data.samples[b].id)")
        }
        for i in 0..<windows.frames {
          for j in 0..<windows.frames {
            let one = windows.cuts[data.entries[a] * windows.frames + i]
            let other = windows.cuts[data.entries[b] * windows.frames + j]
            guard one.frame >= 0, one.field == other.field, one.frame == other.frame else { continue }
            let isApart =
              abs(Int(one.left) - Int(other.left)) >= windows.width
              || abs(Int(one.top) - Int(other.top)) >= windows.height
            if !isApart { found.append("overlap \(data.samples[a].id) \(data.samples[b].id)") }
          }
        }
      }
    }
    return found
  }

  @Test("whatever they go by, no track, no crop of it and no overlapping crop is on both sides")
  func property() throws {
    try ImageFixtures.withFolder { folder in
      try FieldSimulation(experiments: 3, wells: 2, frames: 4, width: 96, height: 96, cells: 7, seed: 8).write(
        to: folder + "/plates", layout: .ultrack)
      var random = KeyedRandom(seed: 4)
      var (done, refused) = (0, 0)
      for round in 0..<40 {
        var spec = DataSpec()
        spec.source = .cells
        spec.root = folder + "/plates"
        spec.imageChannels = Simulation.channels
        spec.labels.from = .annotations
        spec.height = [12, 20, 32][random.below(3)]
        spec.width = spec.height
        if random.chance(0.3) { (spec.frames, spec.cells.ends, spec.cells.gaps) = (3, .nearest, .hold) }
        let ways = [
          [], ["track"], ["experiment"], ["experiment", "well"], ["well"], ["condition"], ["condition", "track"],
        ]
        spec.split.by = ways[random.below(ways.count)].filter { $0 != "well" || round > 0 }
        spec.split.seed = random.next() % 1000
        if random.chance(0.3) { (spec.split.folds, spec.split.fold) = (2, 1 + random.below(2)) }
        if random.chance(0.2) { (spec.split.validation, spec.split.train) = (0, 0.85) }
        spec.cells.untracked = .keep
        do {
          let data = try Dataset.open(spec)
          let split = try data.split(spec.split)
          let found = Self.straddling(data, split)
          #expect(found.isEmpty, "by \(spec.split.by), \(spec.height) pixels: \(found.prefix(3))")
          let audit = LeakAudit(data, split, by: spec.split.by, comparesPixels: false, threads: 1)
          #expect(audit.leaks.isEmpty)
          done += 1
        } catch {
          // Too few groups, or a class that a subset would lack.
          refused += 1
        }
      }
      #expect(done >= 12, "\(done) split, \(refused) refused")
    }
  }

  @Test("a given assignment that tears a track apart is refused, and its leaks are what the audit finds")
  func given() throws {
    try ImageFixtures.withFolder { folder in
      try FieldSimulation(experiments: 1, wells: 2, frames: 4, width: 96, height: 96, cells: 6, seed: 8).write(
        to: folder + "/plates", layout: .trackmate)
      var spec = DataSpec()
      spec.source = .cells
      spec.root = folder + "/plates"
      spec.labels.from = .annotations
      (spec.height, spec.width) = (12, 12)
      let data = try Dataset.open(spec)
      // Position by position, whatever track they are of.
      var random = KeyedRandom(seed: 6)
      let subsets = data.samples.indices.map { _ in random.chance(0.5) ? Subset.train : .test }
      let rows = data.samples.enumerated().map { "\($1.id),\(subsets[$0].rawValue)\n" }
      try Data("id,subset\n\(rows.joined())".utf8).write(to: URL(fileURLWithPath: folder + "/split.csv"))
      let audit = LeakAudit(data, Split(subsets, rule: ""), by: [], comparesPixels: false, threads: 1)
      #expect(audit.kinds.keys.contains("track") && audit.affected["test"] ?? 0 > data.samples.count / 4)
      for by in [[], ["experiment"], ["well"]] {
        var given = spec
        given.split.by = by
        given.split.file = folder + "/split.csv"
        let again = try Dataset.open(given)
        let error = #expect(throws: ZooError.self) { try again.split(given.split) }
        #expect(error?.description.contains("is in") == true, "\(error?.description ?? "")")
      }
    }
  }

  @Test("a track that was lost and found again is one")
  func lost() throws {
    func row(_ track: String, _ frame: Int, _ x: Double) -> CellRow {
      CellRow(field: 0, frame: frame, x: x, y: 50, track: track, object: "\(track)\(frame)", table: 0, line: 1)
    }
    let rows = [
      row("1", 0, 50), row("1", 1, 52), row("2", 3, 54), row("2", 4, 55), row("3", 9, 55), row("4", 2, 95),
      row("4", 3, 96),
    ]
    let windows = try CellWindows.sample(rows, size: 16)
    let units = windows.units(rows)
    #expect(units[0] == units[1] && units[1] == units[2] && units[2] == units[3])
    #expect(Set([units[0], units[4], units[5]]).count == 3 && units[5] == units[6])
  }
}

extension CellWindows {
  /// Windows of one frame in a film of 12 frames of 128 × 128 pixels.
  fileprivate static func sample(_ rows: [CellRow], size: Int) throws -> CellWindows {
    try ImageFixtures.withFolder { folder in
      for frame in 0..<12 {
        let image = try Image(
          width: 128, height: 128, channels: 1, sampleType: .uint8, samples: [Float](repeating: 1, count: 128 * 128))
        try Data(PNGWriter.encode(image)).write(to: URL(fileURLWithPath: "\(folder)/A1_t\(frame + 10).png"))
      }
      let images = try FieldImages(
        FieldFolder(folder), ImagePatterns(FieldPattern("{well}_t{frame}.png", key: "data.cells.images")),
        names: ["BF"], axes: .auto)
      let moved = rows.map { row in
        var row = row
        row.frame += 10
        return row
      }
      return CellWindows(
        moved, among: Array(rows.indices), images, DataSpec.Cells(), sampleFrames: 1, height: size, width: size)
    }
  }
}
