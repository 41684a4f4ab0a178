/// What became of one case.
package struct ConformanceRow: Codable, Sendable, Hashable {
  package enum Status: String, Codable, Sendable {
    case passed
    /// The outputs are wrong, or the process that ran the case ended or took too long.
    case failed
    /// Something in the case is refused.
    case unsupported
  }

  package var name: String
  /// The operators of the model, those of functions and inner graphs included.
  package var operators: [String]
  package var status: Status
  /// Empty if it passed.
  package var reason: String
}

/// What became of a suite.
package struct ConformanceResult: Codable, Sendable {
  package var passed: Int
  package var failed: Int
  package var unsupported: Int
  /// In the order of the suite.
  package var cases: [ConformanceRow]

  package init(rows: [ConformanceRow]) {
    cases = rows
    passed = rows.count { $0.status == .passed }
    failed = rows.count { $0.status == .failed }
    unsupported = rows.count { $0.status == .unsupported }
  }

  /// Cases by operator; a case counts for each operator that it has.
  private var byOperator: [String: (passed: Int, failed: Int, unsupported: Int)] {
    var counts: [String: (passed: Int, failed: Int, unsupported: Int)] = [:]
    for row in cases {
      for name in row.operators {
        switch row.status {
        case .passed: counts[name, default: (0, 0, 0)].passed += 1
        case .failed: counts[name, default: (0, 0, 0)].failed += 1
        case .unsupported: counts[name, default: (0, 0, 0)].unsupported += 1
        }
      }
    }
    return counts
  }

  /// For a terminal: a row for each operator, the cases that failed with their reasons, and the totals.
  package var text: String {
    var table = TextTable([("operator", .left), ("passed", .right), ("failed", .right), ("unsupported", .right)])
    for (name, count) in byOperator.sorted(by: { $0.key < $1.key }) {
      table.add([name, "\(count.passed)", "\(count.failed)", "\(count.unsupported)"])
    }
    var text = table.text + "\n"
    for row in cases where row.status == .failed { text += "FAILED \(row.name): \(row.reason)\n" }
    return text + "\(passed) passed, \(failed) failed, \(unsupported) unsupported, \(cases.count) in all\n"
  }
}
