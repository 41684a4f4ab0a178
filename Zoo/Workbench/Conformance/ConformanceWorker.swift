import Foundation
import ZooData
import ZooFormat
import ZooPlugins

/// A process that runs cases for another: a case that crashes or hangs costs that process only.
///
/// It reads the path of a case from standard input, a line each, and answers with a row of JSON on one line.
package enum ConformanceWorker {
  /// Serves until standard input ends.
  package static func serve() throws {
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
  private let child: ChildProcess
  /// A case that hangs ends with this process, however that ends.
  private let guardian: ProcessGuard
  private let input: DescriptorPipe
  private let output: DescriptorPipe

  /// - Parameter seconds: how long a case may take.
  /// - Throws: ``ZooError`` if there are no more descriptors or processes, or there is no such program.
  init(executable: URL, arguments: [String], seconds: Double) throws(ZooError) {
    self.executable = executable
    self.seconds = seconds
    input = try DescriptorPipe()
    output = try DescriptorPipe()
    guardian = try ProcessGuard()
    child = try ChildProcess(
      executable.path, arguments: arguments, input: .descriptor(input.reading), output: .descriptor(output.writing),
      messages: .file("/dev/null"), group: guardian.group)
    guardian.watch(child)
    // The child has its own ends; with ours closed, the end of one process is seen by the other.
    input.closeReading()
    output.closeWriting()
  }

  deinit { end() }

  /// What became of the case at `path`, or why there is no answer. After a missing answer the process is gone.
  func run(_ path: String) -> Result<ConformanceRow, Missing> {
    guard send(path + "\n") else { return .failure(Missing(reason: ended())) }
    var line = Data()
    let deadline = monotonicNanoseconds() + UInt64(saturating: seconds * 1e9)
    while line.last != 10 {
      let now = monotonicNanoseconds()
      guard now < deadline else {
        end()
        return .failure(Missing(reason: "took more than \(Int(saturating: seconds)) seconds"))
      }
      var end = pollfd(fd: output.reading, events: Int16(POLLIN), revents: 0)
      guard poll(&end, 1, Int32(saturating: Double(min((deadline - now) / 1_000_000, 1_000_000))) + 1) > 0 else {
        continue
      }
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = read(output.reading, &bytes, bytes.count)
      if count == 0 { return .failure(Missing(reason: ended())) }
      if count > 0 { line.append(contentsOf: bytes[..<count]) }
    }
    do { return .success(try RunJSON.decode(line, file: executable.path)) } catch {
      end()
      return .failure(Missing(reason: "gave an answer that can't be read: \(error)"))
    }
  }

  struct Missing: Error { var reason: String }

  /// Returns whether the process took all of it.
  private func send(_ text: String) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(input.writing, $0.baseAddress, $0.count) }
      if count > 0 { bytes = bytes.dropFirst(count) } else if errno != EINTR { return false }
    }
    return true
  }

  /// Says how the process ended.
  private func ended() -> String {
    switch child.wait() {
    case .signal(let number): "the process was ended by signal \(number)"
    case .exit(let status): "the process ended with status \(status)"
    }
  }

  private func end() {
    child.send(SIGKILL)
    _ = child.wait()
  }
}
