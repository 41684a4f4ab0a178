/// The domains that operators' names belong to.
package enum OperatorDomain {
  /// One spelling of each domain: ONNX's own is nothing, also where a file calls it `ai.onnx`.
  package static func canonical(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  /// How tables and messages call an operator: `Conv`, `zoo.Silu`.
  package static func key(_ domain: String, _ name: String) -> String {
    let domain = canonical(domain)
    return domain.isEmpty ? name : "\(domain).\(name)"
  }
}

extension Node {
  /// `Conv`, `zoo.Silu`: the operator with its domain unless that is ONNX's.
  package var operatorKey: String { OperatorDomain.key(domain, op) }

  /// Whether the operator is one of ONNX's own domain.
  package var isStandardOperator: Bool { OperatorDomain.canonical(domain).isEmpty }
}
