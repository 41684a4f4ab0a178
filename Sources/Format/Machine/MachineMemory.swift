#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much memory a process may still take on this machine.
package enum MachineMemory {
  /// In bytes, with who says so: the least of what the system has available, what the process's control groups leave
  /// (version 1 and 2) and what its address space and its data may still grow (`ulimit -v`, `-d`); `nil` if the system
  /// doesn't say.
  package static var available: (byteCount: Int, origin: String)? {
    #if canImport(Darwin)
      // What others hold can be compressed or paged out, so all of the memory counts.
      var size: UInt64 = 0
      var width = MemoryLayout<UInt64>.size
      guard sysctlbyname("hw.memsize", &size, &width, nil, 0) == 0 else { return nil }
      return (Int(clamping: size), "the machine's memory")
    #else
      return available(root: "")
    #endif
  }

  #if !canImport(Darwin)
    /// - Parameter root: what stands before `/proc`, for tests.
    package static func available(root: String) -> (byteCount: Int, origin: String)? {
      let information = SystemText.read(root + "/proc/meminfo") ?? ""
      let line = information.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
      var found: [(byteCount: Int, origin: String)] = []
      if let kilobytes = line?.dropFirst("MemAvailable:".count).integer {
        found.append((kilobytes * 1024, "the machine's available memory"))
      }
      if let left = ControlGroups(root: root).memory {
        found.append((left, "what the process's control group leaves"))
      }
      let pages = (SystemText.read(root + "/proc/self/statm") ?? "").split(whereSeparator: \.isWhitespace)
      let limits = SystemText.read(root + "/proc/self/limits") ?? ""
      for (name, column, origin) in [
        ("Max address space", 0, "what the limit of address space leaves (ulimit -v)"),
        ("Max data size", 5, "what the limit of data leaves (ulimit -d)"),
      ] {
        guard let limit = limits.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
          let most = limit.dropFirst(name.count).integer, pages.count > column, let used = Int(pages[column])
        else { continue }
        found.append((max(0, most - used * Int(sysconf(Int32(_SC_PAGESIZE)))), origin))
      }
      return found.min { $0.byteCount < $1.byteCount }
    }
  #endif
}
