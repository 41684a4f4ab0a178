import ZooFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The only way in which this project starts a thread.
///
/// The system may have none to give (a limit of processes, of a control group or of the address space). Foundation's
/// `Thread` then fails without a word and Dispatch sleeps until there is one, for ever if need be; here it is an answer,
/// and whoever asks does the work with fewer.
package enum WorkerThread {
  /// Runs `body` on a new detached thread, with the starter's account of memory and operators, or returns `false` if the system has no
  /// thread left.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let account = MemoryAccount.current
    let operators = OperatorTable.current
    let box = Unmanaged.passRetained(
      ThreadBody {
        MemoryAccount.$current.withValue(account) { OperatorTable.$current.withValue(operators) { body() } }
      })
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, nil, threadEntry, box.toOpaque())
    guard status == 0 else {
      box.release()
      return false
    }
    #if canImport(Darwin)
      if let thread { pthread_detach(thread) }
    #else
      pthread_detach(thread)
    #endif
    return true
  }
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

#if canImport(Darwin)
  private func threadEntry(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }
#else
  private func threadEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
  }
#endif
