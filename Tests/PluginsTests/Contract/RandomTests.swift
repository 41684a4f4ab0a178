import Testing
import ZooPlugins

/// The bits that initial weights, splits and resamples are made of: expected values are worked out by other means.
@Suite struct RandomTests {
  @Test func namesAreHashedByFNV1a() {
    #expect("".fnv1a == 0xCBF2_9CE4_8422_2325 && "a".fnv1a == 0xAF63_DC4C_8601_EC8C)
    #expect("order".fnv1a == 7_774_916_592_154_454_519)
  }

  @Test func splitMixGivesItsPublishedNumbers() {
    var plain = SplitMix64(state: 0)
    #expect(plain.next() == 0xE220_A839_7B1D_CDAF)
    var stream = SplitMix64(seed: 7, stream: 3)
    #expect([stream.next(), stream.next()] == [10_978_643_091_081_676_416, 15_747_516_487_456_092_485])
  }

  @Test func aParametersStreamFollowsFromSeedAndName() throws {
    var stream = try #require(RandomSource(seed: 1).stream("backbone.conv1.weight"))
    #expect([stream.next(), stream.next()] == [15_368_862_001_970_671_692, 3_393_721_792_538_108_972])
    let isEmpty = RandomSource.zeros.stream("a") == nil
    #expect(isEmpty)
  }
}
