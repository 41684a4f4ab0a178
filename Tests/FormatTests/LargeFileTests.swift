#if os(Linux)
  import Foundation
  import Testing
  import ZooFormat

  @Suite(.serialized) struct LargeFileTests {
    /// 5 GB in two tensors, one of them past 2 GiB. The file is sparse: it takes no room on the disk.
    @Test func opensWithoutReadingIt() throws {
      let folder = try TemporaryFolder()
      let path = folder.file("large.zoo")
      let sizes = [1_500_000_000, 3_500_000_000]
      func head(_ offsets: [Int]) -> [UInt8] {
        RawFile { structure in
          structure.graph(inputs: [], initializers: [0, 1])
          for (index, size) in sizes.enumerated() {
            structure.tensor(
              "w\(index)", type: 2, dims: [size], offset: UInt64(offsets[index]), length: UInt64(size))
          }
        }.bytes
      }
      let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
      defer { close(descriptor) }
      var position = head([64, 64]).count
      var offsets: [Int] = []
      for size in sizes {
        var lead = WireWriter()
        var header = WireWriter()
        header.tag(7, .lengthDelimited)
        header.varint(UInt64(size))
        let padding = (128 - (position + 2 + header.bytes.count) % 64) % 64
        lead.data(6, [UInt8](repeating: 0, count: padding))
        lead.raw(header.bytes)
        pwrite(descriptor, lead.bytes, lead.bytes.count, position)
        offsets.append(position + lead.bytes.count)
        position += lead.bytes.count + size
      }
      let start = head(offsets)
      pwrite(descriptor, start, start.count, 0)
      #expect(ftruncate(descriptor, position) == 0)

      let before = residentBytes()
      let clock = ContinuousClock()
      var model: Model?
      // The fastest of a few, since other tests run beside this one.
      let duration = try (0..<5).map { _ in try clock.measure { model = try Model.read(from: path) } }.min()
      #expect(duration.map { $0 < .milliseconds(50) } == true)
      #expect(residentBytes() - before < 100 << 20)
      #expect(model?.graph.initializers["w1"]?.elementCount == 3_500_000_000)
      #expect(model?.graph.initializers["w1"]?.withUnsafeBytes { $0[3_499_999_999] } == 0)
    }

    private func residentBytes() -> Int {
      let statm = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
      return (statm.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    }
  }
#endif
