import ZooFormat

/// One step of the compiler: program in, program out.
public struct Pass: Sendable {
  /// What `zoo show --pass` calls it.
  package let name: String
  /// One line that says what it does.
  package let summary: String
  /// The program after the step.
  package let apply: @Sendable (Program) throws -> Program

  /// What a program is compiled for.
  package enum Purpose: Sendable {
    /// Parameters are constants: normalisations are folded, weights are packed once.
    case prediction
    /// Parameters are states.
    case training
  }

  /// The element type of images between operators; parameters and sums are float32.
  public enum Precision: String, Sendable, CaseIterable, Codable {
    /// 4 bytes an element.
    case float32
    /// 2 bytes an element, 8 bits of significand: quicker where memory is the limit, and less exact.
    case bfloat16
  }

  /// The passes in the order in which they are applied.
  package static func passes(for purpose: Purpose, precision: Precision = .float32) -> [Pass] {
    switch purpose {
    case .prediction:
      [
        .removeTrainingOperators, .fuseSilu, .fuseQuantized, .foldConstants, .removeIdentities, .commonForms,
        .dropPieces, .fuseAttention, .moveThroughConcat, .foldBatchNormalization, .mergeLinear, .fuseConvolution,
        .fuseLinear, .channelsLast, .fuseGate, .fuseGatedConvolution, .foldTurnedConstants,
      ] + narrowing(precision) + [.removeUnusedNodes]
    case .training:
      [.foldConstants, .fuseGateGradient, .repeatNormalization, .removeUnusedNodes]
    }
  }

  /// The passes that a forward graph goes through before it is differentiated, so that gradients are fused and laid out
  /// like what they belong to.
  package static func beforeDifferentiation(precision: Precision = .float32) -> [Pass] {
    [
      .fuseSilu, .commonForms, .fuseNormalization, .channelsLast, .fuseGate, .fuseGatedConvolution,
      .fuseNormalizedConvolution,
    ] + narrowing(precision)
  }

  private static func narrowing(_ precision: Precision) -> [Pass] { precision == .bfloat16 ? [.narrowImages] : [] }
}
