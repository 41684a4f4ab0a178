import ZooKernels

/// The instruction set that kernels are prepared for.
package enum InstructionSet {
  /// What a test wants instead of the program's choice, for kernels prepared inside `$forced.withValue(…)`.
  @TaskLocal package static var forced: zoo_isa?

  /// The one to prepare for: the best that the processor has, unless `ZOO_ISA` or a test chose another.
  package static var current: zoo_isa { forced ?? zoo_isa_current() }

  /// What ``current`` is called: `portable`, `avx2`, `avx512` or `neon`.
  package static var currentName: String { String(cString: zoo_isa_name(current)) }

  /// All that this processor can execute; the portable one is first.
  package static var supported: [zoo_isa] {
    [ZOO_ISA_PORTABLE, ZOO_ISA_AVX2, ZOO_ISA_AVX512, ZOO_ISA_NEON].filter(zoo_isa_supported)
  }
}
