import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The instruction set that kernels are prepared for.
package enum InstructionSet {
  /// What a test wants instead of the program's choice, for kernels prepared inside `$forced.withValue(…)`.
  @TaskLocal package static var forced: zoo_isa?

  /// The one to prepare for: the best that the processor has, unless `ZOO_ISA` or a test chose another
  /// (`choose` in `Kernels/table/kernels.c`, before `main`).
  package static var current: zoo_isa { forced ?? zoo_isa_current() }

  /// What ``current`` is called: `portable`, `avx2`, `avx512`, `amx` or `neon`.
  package static var currentName: String { String(cString: zoo_isa_name(current)) }

  /// - Throws: `ZooError` if `ZOO_ISA` asks for what this processor doesn't have, or for nothing that there is.
  package static func checkWish() throws {
    guard let wish = getenv("ZOO_ISA").map({ String(cString: $0) }), !wish.isEmpty else { return }
    guard !supportedNames.contains(wish) else { return }
    throw ZooError(
      .usage, problem: "ZOO_ISA is '\(wish)'", expected: supportedNames.joined(separator: ", "),
      remedy: "Leave it out for the best that this processor has")
  }

  /// All that this processor can execute; the portable one is first.
  package static var supported: [zoo_isa] {
    (0..<UInt32(zoo_isa_count())).map { zoo_isa($0) }.filter(zoo_isa_supported)
  }

  /// What ``supported`` are called.
  package static var supportedNames: [String] { supported.map { String(cString: zoo_isa_name($0)) } }
}
