import Foundation
import Testing
import ZooFormat

/// Folders that look like a machine's `/proc` and `/sys`.
private struct FakeMachine {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path

  init(_ files: [String: String]) throws {
    for (path, text) in files {
      let file = URL(fileURLWithPath: root + path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: root) }
}

@Suite("Control groups") struct ControlGroupsTests {
  private static let unified = [
    "/proc/self/cgroup": "0::/job.slice/step 7\n",
    "/proc/self/mountinfo":
      "25 1 0:2 / / rw - ext4 /dev/a rw\n31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n",
  ]
  private static let old = [
    "/proc/self/cgroup": "4:memory:/job\n2:cpu,cpuacct:/docker/abc\n0::/\n",
    "/proc/self/mountinfo": """
    32 31 0:29 /docker/abc /sys/fs/cgroup/cpu\\040set rw - cgroup cgroup rw,cpu,cpuacct
    35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory

    """,
  ]

  @Test("of version 2 limit by the least quota of the process's own group and those around it")
  func unifiedQuota() throws {
    let machine = try FakeMachine(
      Self.unified.merging([
        "/sys/fs/cgroup/job.slice/step 7/cpu.max": "max 100000\n",
        "/sys/fs/cgroup/job.slice/cpu.max": "150000 100000\n",
      ]) { $1 })
    defer { machine.remove() }
    #expect(ControlGroups(root: machine.root).processors == 1.5)
    #expect(ControlGroups(root: machine.root).memory == nil)
  }

  @Test("of version 1 limit by quota and period; the mounted group may be the process's own")
  func oldQuota() throws {
    let machine = try FakeMachine(
      Self.old.merging([
        "/sys/fs/cgroup/cpu set/cpu.cfs_quota_us": "300000\n", "/sys/fs/cgroup/cpu set/cpu.cfs_period_us": "100000\n",
      ]) { $1 })
    defer { machine.remove() }
    #expect(ControlGroups(root: machine.root).processors == 3)
  }

  @Test("without a quota don't limit")
  func noQuota() throws {
    let machine = try FakeMachine(
      Self.old.merging([
        "/sys/fs/cgroup/cpu set/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu set/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "9223372036854771712\n",
        "/sys/fs/cgroup/memory/job/memory.usage_in_bytes": "5\n",
      ]) { $1 })
    defer { machine.remove() }
    #expect(ControlGroups(root: machine.root).processors == nil)
    #expect(ControlGroups(root: machine.root).memory == nil)
    #expect(ControlGroups(root: "/nowhere").processors == nil)
  }

  @Test("leave what is below the limit, without the pages of files that can be dropped")
  func memory() throws {
    let unified = try FakeMachine(
      Self.unified.merging([
        "/sys/fs/cgroup/job.slice/step 7/memory.max": "1000\n",
        "/sys/fs/cgroup/job.slice/step 7/memory.current": "700\n",
        "/sys/fs/cgroup/job.slice/step 7/memory.stat": "anon 300\ninactive_file 400\n",
        "/sys/fs/cgroup/job.slice/memory.max": "max\n", "/sys/fs/cgroup/job.slice/memory.current": "5000\n",
      ]) { $1 })
    defer { unified.remove() }
    #expect(ControlGroups(root: unified.root).memory == 700)
    let old = try FakeMachine(
      Self.old.merging([
        "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "1000\n",
        "/sys/fs/cgroup/memory/job/memory.usage_in_bytes": "900\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "3000\n",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes": "2950\n",
      ]) { $1 })
    defer { old.remove() }
    #expect(ControlGroups(root: old.root).memory == 50, "the group around it leaves less")
  }

  #if os(Linux)
    @Test("and limits of address space are believed before what the whole machine has")
    func addressSpace() throws {
      let page = sysconf(Int32(_SC_PAGESIZE))
      let machine = try FakeMachine([
        "/proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    4000 kB\n", "/proc/self/statm": "10 5 1 1 0 4 0\n",
        "/proc/self/limits":
          "Limit  Soft\nMax data size  unlimited  unlimited bytes\nMax address space  1000000  unlimited  bytes\n",
      ])
      defer { machine.remove() }
      let found = try #require(MachineMemory.available(root: machine.root))
      #expect(found.byteCount == 1_000_000 - 10 * page)
      #expect(found.origin.contains("ulimit -v"))
    }
  #endif
}
