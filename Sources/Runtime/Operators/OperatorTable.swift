import ZooFormat

/// Finds operators by domain and name.
public struct OperatorTable: Sendable {
  private var byName: [String: Operator] = [:]

  private init(byName: [String: Operator]) { self.byName = byName }

  /// A table of `operators` alone. O(operators).
  /// - Throws: `ZooError` if two operators have the same domain and name.
  public init(_ operators: [Operator]) throws(ZooError) {
    for entry in operators {
      let key = Self.key(domain: entry.domain, name: entry.name)
      guard byName.updateValue(entry, forKey: key) == nil else {
        throw ZooError(.usage, problem: "operator '\(key)' is registered twice", remedy: "Rename one of the two")
      }
    }
  }

  /// This table and `operators` beside it, e.g. some in a domain of your own. O(n log n) in all of them: a new table is made.
  /// - Throws: `ZooError` if two operators have the same domain and name.
  public func adding(_ operators: [Operator]) throws(ZooError) -> OperatorTable { try OperatorTable(all + operators) }

  /// The operators that graphs may name where nobody gives a table: ``standard``, unless `OperatorTable.$current.withValue(mine)
  /// { … }` says otherwise for all that is read, compiled and trained inside of it, on threads that are started there, too.
  @TaskLocal public static var current: OperatorTable = .standard

  /// The operator, or `nil` if there is none; `ai.onnx` and `""` are the same domain. O(1).
  public subscript(domain domain: String, name name: String) -> Operator? {
    byName[Self.key(domain: domain, name: name)]
  }

  /// All operators, ordered by domain and name. O(n log n): they are sorted each time.
  public var all: [Operator] { byName.sorted { $0.key < $1.key }.map(\.value) }

  private static func key(domain: String, name: String) -> String { OperatorDomain.key(domain, name) }
}

extension OperatorTable {
  /// Every operator of this module. Adding one is one line in its family's `all`.
  public static let standard = OperatorTable(
    byName: Dictionary(
      families.flatMap { $0 }.map(RequiredInputs.checking).map(HalfPrecision.supporting).map {
        (key(domain: $0.domain, name: $0.name), $0)
      }
    ) { first, _ in first })

  /// One entry for each family of operators; the family's file lists its members. A test holds that no
  /// name stands twice.
  package static let families: [[Operator]] = [
    AttentionOperators.all,
    ControlFlowOperators.all,
    ConvolutionOperators.all,
    ElementwiseOperators.all,
    GateOperators.all,
    ImageOperators.all,
    IntegerOperators.all,
    LossOperators.all,
    MatrixOperators.all,
    NormalizationOperators.all,
    OptimizerOperators.all,
    PoolingOperators.all,
    QuantizedOperators.all,
    RandomOperators.all,
    RecurrentOperators.all,
    ReductionOperators.all,
    ShapeOperators.all,
    SignalOperators.all,
  ]
}
