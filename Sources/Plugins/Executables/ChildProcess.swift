import Foundation

/// A program that runs beside this one, with files for its standard input, output and error.
///
/// Foundation's `Process` learns of an end through a run loop, and can miss it when several threads start programs at
/// once; here it is asked for.
package final class ChildProcess {
  package enum Ending: Sendable, Hashable {
    case exit(Int32)
    case signal(Int32)
  }

  package let identifier: pid_t
  private var ending: Ending?

  /// Starts the program at `path`.
  /// - Parameters:
  ///   - environment: what is added to the environment of this process.
  ///   - input: file to read; must be there. `output` and `messages` are made, or written from their end.
  /// - Throws: ``ZooError`` if it can't be started.
  package init(
    _ path: String, arguments: [String] = [], environment: [String: String] = [:], input: String = "/dev/null",
    output: String, messages: String
  ) throws {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, messages, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    // Signals that this process ignores or holds back are not to be so in the program.
    #if canImport(Darwin)
      var attributes: posix_spawnattr_t?
    #else
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGPIPE, SIGXFSZ] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // A group of its own, so that what the program starts ends with it.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETPGROUP))
    var identifier: pid_t = 0
    var status = posix_spawn(&identifier, path, &actions, &attributes, &words, &settings)
    // A program that has just been written is busy as long as another thread's child has its file open, between the
    // moments in which that child is made and becomes a program itself.
    var attempts = 0
    while status == ETXTBSY && attempts < 100 {
      usleep(10_000)
      status = posix_spawn(&identifier, path, &actions, &attributes, &words, &settings)
      attempts += 1
    }
    guard status == 0 else {
      throw ZooError(
        .badInput, file: path, problem: "can't be started: \(String(cString: strerror(status)))",
        expected: "a program of this machine")
    }
    self.identifier = identifier
  }

  /// How the program ended, or `nil` while it runs.
  package func poll() -> Ending? { collect(WNOHANG) }

  /// Waits for the end.
  package func wait() -> Ending { collect(0) ?? .exit(0) }

  /// Sends `signal` to the program and to all that it has started.
  package func send(_ signal: Int32) {
    if ending == nil { kill(-identifier, signal) }
  }

  private func collect(_ options: Int32) -> Ending? {
    if let ending { return ending }
    var status: Int32 = 0
    var found: pid_t
    repeat { found = waitpid(identifier, &status, options) } while found < 0 && errno == EINTR
    guard found == identifier else { return nil }
    kill(-identifier, SIGKILL)
    ending = status & 0x7f == 0 ? .exit((status >> 8) & 0xff) : .signal(status & 0x7f)
    return ending
  }
}
