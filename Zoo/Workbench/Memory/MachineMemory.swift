import Foundation

/// How much memory a process may still take on this machine.
enum MachineMemory {
  /// In bytes: what the system says is available, or what the process's control group leaves if that is less; `nil` if
  /// the system doesn't say.
  static var available: Int? {
    #if canImport(Darwin)
      // What others hold can be compressed or paged out, so all of the memory counts.
      return Int(clamping: ProcessInfo.processInfo.physicalMemory)
    #else
      let information = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
      let line = information.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
      let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      let limits = [kilobytes.map { $0 * 1024 }, controlGroup].compactMap { $0 }
      return limits.min()
    #endif
  }

  #if !canImport(Darwin)
    /// What the control group (version 2) leaves.
    private static var controlGroup: Int? {
      func number(_ file: String) -> Int? {
        (try? String(contentsOfFile: "/sys/fs/cgroup/\(file)", encoding: .utf8)).flatMap {
          Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
      }
      guard let most = number("memory.max"), let used = number("memory.current") else { return nil }
      return max(0, most - used)
    }
  #endif
}
