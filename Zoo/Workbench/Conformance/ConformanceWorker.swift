import Foundation
import ZooFormat

/// A process that runs cases for another: a case that crashes or hangs costs that process only.
///
/// It reads the path of a case from standard input, a line each, and answers with a row of JSON on one line.
public enum ConformanceWorker {
  /// Serves until standard input ends.
  public static func serve() throws {
    while let path = readLine() {
      let row = ConformanceCase(name: path, path: path).run()
      FileHandle.standardOutput.write(try RunJSON.encode(row, lines: false) + [10])
    }
  }
}

/// The other side of ``ConformanceWorker``: starts the process, hands it cases and ends it if one takes too long.
final class ConformanceWorkerProcess {
  private let executable: URL
  private let seconds: Double
  private var process: Process?
  private let input = Pipe()
  private let output = Pipe()

  /// - Parameter seconds: how long a case may take.
  init(executable: URL, arguments: [String], seconds: Double) throws(ZooError) {
    self.executable = executable
    self.seconds = seconds
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch {
      throw ZooError(.failed, file: executable.path, problem: "can't be started: \(error.localizedDescription)")
    }
    // The child has its own ends; with ours closed, the end of one process is seen by the other.
    try? input.fileHandleForReading.close()
    try? output.fileHandleForWriting.close()
    self.process = process
  }

  deinit { end() }

  /// What became of the case at `path`, or why there is no answer. After a missing answer the process is gone.
  func run(_ path: String) -> Result<ConformanceRow, Missing> {
    do { try input.fileHandleForWriting.write(contentsOf: Data((path + "\n").utf8)) } catch {
      return .failure(Missing(reason: ended()))
    }
    var line = Data()
    let deadline = Date(timeIntervalSinceNow: seconds)
    let descriptor = output.fileHandleForReading.fileDescriptor
    while line.last != 10 {
      let left = deadline.timeIntervalSinceNow
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard left > 0, Foundation.poll(&poll, 1, Int32(saturating: min(left * 1000, 1e6)) + 1) >= 0 || errno == EINTR
      else {
        end()
        return .failure(Missing(reason: "took more than \(Int(saturating: seconds)) seconds"))
      }
      guard poll.revents != 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = read(descriptor, &bytes, bytes.count)
      if count == 0 { return .failure(Missing(reason: ended())) }
      if count > 0 { line.append(contentsOf: bytes[..<count]) }
    }
    do { return .success(try RunJSON.decode(line, file: executable.path)) } catch {
      end()
      return .failure(Missing(reason: "gave an answer that can't be read: \(error)"))
    }
  }

  struct Missing: Error { var reason: String }

  /// Says how the process ended.
  private func ended() -> String {
    process?.waitUntilExit()
    defer { process = nil }
    guard let process else { return "the process is gone" }
    return process.terminationReason == .uncaughtSignal
      ? "the process was ended by signal \(process.terminationStatus)"
      : "the process ended with status \(process.terminationStatus)"
  }

  private func end() {
    guard let process, process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    self.process = nil
  }
}
