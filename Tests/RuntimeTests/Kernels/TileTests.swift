import Testing
import ZooKernels
import ZooRuntime

/// The register tiles of the matrix product in every instruction set that this processor has.
@Suite struct TileTests {
  private static let sets = InstructionSet.supported.map { Int($0.rawValue) }

  @Test("tiles of floats give the product, by rows and by columns", arguments: sets)
  func floats(_ set: Int) { expectNone(set, TileCheck.difference(zoo_isa(UInt32(set)), pairs: false)) }

  @Test("tiles of pairs of bfloat16 give the product, where the processor has them", arguments: sets)
  func pairs(_ set: Int) { expectNone(set, TileCheck.difference(zoo_isa(UInt32(set)), pairs: true)) }

  @Test("tiles of 8-bit integers give what the portable tiles give, for every number of rows", arguments: sets)
  func quantized(_ set: Int) { expectNone(set, TileCheck.quantizedDifference(zoo_isa(UInt32(set)))) }

  private func expectNone(_ set: Int, _ difference: String?) {
    #expect(difference == nil, "\(String(cString: zoo_isa_name(zoo_isa(UInt32(set))))): \(difference ?? "")")
  }
}
