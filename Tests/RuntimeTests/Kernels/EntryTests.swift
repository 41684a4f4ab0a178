import Testing
import ZooKernels
import ZooRuntime

/// The list of kernels against its specification: every entry, in every instruction set that this processor has.
@Suite struct EntryTests {
  private static let supported = InstructionSet.supported.map { Int($0.rawValue) }
  private static let entries = (0..<zoo_entry_count()).map { String(cString: zoo_entry_name($0)) }

  @Test("every entry of the list gives what the portable body gives", arguments: supported, entries)
  func entry(_ set: Int, _ name: String) throws {
    let check = try #require(EntryCheck.all[name], "there is no check for the entry '\(name)'")
    let isa = zoo_isa(UInt32(set))
    let difference = check.difference(isa)
    #expect(difference == nil, "\(name), \(String(cString: zoo_isa_name(isa))): \(difference ?? "")")
  }

  @Test("no check is about an entry that isn't there")
  func names() {
    #expect(Set(EntryCheck.all.keys) == Set(Self.entries))
  }
}
