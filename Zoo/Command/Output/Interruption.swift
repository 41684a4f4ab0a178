import Foundation
import Synchronization

/// Ctrl-C and its kin.
///
/// Work that can save itself says so by ``Saving``, and is asked to (training looks after each step); a second signal, or one to anything else,
/// ends the program at once, with the words that ``lastWords(_:)`` was given. Files are written whole or not at all, so
/// nothing half-done stays behind.
enum Interruption {
  private static let requested = Atomic<Bool>(false)
  /// How many pieces of work save themselves.
  private static let saving = Atomic<Int>(0)
  /// The address of a text that ends with a zero, for a signal handler may not make one.
  private static let words = Atomic<UInt>(0)

  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Ignores SIGPIPE and SIGXFSZ, so that a closed pipe and a file too large are errors of the write, and listens to
  /// SIGINT, SIGTERM, SIGQUIT and SIGHUP; to the last only if nobody (`nohup`) has it ignored.
  static func listen() {
    lastWords("stopped by a signal.")
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var hangup = sigaction()
    sigaction(SIGHUP, nil, &hangup)
    let isIgnored = (hangup.sa_flags & SA_SIGINFO) == 0 && Self.isIgnored(hangup)
    for number in [SIGINT, SIGTERM, SIGQUIT] + (isIgnored ? [] : [SIGHUP]) {
      signal(number) { _ in
        let isFirst = !Interruption.requested.exchange(true, ordering: .relaxed)
        if !isFirst || Interruption.saving.load(ordering: .relaxed) == 0 { Interruption.end() }
      }
    }
  }

  /// One piece of work, which may run beside others.
  final class Saving: Sendable {
    private let isSaving = Atomic<Bool>(false)

    /// From now on the work looks at ``isRequested`` and saves itself, or no longer does.
    func set(_ isSaving: Bool) {
      let before = self.isSaving.exchange(isSaving, ordering: .relaxed)
      if before != isSaving { Interruption.saving.add(isSaving ? 1 : -1, ordering: .relaxed) }
    }
  }

  /// Does work that looks at ``isRequested`` and leaves nothing half-done.
  static func cleanly<Result>(_ body: () throws -> Result) rethrows -> Result {
    let saving = Saving()
    saving.set(true)
    defer { saving.set(false) }
    return try body()
  }

  /// What is said if a signal ends the program at once; nothing if `nil`. The text lives as long as the program.
  static func lastWords(_ text: String?) {
    guard let text else { return words.store(0, ordering: .relaxed) }
    guard let copy = strdup("error: \(text)\n") else { return }
    words.store(UInt(bitPattern: copy), ordering: .relaxed)
  }

  /// Only what a signal handler may do.
  private static func end() -> Never {
    if let text = UnsafePointer<CChar>(bitPattern: words.load(ordering: .relaxed)) {
      _ = write(STDERR_FILENO, text, strlen(text))
    }
    _exit(130)
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// The three descriptors that every program counts on.
enum StandardDescriptors {
  /// Opens those that are closed on nothing, before a file of ours can get their numbers and be written to as if it were
  /// a terminal.
  static func open() {
    while true {
      let descriptor = Foundation.open("/dev/null", O_RDWR)
      guard (0...2).contains(descriptor) else {
        if descriptor > 2 { close(descriptor) }
        return
      }
    }
  }
}
