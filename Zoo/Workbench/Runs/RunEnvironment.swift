import Foundation

/// `environment.json`: the facts of the run that are not facts of the model.
package struct RunEnvironment: Codable, Sendable, Hashable {
  /// The words of the command line, the program's name first.
  package var command: [String]
  /// Of the tool; `nil` in runs of versions that didn't write it down.
  package var version: String?
  /// The commit that the working folder was at, if it lies in a repository of git; what had been changed since isn't known.
  package var commit: String?
  /// Start of the run in UTC, ISO 8601.
  package var started: String
  package var operatingSystem: String
  package var processor: String
  /// Logical processors of the machine.
  package var cores: Int
  /// Memory of the machine in bytes.
  package var memory: UInt64
  /// Workers that the run used.
  package var threads: Int
  /// The kernels' instruction set, e.g. `avx512`.
  package var instructionSet: String
  /// What changed between two sittings of the run and was accepted, in words and in order.
  package var accepted: [String]?

  package init(
    command: [String], started: String, operatingSystem: String, processor: String, cores: Int, memory: UInt64,
    threads: Int, instructionSet: String
  ) {
    self.command = command
    self.started = started
    self.operatingSystem = operatingSystem
    self.processor = processor
    self.cores = cores
    self.memory = memory
    self.threads = threads
    self.instructionSet = instructionSet
  }

  /// The facts of this machine and process, now.
  package static func current(
    command: [String] = CommandLine.arguments, threads: Int, instructionSet: String
  ) -> RunEnvironment {
    let process = ProcessInfo.processInfo
    var environment = RunEnvironment(
      command: command, started: Date().ISO8601Format(), operatingSystem: process.operatingSystemVersionString,
      processor: processorName(), cores: process.processorCount, memory: process.physicalMemory, threads: threads,
      instructionSet: instructionSet)
    environment.version = ToolVersion.current
    environment.commit = GitCommit.of(folder: FileManager.default.currentDirectoryPath)
    return environment
  }

  /// What the system calls the processor, e.g. `Intel(R) Xeon(R) Processor`.
  private static func processorName() -> String {
    #if canImport(Darwin)
      var size = 0
      sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0)
      var bytes = [UInt8](repeating: 0, count: size)
      sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0)
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    #else
      let facts = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let line = facts.split(separator: "\n").first { $0.hasPrefix("model name") }
      let name = line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
      return name ?? "unknown"
    #endif
  }
}
