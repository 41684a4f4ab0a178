import Foundation

/// Ends a group of processes when this process ends, however it does: also by SIGKILL or a crash.
///
/// A shell leads the group and reads a pipe whose other end this process alone holds. When that end is closed, which the
/// system does for a dead process, the shell ends the group and itself.
package final class ProcessGuard {
  /// The group to start programs in.
  package var group: pid_t { shell.identifier }
  private let shell: ChildProcess
  private let pipe: DescriptorPipe

  /// - Throws: `ZooError` if there are no more processes or descriptors.
  package init() throws(ZooError) {
    pipe = try DescriptorPipe()
    // The signals of a terminal are for its own group, and this process passes on what it wants to.
    let script = "trap '' HUP INT QUIT TERM; read program; read end; kill -KILL $program; kill -KILL 0"
    shell = try ChildProcess(
      "/bin/sh", arguments: ["-c", script], input: .descriptor(pipe.reading), output: .file("/dev/null"),
      messages: .file("/dev/null"))
    // The reading end stays open here too: so a shell that was killed can't end this process by SIGPIPE.
  }

  /// Has `program` ended too if it leaves the group. Of one program: the shell takes a second line for the end.
  package func watch(_ program: ChildProcess) {
    let line = Array("\(program.identifier)\n".utf8)
    _ = line.withUnsafeBytes { write(pipe.writing, $0.baseAddress, $0.count) }
  }

  deinit {
    shell.send(SIGKILL)
    _ = shell.wait()
  }
}

/// The two ends of a pipe. Programs that this process starts get neither, unless they are given it.
package final class DescriptorPipe {
  package private(set) var reading: Int32 = -1
  package private(set) var writing: Int32 = -1

  /// - Throws: `ZooError` if there are no more descriptors.
  package init() throws(ZooError) {
    var ends: [Int32] = [-1, -1]
    let status = ChildProcess.starting.withLock { _ in
      let status = pipe(&ends)
      if status == 0 { for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
      return status
    }
    guard status == 0 else {
      throw ZooError(
        .failed, problem: "no pipe can be made: \(String(cString: strerror(errno)))",
        remedy: "Raise the limit of open files by ulimit -n")
    }
    (reading, writing) = (ends[0], ends[1])
  }

  /// Makes reading, or writing, return at once where it would wait.
  static func neverWait(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  package func closeReading() { Self.close(&reading) }

  package func closeWriting() { Self.close(&writing) }

  private static func close(_ descriptor: inout Int32) {
    if descriptor >= 0 { Foundation.close(descriptor) }
    descriptor = -1
  }

  deinit {
    closeReading()
    closeWriting()
  }
}
