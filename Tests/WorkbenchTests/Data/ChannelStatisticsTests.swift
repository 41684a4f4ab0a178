import Testing

import ZooData
import ZooWorkbench

@Suite("Statistics of channels")
struct ChannelStatisticsTests {
  /// Statistics of images of 20×20 pixels, two channels each.
  private func statistics(
    _ type: SampleType, images: Int = 4, _ value: (_ image: Int, _ channel: Int, _ pixel: Int) -> Float
  ) throws -> ChannelStatistics {
    try DataFiles.with { files in
      for index in 0..<images {
        let samples = (0..<2).flatMap { channel in (0..<400).map { value(index, channel, $0) } }
        let image = try Image(
          width: 20, height: 20, channels: 2, sampleType: type, channelNames: ["BF", "PI"], samples: samples)
        try files.file("\(index % 2 == 0 ? "a" : "b")/\(index).tif", TIFFWriter.encode(image))
      }
      var spec = files.spec(.folder)
      (spec.height, spec.width) = (20, 20)
      // Pictures of one value are copies of each other, which training refuses.
      let data = try Dataset.open(spec, for: .evaluation)
      return try data.channelStatistics(of: Array(0..<images), cache: SampleCache(data), threads: 2)
    }
  }

  @Test("cut off single pixels that are far from all others, and say where they are")
  func robust() throws {
    let values = try statistics(.uint16) { image, channel, pixel in
      image == 0 && pixel == 7 && channel == 0 ? 65535 : Float(1000 + pixel % 100)
    }.values
    #expect(values[0].highest == 65535 && values[0].lowest == 1000)
    #expect(values[0].high == 1099 && values[0].low == 1000)
    #expect(abs(values[0].deviation - 28.9) < 0.2 && abs(values[0].mean - 1049.5) < 0.2, "\(values[0])")
    #expect(abs(values[1].deviation - values[0].deviation) < 0.2)
  }

  @Test("name channels that are black, constant, nearly empty, saturated")
  func cautions() throws {
    func cautions(_ value: (Int, Int, Int) -> Float) throws -> [String] {
      try statistics(.uint8, value).cautions(["BF", "PI"], sampleType: .uint8, range: 0...255)
    }
    #expect(try cautions { Float(($2 + $0 + $1) % 200) } == [])
    #expect(try cautions { $1 == 0 ? Float($2 % 200) : 0 } == ["channel PI is black: every pixel is 0"])
    #expect(try cautions { $1 == 0 ? Float($2 % 200) : 7 } == ["channel PI is constant: every pixel is 7"])
    #expect(try cautions { $1 == 0 ? Float($2 % 200) : 255 } == ["channel PI is saturated: every pixel is 255"])
    #expect(
      try cautions { $1 == 0 ? Float($2 % 200) : $2 == 3 ? 90 : 0 }
        == ["channel PI is nearly empty: 99.8 % of its pixels are 0"])
    #expect(
      try cautions { $1 == 0 ? Float($2 % 200) : Float(min(255, $2)) }
        == ["channel PI is saturated: 36.2 % of its pixels are 255, the highest value there is"])
  }

  @Test("find the range of the camera in the values")
  func ranges() {
    let found: [(SampleType, ClosedRange<Float>, ClosedRange<Float>, String)] = [
      (.uint16, 138...1834, 0...4095, "0…4095 (12 bits in uint16)"),
      (.uint16, 0...255, 0...255, "0…255 (8 bits in uint16)"),
      (.uint16, 9...65535, 0...65535, "0…65535 (uint16)"), (.uint8, 3...9, 0...255, "0…255 (uint8)"),
      (.int16, -3...9, -32768...32767, "-32768…32767 (int16)"), (.float32, 0.1...0.7, 0...1, "0…1 (float32)"),
      (.float32, -2...7.5, -2...7.5, "-2…7.5 (float32)"),
    ]
    for (type, values, range, text) in found {
      #expect(type.range(holding: values) == range)
      #expect(type.text(found: range) == text)
    }
  }
}
