import Foundation

/// The most memory that this process has had resident.
enum PeakMemory {
  /// In bytes; 0 if the system doesn't say.
  static var bytes: Int {
    #if !canImport(Darwin)
      // On Linux `getrusage` starts from what the parent had, so /proc comes first.
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      if let kilobytes { return kilobytes * 1024 }
    #endif
    var usage = rusage()
    #if canImport(Darwin)
      guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #else
      guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return usage.ru_maxrss * 1024
    #endif
  }
}
