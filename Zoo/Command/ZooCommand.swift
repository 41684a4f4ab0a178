import Foundation
import ZooWorkbench

/// The tool. A package that adds plugins gets all of it in three lines:
///
/// ```swift
/// import ZooCommand
/// ZooCommand.main(registry: try Registry.standard.adding([myBackbone]))
/// ```
public enum ZooCommand {
  /// The version of the tool.
  public static let version = ToolVersion.current

  /// Does what the command line of this process says, and ends the process.
  /// - Parameters:
  ///   - registry: the parts that specs may name.
  ///   - catalogue: the specs that have names.
  ///   - operators: that graphs and parts may use.
  public static func main(
    registry: Registry = .standard, catalogue: SpecCatalogue = .standard, operators: OperatorTable = .standard
  ) -> Never {
    StandardDescriptors.open()
    Interruption.listen()
    let console = Console.standard()
    guard areWordsText else {
      // What isn't UTF-8 would be mended: two files that differ in such bytes alone would be one.
      console.error("a word of the command line isn't text in UTF-8; expected names of files in UTF-8")
      exit(ZooError.Kind.usage.rawValue)
    }
    exit(
      run(
        Array(CommandLine.arguments.dropFirst()), registry: registry, catalogue: catalogue, operators: operators,
        console: console))
  }

  private static var areWordsText: Bool {
    let words = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return words.allSatisfy { word in word.map { String(validatingCString: $0) != nil } ?? true }
  }

  /// Does what `words` say and returns the exit status: 0 done, 1 failed, 64 wrong usage, 65 wrong input,
  /// 130 interrupted.
  public static func run(
    _ words: [String], registry: Registry = .standard, catalogue: SpecCatalogue = .standard,
    operators: OperatorTable = .standard, console: Console
  ) -> Int32 {
    do {
      try InstructionSet.checkWish()
      try OperatorTable.$current.withValue(operators) {
        try dispatch(words, Invocation(registry: registry, catalogue: catalogue, console: console))
      }
      return 0
    } catch let error as ZooError {
      console.error("\(error)")
      return error.kind.rawValue
    } catch let error as SpecProblems {
      for problem in error.problems { console.error("\(problem)") }
      return error.kind.rawValue
    } catch let needed as ValueNeeded {
      let error = ZooError(needed)
      console.error("\(error)")
      return error.kind.rawValue
    } catch is Console.Closed {
      return 0
    } catch let told as Console.Told {
      return told.kind.rawValue
    } catch {
      console.error("\(error)")
      return ZooError.Kind.failed.rawValue
    }
  }

  /// Every command, in the order of the overview.
  static let commands: [Command] = [
    .list, .check, .train, .evaluate, .predict, .embed, .deaths, .compare, .show, .verify, .run, .importModel,
    .exportModel, .graft,
    .conformance, .bench, .report, .card,
    .simulate, .simulateFields, .dataCells, .dataLabel, .dataImport, .dataExport, .dataLook, .dataAnnotate, .dataAgree,
    .checkPlugin, .new,
  ]

  private static func dispatch(_ words: [String], _ invocation: Invocation) throws {
    let console = invocation.console
    guard let name = words.first, !["--help", "-h"].contains(name), words != ["help"] else {
      return try console.output(HelpPage.overview(commands))
    }
    if name == "--version" { return try console.output("zoo \(version)\n") }
    if name == "help" { return try console.output(HelpPage.page(command(words.dropFirst()))) }
    let command = try command(words[...])
    let rest = Array(words.dropFirst(command.name.split(separator: " ").count))
    guard let parsed = try ArgumentParser(command: command).parse(rest, into: invocation) else {
      return try console.output(HelpPage.page(command))
    }
    try parsed.checkOutputs(of: command)
    guard let memory = try parsed.declaredMemory() else { return try command.run(parsed) }
    let account = MemoryAccount(memory.byteCount, origin: memory.origin)
    try MemoryAccount.$current.withValue(account) { try command.run(parsed) }
  }

  /// The command that the first words name: two of them if there is such a command, e.g. `simulate fields`.
  private static func command(_ words: ArraySlice<String>) throws -> Command {
    let name = words.first ?? ""
    let pair = words.prefix(2).joined(separator: " ")
    if words.count > 1, let command = commands.first(where: { $0.name == pair }) { return command }
    if let command = commands.first(where: { $0.name == name }) { return command }
    let kin = commands.map(\.name).filter { $0.hasPrefix(name + " ") }
    guard kin.isEmpty else {
      let second = words.dropFirst().first.map { "no command '\(name) \($0)'" } ?? "more to say after '\(name)'"
      throw ZooError(
        .usage, problem: "there is \(second)", expected: kin.map { "zoo \($0)" }.joined(separator: ", "),
        remedy: NearestName.of(pair, in: kin).map { "Did you mean '\($0)'?" } ?? "See `zoo help \(kin[0])`")
    }
    throw ZooError(
      .usage, problem: "there is no command '\(name)'",
      remedy: NearestName.of(name, in: commands.map(\.name)).map { "Did you mean '\($0)'?" } ?? "See `zoo --help`")
  }
}
