#if os(Linux)
  import Foundation
  import Testing

  /// The calls that the library of faults lets fail, or ends the process at: which, and how many.
  ///
  /// A few of each kind are tried, others in each scenario; with `ZOO_TORTURE=all` every one, and with `ZOO_TORTURE=1/20`
  /// each twentieth of those (`2/20` the ones behind them, and so on), so that a machine can take a share.
  enum Faults {
    static let kinds = ["open", "write", "flush", "rename", "read", "allocate", "thread"]

    /// A fault, and what the tool made of it.
    struct Trial {
      let fault: String
      let status: Int32
      let text: String
      var isKill: Bool { fault.hasSuffix("kill") }

      /// Expects a failure to be this number of our own errors.
      func expectMessages(_ count: ClosedRange<Int>) {
        guard !isKill, status != 0 else { return }
        #expect(status < 128, "\(fault): \(text)")
        let errors = text.split(separator: "\n").filter { $0.hasPrefix("error:") }
        #expect(count.contains(errors.count), "\(fault): \(text)")
      }
    }

    /// Runs the tool with a fault among its calls on files below `folder`.
    static func run(_ words: [String], under folder: String, fault: String) throws -> Trial {
      let (status, text) = try run(words, under: folder, settings: "ZOO_FAULT=\(fault)")
      return Trial(fault: fault, status: status, text: text)
    }

    /// How many calls of each kind `words` makes.
    static func counts(_ words: [String], under folder: String) throws -> [String: Int] {
      let file = folder + "-counts"
      defer { try? FileManager.default.removeItem(atPath: file) }
      let whole = try run(words, under: folder, settings: "ZOO_FAULT_COUNT='\(file)'")
      try #require(whole.status == 0, "\(whole)")
      var counts: [String: Int] = [:]
      for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
        let parts = line.split(separator: " ")
        counts[String(parts[0])] = Int(parts[1])
      }
      return counts
    }

    private static func run(
      _ words: [String], under folder: String, settings: String
    ) throws -> (status: Int32, text: String) {
      let library = try #require(Tool.product("libFaultInjection.so"), "the library isn't built beside the tests")
      let tool = try Tool(
        words, setUp: "export ZOO_FAULT_UNDER='\(folder)' \(settings); export LD_PRELOAD='\(library)'")
      return try tool.result(within: 120)
    }

    /// What `ZOO_TORTURE` asks for.
    static let share: (part: Int, of: Int)? = {
      guard let text = ProcessInfo.processInfo.environment["ZOO_TORTURE"], text != "all" else {
        return ProcessInfo.processInfo.environment["ZOO_TORTURE"].map { _ in (1, 1) }
      }
      let numbers = text.split(separator: "/").compactMap { Int($0) }
      return numbers.count == 2 && numbers[0] >= 1 && numbers[1] >= numbers[0] ? (numbers[0], numbers[1]) : nil
    }()

    /// Those of one kind that are tried.
    /// - Parameter place: shifts what is tried, so that the kinds meet different moments.
    static func tried(_ kind: String, _ count: Int, _ place: Int) -> [String] {
      if let (part, parts) = share {
        let all = (0..<count).flatMap { number in ["fail", "kill"].map { "\(kind):\(number + 1):\($0)" } }
        // Kinds of few calls don't all begin with the first.
        return all.enumerated().filter { ($0.offset + place) % parts == part - 1 }.map(\.element)
      }
      guard count > 0 else { return [] }
      // Where reads, allocations and starts of threads end the process is where other calls do.
      let kills = ["write", "rename"].contains(kind)
      let fail = "\(kind):\(1 + (count * (2 * place + 3) / 16) % count):fail"
      return kills ? [fail, "\(kind):\(1 + count * (place + 2) / 9 % count):kill"] : [fail]
    }
  }
#endif
