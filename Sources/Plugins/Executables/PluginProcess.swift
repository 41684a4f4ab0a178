import Foundation

/// One run of a program that isn't trusted to end, to print little, or not to crash.
public struct PluginProcess {
  /// What a program may take before it is stopped.
  public struct Limits: Sendable, Hashable {
    /// Of wall-clock time.
    public var seconds = 60.0
    /// Of its standard output: 1 GiB.
    public var byteCount = 1 << 30

    /// The defaults.
    public init() {}
  }

  private let path: String
  private let limits: Limits

  init(_ path: String, limits: Limits) {
    self.path = path
    self.limits = limits
  }

  /// What the program prints when it reads `request`. Files stand for pipes, so that neither side can wait for the other.
  /// - Throws: ``ZooError`` if it can't be started, fails, takes too long or prints too much.
  func answer(_ request: [UInt8]) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-plugin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appendingPathComponent("request")
    let output = folder.appendingPathComponent("output")
    let messages = folder.appendingPathComponent("messages")
    try Data(request).write(to: input)
    for file in [output, messages] { try Data().write(to: file) }
    let child = try ChildProcess(path, input: input.path, output: output.path, messages: messages.path)
    let ending = try wait(child, [output, messages])
    guard ending == .exit(0) else {
      let how =
        switch ending {
        case .exit(let status): "ended with status \(status)"
        case .signal(let number): "was ended by signal \(number)"
        }
      throw ZooError(
        .badInput, problem: how + (lastLine(messages).map { ": \($0)" } ?? ""),
        expected: "a model on standard output and status 0")
    }
    return try Array(Data(contentsOf: output))
  }

  private func wait(_ child: ChildProcess, _ files: [URL]) throws -> ChildProcess.Ending {
    let end = Date().addingTimeInterval(limits.seconds)
    func isTooLarge() -> Bool { files.contains { size($0) > limits.byteCount } }
    var ending = child.poll()
    while ending == nil {
      let isLate = Date() >= end
      if isLate || isTooLarge() {
        child.send(SIGKILL)
        _ = child.wait()
        guard isLate else { break }
        throw ZooError(
          .badInput, problem: "took more than \(limits.seconds) s", expected: "a model within that time",
          remedy: "See whether the program waits for something")
      }
      usleep(5000)
      ending = child.poll()
    }
    guard let ending, !isTooLarge() else {
      throw ZooError(
        .badInput, problem: "printed more than \(limits.byteCount) bytes", expected: "a model, and nothing else")
    }
    return ending
  }

  private func size(_ file: URL) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
  }

  /// The last line of what the program said, short enough for a message.
  private func lastLine(_ file: URL) -> String? {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
    defer { try? handle.close() }
    _ = try? handle.seek(toOffset: UInt64(max(0, size(file) - 4096)))
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).last.map { String($0.prefix(300)) }
  }
}
