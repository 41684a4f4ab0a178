import Testing
import ZooKernels
import ZooRuntime

/// The list of kernels against its specification: every entry, in every instruction set that this processor has.
@Suite struct EntryTests {
  private static let supported = InstructionSet.supported.map { Int($0.rawValue) }
  private static let entries = (0..<zoo_entry_count()).map { String(cString: zoo_entry_name($0)) }
  private static let checks = EntryCheck.elementwise.merging(EntryCheck.images) { $1 }
    .merging(EntryCheck.convolution) { $1 }.merging(EntryCheck.recurrent) { $1 }.merging(EntryCheck.quantized) { $1 }

  @Test("every entry of the list gives what the portable body gives", arguments: supported, entries)
  func entry(_ set: Int, _ name: String) throws {
    let check = try #require(Self.checks[name], "there is no check for the entry '\(name)'")
    let isa = zoo_isa(UInt32(set))
    let (found, expected) = (check.run(isa), check.run(ZOO_ISA_PORTABLE))
    #expect(expected.contains { $0 != 0 }, "\(name) gives zeros alone")
    check.compare(found, expected, "\(name), \(String(cString: zoo_isa_name(isa)))")
  }

  @Test("no check is about an entry that isn't there")
  func names() {
    #expect(Set(Self.checks.keys) == Set(Self.entries))
  }
}
