import ZooWorkbench

/// One command of the tool: what it takes, what its help says, what it does.
struct Command: Sendable {
  /// A word of the command line that is no option.
  struct Argument: Sendable {
    /// As the help shows it, e.g. `SPEC`.
    var name: String
    var help: String
    /// How many words it takes.
    var count: ClosedRange<Int> = 1...1
  }

  struct Option: Sendable {
    /// Without the dashes, e.g. `run-dir`.
    var name: String
    /// A single letter that stands for the option, e.g. `o`.
    var letter: Character?
    /// What the help calls the value, e.g. `DIR`; `nil` for a switch.
    var value: String?
    var help: String
    /// What is written to the path that the value is; `nil` if it is no path, or one that is read.
    var output: Output?
    /// Whether it may be given more than once.
    var repeats = false
  }

  enum Output: Sendable {
    /// A file, which may replace one.
    case file
    /// The same, in our own format: no name of another.
    case model
    /// A folder, which mustn't hold anything yet.
    case folder
    /// A file behind a name and an equals sign, which may replace one.
    case namedFile
  }

  struct Example: Sendable {
    var line: String
    var help: String
  }

  var name: String
  /// One line, an imperative with a full stop.
  var summary: String
  /// What else the help says, in paragraphs.
  var discussion = ""
  var arguments: [Argument] = []
  /// Whether `key.path=value` changes the spec.
  var takesOverrides = false
  var options: [Option] = []
  var examples: [Example] = []
  var run: @Sendable (Invocation) throws -> Void
}

/// A command line that has been understood.
struct Invocation: Sendable {
  var words: [String] = []
  var overrides: [String] = []
  var switches: Set<String> = []
  var values: [String: [String]] = [:]
  var registry: Registry
  var catalogue: SpecCatalogue
  var console: Console

  func has(_ option: String) -> Bool { switches.contains(option) }

  /// The value of an option, if it was given.
  func value(_ option: String) -> String? { values[option]?.last }

  /// Refuses changes of a spec beside `word`, a model that is made already.
  func refuseOverrides(of word: String) throws {
    guard let override = overrides.first else { return }
    throw ZooError(
      .usage, problem: "'\(override)' changes a spec, but '\(word)' is a model that is made already",
      remedy: "Leave it out")
  }

  /// Refuses options that would do nothing; `reason` says where, e.g. `has no effect without --quantize`.
  func refuse(_ options: [String], _ reason: String) throws {
    guard let option = options.first(where: { has($0) || values[$0] != nil }) else { return }
    throw ZooError(.usage, problem: "--\(option) \(reason)", remedy: "Leave it out")
  }

  /// Refuses what can't be written in the end, before the work for it is done.
  /// - Throws: ``ZooError`` if a file can't be made at the place that an option names, something else stands there, or it
  ///   is that of another output or of a file that is read.
  func checkOutputs(of command: Command) throws {
    let inputs = command.options.filter { $0.output == nil && $0.value != nil }.flatMap { values[$0.name] ?? [] }
    // Behind an equals sign: `zoo run --input NAME=FILE`.
    let read = (words + inputs).flatMap { [$0, $0.split(separator: "=").last.map(String.init) ?? $0] }
    var taken: [String: String] = [:]
    for option in command.options {
      guard let output = option.output else { continue }
      for value in values[option.name] ?? [] {
        let path = output == .namedFile ? String(value.split(separator: "=").last ?? "") : value
        guard !path.isEmpty else { continue }
        switch output {
        case .file, .model, .namedFile: try OutputPath.checkFile(path)
        case .folder: try OutputPath.checkFolder(path)
        }
        let place = OutputPath.place(path)
        if let other = taken.updateValue(option.name, forKey: place) {
          throw ZooError(
            .usage, file: path,
            problem: other == option.name
              ? "is named twice by --\(other)" : "is where both --\(other) and --\(option.name) are to go",
            expected: "a place for each", remedy: "Give one of them another name")
        }
        guard !read.contains(where: { FileKind($0) == .file && OutputPath.content($0) == place }) else {
          throw ZooError(
            .usage, file: path, problem: "is read, and --\(option.name) would replace it",
            remedy: "Write to another file")
        }
        if output == .model { try OutputPath.checkModel(path, options: command.options.map(\.name)) }
      }
    }
  }

  /// The value of an option as a whole number in `range`.
  func integer(_ option: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = value(option) else { return nil }
    guard let integer = Int(text), range.contains(integer) else {
      throw ZooError(
        .usage, problem: "--\(option) is '\(text)'",
        expected: "a whole number, \(range.lowerBound)…\(range.upperBound)")
    }
    return integer
  }

  /// The value of an option as a number in `range`.
  func number(_ option: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let text = value(option) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw ZooError(
        .usage, problem: "--\(option) is '\(text)'", expected: "a number, \(range.lowerBound)…\(range.upperBound)")
    }
    return number
  }

  /// The memory that `--memory` allows, or what the machine has available.
  func memory() throws -> MemoryBudget { try declaredMemory() ?? .machine() }

  /// The memory that `--memory` allows, if it is given.
  func declaredMemory() throws -> MemoryBudget? {
    guard let text = value("memory") else { return nil }
    guard let budget = MemoryBudget(text, origin: "--memory") else {
      throw ZooError(.usage, problem: "--memory is '\(text)'", expected: "a size such as 2GB or 500MB")
    }
    return budget
  }

  /// The worker threads that `--threads` asks for, or as many as there are processors.
  func threads() throws -> Int { try integer("threads", in: 1...1024) ?? ThreadPool.availableProcessors }

  /// The element type that `--precision` asks for.
  func precision() throws -> Pass.Precision? {
    guard let word = value("precision") else { return nil }
    guard let precision = Pass.Precision(rawValue: word) else {
      throw ZooError(.usage, problem: "--precision is '\(word)'", expected: "float32 or bfloat16")
    }
    return precision
  }

  var specReader: SpecReader { SpecReader(catalogue: catalogue, registry: registry) }
}

extension Command.Option {
  static let json = Command.Option(name: "json", help: "Print the result as JSON.")
  static let precision = Command.Option(
    name: "precision", value: "P", help: "float32 or bfloat16; float32 if not given.")
  static let memory = Command.Option(
    name: "memory", value: "SIZE", help: "The most memory to take, e.g. 2GB; what the machine has if not given.")
  static let threads = Command.Option(
    name: "threads", value: "N", help: "Worker threads; as many as there are processors if not given.")
}
