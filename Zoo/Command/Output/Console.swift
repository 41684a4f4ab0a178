import Foundation
import ZooData
import ZooWorkbench

/// Where results and messages go.
public struct Console: Sendable {
  /// Whoever read the results has stopped reading.
  struct Closed: Error {}

  /// An error that people know of already.
  struct Told: Error {
    let kind: ZooError.Kind
  }

  /// Writes a piece of the result.
  let output: @Sendable (String) throws -> Void
  /// Writes a message or progress as it is, colours and bars included.
  let progress: @Sendable (String) -> Void
  let isMessageTerminal: Bool
  let usesColor: Bool
  /// Columns of the terminal that messages go to.
  let width: Int

  /// - Parameters:
  ///   - output: takes the result piece by piece.
  ///   - message: takes progress and errors, from several threads.
  ///   - isMessageTerminal: whether progress may be a bar.
  ///   - usesColor: whether messages may be coloured.
  ///   - width: columns of the terminal.
  public init(
    output: @escaping @Sendable (String) throws -> Void, message: @escaping @Sendable (String) -> Void,
    isMessageTerminal: Bool = false, usesColor: Bool = false, width: Int = 80
  ) {
    self.output = output
    progress = message
    self.isMessageTerminal = isMessageTerminal
    self.usesColor = usesColor
    self.width = width
  }

  /// Standard output and standard error. Colors only on a terminal, and not against `NO_COLOR`.
  public static func standard() -> Console {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    return Console(
      output: { try write(Escape.terminal($0), to: STDOUT_FILENO) }, message: { try? write($0, to: STDERR_FILENO) },
      isMessageTerminal: isTerminal, usesColor: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty,
      width: terminalWidth())
  }

  /// Writes a message, in which names may come from files of strangers.
  func message(_ text: String) { progress(Escape.terminal(text)) }

  /// One line, whatever the names in it are: none begins another line, and of long ones there are start and end.
  func line(_ text: String) { progress("\(Escape.quotation(text, limit: 4000))\n") }

  /// What was found in the data, one line each, as in reports.
  func remark(_ text: String) { line("! \(text)") }

  func error(_ text: String) {
    progress((usesColor ? "\u{1B}[1;31merror:\u{1B}[0m " : "error: ") + Escape.terminal(text) + "\n")
  }

  /// A result of several fields, as JSON.
  func output(json: JSONValue) throws { try output(json.canonicalText() + "\n") }

  func output(json: some Encodable) throws {
    try output(String(decoding: RunJSON.encode(json), as: UTF8.self) + "\n")
  }

  /// The result of a command that writes files: their names, a line each.
  func output(files: [String], asJSON: Bool) throws {
    if asJSON { return try output(json: .object(["files": .array(files.map(JSONValue.string))])) }
    for file in files { try output("\(file)\n") }
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private static func write(_ text: String, to descriptor: Int32) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EPIPE {
        throw Closed()
      } else if errno != EINTR && errno != EAGAIN {
        throw ZooError(.failed, problem: "the result can't be written: \(String(cString: strerror(errno)))")
      }
    }
  }
}
