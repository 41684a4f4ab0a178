import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Simulated fields")
struct FieldSimulationTests {
  private static func simulation(frames: Int = 2, seed: UInt64 = 1, cells: Int = 12) throws -> FieldSimulation {
    try FieldSimulation(
      experiments: 1, wells: 2, frames: frames, width: 96, height: 80, cells: cells, seed: seed)
  }

  private static func files(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where FileKind("\(folder)/\(path)") == .file
    {
      files[path] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))
    }
    return files
  }

  @Test("are the same bytes whatever the threads, and others for another seed", arguments: FieldLayout.allCases)
  func determinism(layout: FieldLayout) throws {
    try ImageFixtures.withFolder { folder in
      try Self.simulation().write(to: folder + "/a", layout: layout, threads: 1)
      try Self.simulation().write(to: folder + "/b", layout: layout, threads: 2)
      try Self.simulation(seed: 2).write(to: folder + "/c", layout: layout, threads: 2)
      let (a, b, c) = (try Self.files(folder + "/a"), try Self.files(folder + "/b"), try Self.files(folder + "/c"))
      #expect(a.count > 6 && a == b && a["annotations.csv"] != c["annotations.csv"])
    }
  }

  @Test("have tracks from when a nucleus is seen until it isn't, and daughters that name their mother")
  func tracks() throws {
    let simulation = try FieldSimulation(
      experiments: 1, wells: 2, frames: 20, width: 128, height: 128, cells: 60, seed: 3)
    // Where a treatment kills, either way of dying is frequent.
    let well = try #require(simulation.wells.first { $0.condition == .treated })
    let renderer = FieldRenderer(simulation, well)
    var numbering = FieldTracks()
    var seen: [Int: Set<Int>] = [:]
    for time in 0..<20 {
      let frame = renderer.frame(time)
      let numbers = numbering.numbers(frame.nuclei, frame: time, cells: renderer.population.cells)
      #expect(Set(numbers).count == numbers.count)
      for number in numbers { seen[number, default: []].insert(time) }
      for nucleus in frame.nuclei {
        #expect(frame.labels.count { $0 == Int32(nucleus.cell + 1) } == nucleus.area)
      }
    }
    for track in numbering.tracks {
      #expect(seen[track.number] == Set(track.begin...track.end))
      guard track.parent > 0 else { continue }
      #expect(numbering.tracks[track.parent - 1].end == track.begin - 1)
    }
    #expect(numbering.tracks.contains { $0.parent > 0 })
    let fates = Set(numbering.tracks.map { renderer.population.cells[$0.cell].life.cellClass })
    #expect(fates == Set(CellClass.allCases), "\(fates)")
  }

  @Test("count a cell as long as most of what is left of its nucleus can be seen, also when little is left")
  func fragments() throws {
    let simulation = try FieldSimulation(
      experiments: 1, wells: 2, frames: 60, width: 256, height: 256, cells: 30, seed: 2)
    let well = try #require(simulation.wells.first { $0.condition == .treated })
    let renderer = FieldRenderer(simulation, well)
    var areas: [Int] = []
    for time in stride(from: 0, to: 60, by: 6) {
      let frame = renderer.frame(time)
      let drift = renderer.population.drift[time]
      let places = renderer.population.cells.map { cell in
        cell.place(at: time).map { (x: $0.x + drift.x, y: $0.y + drift.y) }
      }
      for (index, place) in places.enumerated() where renderer.population.cells[index].stage(at: time) == .apoptosis {
        guard let place, (20...235).contains(place.x), (20...235).contains(place.y) else { continue }
        let isAlone = places.indices.allSatisfy { other in
          guard other != index, let there = places[other] else { return true }
          return hypot(there.x - place.x, there.y - place.y) > 26
        }
        guard isAlone else { continue }
        let nucleus = frame.nuclei.first { $0.cell == index }
        #expect(nucleus != nil, "cell \(index) in frame \(time)")
        if let nucleus { areas.append(nucleus.area) }
      }
    }
    #expect(areas.count > 5 && areas.contains { $0 < 25 } && areas.contains { $0 >= 25 }, "\(areas)")
  }

  @Test("of as many cells as there may be stop at once when asked to")
  func interruptedPopulation() throws {
    let simulation = try FieldSimulation(
      experiments: 1, wells: 1, frames: 1000, width: 8192, height: 8192, cells: 20_000, seed: 1)
    let population = FieldPopulation(simulation, simulation.wells[0], cellSize: 1, isInterrupted: { true })
    #expect(population.cells.count >= 20_000)
    #expect(population.cells.allSatisfy { $0.path.count == 1 })
  }

  @Test("touch, but don't lie on each other: neighbours are found as by looking at all")
  func neighbours() throws {
    var random = KeyedRandom(seed: 1, KeyedRandom.key("points"))
    let points = (0..<300).map { _ in (x: random.uniform(-50...50), y: random.uniform(-50...50)) }
    var grid = NeighbourGrid(spacing: 7)
    for (number, point) in points.enumerated() { grid.insert(number, at: point) }
    for point in points {
      let near = points.indices.filter { hypot(points[$0].x - point.x, points[$0].y - point.y) <= 7 }
      let found = grid.near(point)
      #expect(found == found.sorted() && Set(found).isSuperset(of: near))
      #expect(found.count < points.count / 2)
    }
  }

  @Test("stop when asked to, and leave nothing half-written")
  func interruption() throws {
    try ImageFixtures.withFolder { folder in
      #expect(throws: ZooError.self) {
        try Self.simulation().write(
          to: folder + "/a", layout: .trackmate, threads: 1, isInterrupted: { true })
      }
      #expect(FileKind(folder + "/a") == .nothing)
      try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/mine.txt"))
      #expect(throws: ZooError.self) { try Self.simulation().write(to: folder, layout: .ctc) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["mine.txt"])
    }
  }
}
