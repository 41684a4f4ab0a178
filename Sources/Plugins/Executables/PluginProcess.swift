import Foundation

/// One run of a program that isn't trusted to end, to print little, or not to crash.
package struct PluginProcess {
  /// What a program may take before it is stopped.
  package struct Limits: Sendable, Hashable {
    /// Of time on a clock that nobody sets.
    package var seconds = 60.0
    /// Of its standard output, and of its messages: 1 GiB.
    package var byteCount = 1 << 30

    /// The defaults.
    package init() {}
  }

  private let path: String
  private let limits: Limits

  init(_ path: String, limits: Limits) {
    self.path = path
    self.limits = limits
  }

  /// What the program prints when it reads `request`. It ends with this process, however that ends, and so does all that
  /// it has started and left in its group.
  /// - Throws: `ZooError` if it can't be started, fails, takes too long or prints too much.
  func answer(_ request: [UInt8]) throws(ZooError) -> [UInt8] {
    var exchange = try PluginExchange(request, limit: limits.byteCount)
    let guardian = try ProcessGuard()
    let child = try exchange.start(path, group: guardian.group)
    guardian.watch(child)
    defer { withExtendedLifetime(guardian) {} }
    let ending = try wait(child, &exchange)
    guard ending == .exit(0) else {
      let how =
        switch ending {
        case .exit(let status): "ended with status \(status)"
        case .signal(let number): "was ended by signal \(number)"
        }
      throw ZooError(
        .badInput, problem: how + (exchange.lastLine.map { ": \($0)" } ?? ""),
        expected: "a model on standard output and status 0")
    }
    return exchange.output
  }

  private func wait(_ child: ChildProcess, _ exchange: inout PluginExchange) throws(ZooError) -> ChildProcess.Ending {
    let start = monotonicNanoseconds()
    let allowed = UInt64(saturating: min(max(limits.seconds, 0), 1e9) * 1e9)
    while true {
      exchange.pass(milliseconds: 10)
      let ending = child.poll()
      if ending != nil { exchange.takeRest() }
      guard !exchange.isTooLarge else {
        stop(child)
        throw ZooError(
          .badInput, problem: "printed more than \(limits.byteCount) bytes", expected: "a model, and nothing else")
      }
      if let ending { return ending }
      guard monotonicNanoseconds() - start < allowed else {
        stop(child)
        throw ZooError(
          .badInput, problem: "took more than \(limits.seconds) s", expected: "a model within that time",
          remedy: "See whether the program waits for something")
      }
    }
  }

  private func stop(_ child: ChildProcess) {
    child.send(SIGKILL)
    _ = child.wait()
  }
}
