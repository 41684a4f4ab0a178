/// What the control groups of Linux leave this process, in version 1 and 2: a limit may stand at the process's own group
/// and at every group around it, and the least of them holds.
///
/// Where the groups are is what `/proc/self/cgroup` and `/proc/self/mountinfo` say, so that a container, a job of a
/// scheduler and a user's slice are all seen from inside.
package struct ControlGroups: Sendable {
  private let root: String
  /// For each mounted hierarchy its controllers (none for version 2) and the folders from the process's group outwards.
  private var hierarchies: [(controllers: Set<String>, folders: [String])] = []

  /// - Parameter root: what stands before `/proc` and the mount points, for tests.
  package init(root: String = "") {
    self.root = root
    guard let groups = SystemText.read(root + "/proc/self/cgroup"),
      let mounts = SystemText.read(root + "/proc/self/mountinfo")
    else { return }
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = Set(fields[1].split(separator: ",").map(String.init))
      guard let mount = Self.mount(of: controllers, in: mounts) else { continue }
      hierarchies.append((controllers, Self.folders(of: String(fields[2]), mount)))
    }
  }

  /// The processors that the quotas of time allow, or `nil` if there is none.
  package var processors: Double? {
    folders("cpu").compactMap { isUnified, folder -> Double? in
      let quota: (time: Int?, period: Int?)
      if isUnified {
        let words = (text(folder, "cpu.max") ?? "").split(whereSeparator: \.isWhitespace)
        quota = (words.first.flatMap { Int($0) }, words.dropFirst().first.flatMap { Int($0) })
      } else {
        quota = (number(folder, "cpu.cfs_quota_us"), number(folder, "cpu.cfs_period_us"))
      }
      guard let time = quota.time, let period = quota.period, time > 0, period > 0 else { return nil }
      return Double(time) / Double(period)
    }.min()
  }

  /// The bytes of memory that the groups leave, or `nil` if none has a limit. Pages of files that the system can drop
  /// again don't count as taken.
  package var memory: Int? {
    folders("memory").compactMap { isUnified, folder -> Int? in
      let limits =
        isUnified
        ? [number(folder, "memory.max"), number(folder, "memory.high")] : [number(folder, "memory.limit_in_bytes")]
      // Version 1 says "no limit" by a number next to the largest.
      guard let most = limits.compactMap({ $0 }).min(), most < 1 << 60,
        let used = number(folder, isUnified ? "memory.current" : "memory.usage_in_bytes")
      else { return nil }
      let name = isUnified ? "inactive_file " : "total_inactive_file "
      let line = text(folder, "memory.stat")?.split(separator: "\n").first { $0.hasPrefix(name) }
      let dropped = min(line?.dropFirst(name.count).integer ?? 0, used)
      return max(0, most - (used - dropped))
    }.min()
  }

  private func folders(_ controller: String) -> [(isUnified: Bool, folder: String)] {
    hierarchies.filter { $0.controllers.isEmpty || $0.controllers.contains(controller) }.flatMap { hierarchy in
      hierarchy.folders.map { (hierarchy.controllers.isEmpty, $0) }
    }
  }

  private func text(_ folder: String, _ name: String) -> String? {
    SystemText.read(root + folder + "/" + name, limit: 64 << 10)
  }
  private func number(_ folder: String, _ name: String) -> Int? { text(folder, name)?.integer }

  /// Where a hierarchy is mounted, and which of its groups stands there.
  private static func mount(of controllers: Set<String>, in mounts: String) -> (point: String, group: String)? {
    for line in mounts.split(separator: "\n") {
      // 36 35 98:0 /group /mount/point options … - type source superoptions
      let words = line.words
      guard words.count > 5, let dash = words.firstIndex(of: "-"), words.count > dash + 3 else { continue }
      let isWanted =
        controllers.isEmpty
        ? words[dash + 1] == "cgroup2"
        : words[dash + 1] == "cgroup"
          && !controllers.isDisjoint(with: words[dash + 3].split(separator: ",").map(String.init))
      if isWanted { return (unescaped(words[4]), unescaped(words[3])) }
    }
    return nil
  }

  /// The folder of `group` and those around it, up to the mount point.
  private static func folders(of group: String, _ mount: (point: String, group: String)) -> [String] {
    var parts = group.split(separator: "/").map(String.init)
    let around = mount.group.split(separator: "/").map(String.init)
    // Seen from a namespace of its own, or mounted from another place, the group is what is mounted.
    parts = parts.starts(with: around) && !parts.contains("..") ? Array(parts.dropFirst(around.count)) : []
    return (0...parts.count).reversed().map { ([mount.point] + parts[..<$0]).joined(separator: "/") }
  }

  /// Spaces and the like stand in the table of mounts as a backslash and three octal digits.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.first {
      let digits = rest.dropFirst().prefix(3)
      if first == 92, digits.count == 3, let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
        bytes.append(code)
        rest = rest.dropFirst(4)
      } else {
        bytes.append(first)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
