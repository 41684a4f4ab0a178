import Foundation
import Synchronization

/// A program that runs beside this one, with files or descriptors for its standard input, output and error.
///
/// Foundation's `Process` learns of an end through a run loop, and can miss it when several threads start programs at
/// once; here it is asked for.
package final class ChildProcess {
  package enum Ending: Sendable, Hashable {
    case exit(Int32)
    case signal(Int32)
  }

  /// What a standard stream of the program is.
  package enum Stream: Sendable, Hashable {
    /// A file to read, which must be there; or one to write from its end, which is made.
    case file(String)
    /// An open descriptor of this process.
    case descriptor(Int32)
  }

  /// Held while a program is started, and while descriptors are made that no program is to get.
  static let starting = Mutex(())

  package let identifier: pid_t
  /// All that the program starts is in it.
  private let group: pid_t
  private var ending: Ending?

  /// Starts the program at `path`.
  /// - Parameters:
  ///   - environment: what is added to the environment of this process.
  ///   - group: the group of processes to join; one of its own if 0.
  /// - Throws: `ZooError` if it can't be started.
  package init(
    _ path: String, arguments: [String] = [], environment: [String: String] = [:],
    input: Stream = .file("/dev/null"), output: Stream, messages: Stream, group: pid_t = 0
  ) throws(ZooError) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in [input, output, messages].enumerated() {
      switch stream {
      case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      case .file(let file):
        let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, Int32(number), file, flags, 0o600)
      }
    }
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that this process ignores or holds back are not to be so in the program.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, group)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETPGROUP))
    var identifier: pid_t = 0
    func spawn() -> Int32 {
      Self.starting.withLock { _ in posix_spawn(&identifier, path, &actions, &attributes, &words, &settings) }
    }
    var status = spawn()
    // A program that has just been written is busy as long as another thread's child has its file open, between the
    // moments in which that child is made and becomes a program itself.
    var attempts = 0
    while status == ETXTBSY && attempts < 1000 {
      usleep(10_000)
      status = spawn()
      attempts += 1
    }
    guard status == 0 else {
      throw ZooError(
        .badInput, file: path, problem: "can't be started: \(String(cString: strerror(status)))",
        expected: "a program of this machine")
    }
    self.identifier = identifier
    self.group = group == 0 ? identifier : group
  }

  /// How the program ended, or `nil` while it runs.
  package func poll() -> Ending? { collect(WNOHANG) }

  /// Waits for the end.
  package func wait() -> Ending { collect(0) ?? .exit(0) }

  /// Sends `signal` to the program and to all that it has started.
  package func send(_ signal: Int32) {
    guard ending == nil else { return }
    kill(-group, signal)
    // Also where it left the group.
    if group != identifier { kill(identifier, signal) }
  }

  private func collect(_ options: Int32) -> Ending? {
    if let ending { return ending }
    var status: Int32 = 0
    var found: pid_t
    repeat { found = waitpid(identifier, &status, options) } while found < 0 && errno == EINTR
    guard found == identifier else { return nil }
    kill(-group, SIGKILL)
    ending = status & 0x7f == 0 ? .exit((status >> 8) & 0xff) : .signal(status & 0x7f)
    return ending
  }
}
