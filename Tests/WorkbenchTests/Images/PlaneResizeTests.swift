import Testing
import ZooData
import ZooRuntime
import ZooWorkbench

@Suite("Resizing of planes")
struct PlaneResizeTests {
  @Test("agrees with Pillow's bilinear filter, growing and shrinking", arguments: [(7, 5), (5, 29), (40, 30), (1, 1)])
  func pillow(width: Int, height: Int) throws {
    let source: [Float] = try #require(NumPyFile.read(ImageFixtures.path("resize-source.npy")).values())
    let expected: [Float] = try #require(NumPyFile.read(ImageFixtures.path("resize-\(width)x\(height).npy")).values())
    let resized = PlaneResize(width: 13, height: 11, toWidth: width, toHeight: height)(source)
    #expect(resized.count == expected.count)
    let worst = zip(resized, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < 0.05, "values reach 65535; the largest difference is \(worst)")
  }

  @Test("a plane of one value keeps it to the last bit, whatever the sizes")
  func range() {
    for source in 1...24 {
      for target in 1...24 {
        let resized = PlaneResize(width: source, height: 3, toWidth: target, toHeight: 7)(
          [Float](repeating: 65535, count: 3 * source))
        #expect(resized.allSatisfy { $0 == 65535 }, "\(source) to \(target): \(resized.max() ?? 0)")
      }
    }
  }

  @Test("planes don't mix")
  func planes() {
    let resized = PlaneResize(width: 4, height: 4, toWidth: 2, toHeight: 3)(
      [Float](repeating: 1, count: 16) + [Float](repeating: 5, count: 16))
    #expect(resized == [Float](repeating: 1, count: 6) + [Float](repeating: 5, count: 6))
  }
}
