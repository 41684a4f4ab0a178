import Foundation
import ZooData
import ZooFormat

extension ConformanceSuite {
  /// Runs every case in processes of their own, so that none can crash or hang the run.
  /// - Parameters:
  ///   - executable: a program that calls ``ConformanceWorker/serve()`` when it is started with `arguments`.
  ///   - workers: how many run side by side.
  ///   - seconds: how long a case may take before it is stopped and counts as failed.
  /// - Throws: ``ZooError`` if the program can't be started.
  package func runIsolated(
    executable: URL, arguments: [String], workers: Int, seconds: Double
  ) throws -> ConformanceResult {
    // A worker that has ended must not end us when we write to it.
    signal(SIGPIPE, SIG_IGN)
    let workers = max(1, min(workers, cases.count))
    let shares = (0..<workers).map { worker in
      stride(from: worker, to: cases.count, by: workers).map { cases[$0] }
    }
    let results = ParallelMap.map(shares, threads: workers) { share throws(ZooError) in
      try Self.run(share, executable, arguments, seconds)
    }
    var rows: [ConformanceRow] = []
    for result in results { rows += try result.get() }
    return ConformanceResult(rows: rows.sorted { $0.name < $1.name })
  }

  private static func run(
    _ cases: [ConformanceCase], _ executable: URL, _ arguments: [String], _ seconds: Double
  ) throws(ZooError) -> [ConformanceRow] {
    var rows: [ConformanceRow] = []
    var process: ConformanceWorkerProcess?
    for item in cases {
      let worker: ConformanceWorkerProcess
      if let process {
        worker = process
      } else {
        worker = try ConformanceWorkerProcess(executable: executable, arguments: arguments, seconds: seconds)
      }
      process = worker
      switch worker.run(item.path) {
      case .success(var row):
        row.name = item.name
        rows.append(row)
      case .failure(let missing):
        process = nil
        let operators = (try? ONNX.operators(path: item.path + "/" + ConformanceCase.modelName)) ?? []
        rows.append(
          ConformanceRow(name: item.name, operators: operators, status: .failed, reason: missing.reason))
      }
    }
    return rows
  }
}
