import Foundation

@testable import ZooData
@testable import ZooWorkbench

/// A small simulated film in the files of one program, of which one file is exchanged for anything.
struct HostileFilm {
  /// What is exchanged are tables, settings and images of numbers: not the large images, which have targets of their own.
  let folder: HostileFolder

  /// One for each layout, made when it is first asked for.
  static let all: [HostileFilm] = FieldLayout.allCases.compactMap { try? HostileFilm($0) }

  private init(_ layout: FieldLayout) throws {
    let simulation = try FieldSimulation(
      experiments: 1, wells: 2, frames: 2, width: 64, height: 64, cells: 6, seed: 3)
    folder = try HostileFolder {
      try simulation.write(to: $0, layout: layout, threads: 1)
    } isExchanged: { name, byteCount in
      byteCount < 20_000 && !name.hasSuffix(".png") && !name.hasSuffix(".md")
    }
  }

  /// Opens the film with `content` in the place of one of its files, and cuts some cells out of it.
  func open(_ name: String, _ content: some Sequence<UInt8>, frames: Int?) throws {
    try folder.exchanging(name, for: content) {
      var spec = DataSpec()
      spec.source = .cells
      spec.root = folder.path
      (spec.height, spec.width, spec.frames) = (16, 16, frames)
      spec.imageChannels = Simulation.channels
      spec.labels.from = .annotations
      spec.cells.ends = .nearest
      spec.cells.gaps = .hold
      let data = try Dataset.open(spec, for: .prediction)
      for index in data.samples.indices.prefix(3) { _ = try data.load(index) }
    }
  }
}
