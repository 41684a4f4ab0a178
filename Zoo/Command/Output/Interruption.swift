import Foundation
import Synchronization

/// Ctrl-C and its kin.
///
/// A command that can stop cleanly says so by ``handled(by:)``, and is asked to; a second signal, or one to any other
/// command, ends the program at once. Files are written whole or not at all, so nothing half-done stays behind.
enum Interruption {
  private static let requested = Atomic<Bool>(false)
  private static let isHandled = Atomic<Bool>(false)

  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Ignores SIGPIPE and SIGXFSZ, so that a closed pipe and a file too large are errors of the write, and listens to
  /// SIGINT and SIGTERM.
  static func listen() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        let isFirst = !Interruption.requested.exchange(true, ordering: .relaxed)
        if !isFirst || !Interruption.isHandled.load(ordering: .relaxed) { _exit(130) }
      }
    }
  }

  static func handled<R>(by body: () throws -> R) rethrows -> R {
    isHandled.store(true, ordering: .relaxed)
    defer { isHandled.store(false, ordering: .relaxed) }
    return try body()
  }
}
