import Foundation
import Testing

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

@Suite("When frames were taken")
struct FrameClockTests {
  @Test("units of files are hours")
  func units() throws {
    #expect(TimeUnit.hours(10, unit: "min") == 10.0 / 60 && TimeUnit.hours(900, unit: nil) == 0.25)
    #expect(TimeUnit.hours(2, unit: "H") == 2 && TimeUnit.hours(1, unit: "d") == 24)
    #expect(TimeUnit.hours(1800, unit: "sec") == 0.5 && TimeUnit.hours(3_600_000, unit: "ms") == 1)
    #expect(TimeUnit.hours(0, unit: "s") == nil && TimeUnit.hours(1, unit: "fortnight") == nil)
    let text = FieldFiles.ome(width: 4, height: 4, frames: 2)
    let interval = try #require(try OMEXML(text).images.first?.frameInterval)
    #expect(abs(interval - 1.0 / 6) < 1e-12)
    #expect(try OMEXML(text.replacing("TimeIncrement=", with: "Other=")).images.first?.frameInterval == nil)
    #expect(ImageJDescription("ImageJ=1.53\nfinterval=600.0\n")?.frameInterval == 1.0 / 6)
    #expect(ImageJDescription("ImageJ=1.53\nfinterval=10\ntunit=min\n")?.frameInterval == 1.0 / 6)
    #expect(ImageJDescription("ImageJ=1.53\nfinterval=0\n")?.frameInterval == nil)
  }

  @Test("is what somebody says, else what the table says, else what the images say")
  func sources() throws {
    try ImageFixtures.withFolder { folder in
      let simulation = try FieldSimulation(
        experiments: 1, wells: 1, frames: 3, width: 64, height: 64, cells: 8, seed: 4)
      func source(_ layout: FieldLayout, _ change: (inout DataSpec) -> Void = { _ in }) throws -> CellsSource {
        let root = "\(folder)/\(layout.rawValue)"
        if FileKind(root) == .nothing { try simulation.write(to: root, layout: layout) }
        var spec = DataSpec()
        spec.source = .cells
        spec.root = root
        spec.imageChannels = Simulation.channels
        change(&spec)
        return try CellsSource(spec, root: root, purpose: .prediction)
      }
      func hours(_ source: CellsSource, _ interval: Double? = nil) -> [Double]? {
        guard let clock = FrameClock(source.images, interval: interval, positions: source.positions) else { return nil }
        let all = source.positions.map { clock.hours(source.images, field: $0.field, frame: $0.frame, time: $0.time) }
        return Set(all.map { ($0 * 1e6).rounded() / 1e6 }).sorted()
      }
      // TrackMate's seconds; Celldetective's film says it as ImageJ does; PNG files say nothing.
      let tracked = try source(.trackmate)
      #expect(tracked.positions.allSatisfy { $0.time != nil })
      #expect(hours(tracked) == [0, 0.166667, 0.333333] && hours(tracked, 0.5) == [0, 0.5, 1])
      #expect(hours(try source(.celldetective)) == [0, 0.166667, 0.333333])
      let silent = try source(.shuttletracker)
      #expect(hours(silent) == nil && hours(silent, 2) == [0, 2, 4])
      let minutes = try source(.trackmate) { $0.cells.timeUnit = .min }
      #expect(hours(minutes) == [0, 10, 20])
      // A column that somebody names needs a unit.
      let error = #expect(throws: ZooError.self) {
        try source(.celldetective) { $0.cells.columns = ["time": "FRAME"] }
      }
      #expect(error?.description.contains("data.cells.timeUnit") == true, "\(error?.description ?? "")")
    }
  }
}
