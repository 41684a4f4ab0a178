import Foundation

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

/// An image of OME-Zarr, of which one file is exchanged for anything: metadata or a chunk.
struct HostileZarr {
  let folder: HostileFolder

  /// One for each version, codec and order that the tests' images have, made when it is first asked for.
  static let all: [HostileZarr] = {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("WorkbenchTests/Fixtures/zarr").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: fixtures)) ?? []
    return names.filter { $0.hasPrefix("v0") }.sorted().compactMap { name in
      (try? HostileFolder { try FileManager.default.copyItem(atPath: "\(fixtures)/\(name)", toPath: $0) })
        .map(HostileZarr.init)
    }
  }()

  /// Reads the image, and some of its planes, with `content` in the place of one of its files.
  func read(_ name: String, _ content: some Sequence<UInt8>) throws {
    try folder.exchanging(name, for: content) {
      let image = try ZarrImage(folder.path)
      for frame in [0, image.header.frames - 1] {
        for channel in [0, image.header.channels - 1] { _ = try image.plane(frame: frame, channel: channel) }
      }
    }
  }
}
