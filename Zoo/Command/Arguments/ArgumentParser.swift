import ZooWorkbench

/// Sorts the words behind a command's name into arguments, overrides and options.
struct ArgumentParser {
  let command: Command

  /// - Returns: `nil` if help is asked for.
  /// - Throws: ``ZooError`` of kind `usage` about the first word that doesn't fit.
  func parse(_ words: [String], into invocation: Invocation) throws(ZooError) -> Invocation? {
    var invocation = invocation
    var rest = words[...]
    var optionsEnded = false
    while let word = rest.popFirst() {
      if !optionsEnded, word == "--" {
        optionsEnded = true
      } else if !optionsEnded, word == "--help" || word == "-h" {
        return nil
      } else if !optionsEnded, word.hasPrefix("-"), word.count > 1 {
        try take(option: word, &rest, &invocation)
      } else if command.takesOverrides, Self.isOverride(word) {
        invocation.overrides.append(word)
      } else {
        invocation.words.append(word)
      }
    }
    try checkCount(invocation.words)
    return invocation
  }

  private func take(
    option word: String, _ rest: inout ArraySlice<String>, _ invocation: inout Invocation
  ) throws(ZooError) {
    let isLong = word.hasPrefix("--")
    let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    let match = command.options.first { isLong ? $0.name == name : $0.letter.map(String.init) == name }
    guard let option = match else { throw unknown(word, name) }
    let isRepeated = invocation.has(option.name) || invocation.values[option.name] != nil
    if isRepeated && !option.repeats {
      throw ZooError(.usage, problem: "--\(option.name) is given twice", remedy: "Remove one of them")
    }
    guard let placeholder = option.value else {
      guard parts.count == 1 else { throw ZooError(.usage, problem: "--\(option.name) takes no value") }
      invocation.switches.insert(option.name)
      return
    }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
      throw ZooError(.usage, problem: "--\(option.name) needs a value", expected: "--\(option.name) \(placeholder)")
    }
    invocation.values[option.name, default: []].append(value)
  }

  private func unknown(_ word: String, _ name: String) -> ZooError {
    let names = command.options.map(\.name) + ["help"]
    let nearest = NearestName.of(name, in: names)
    return ZooError(
      .usage, problem: "`zoo \(command.name)` has no option '\(word)'",
      remedy: nearest.map { "Did you mean '--\($0)'?" } ?? "See `zoo \(command.name) --help`")
  }

  private func checkCount(_ words: [String]) throws(ZooError) {
    let least = command.arguments.reduce(0) { $0 + $1.count.lowerBound }
    let most = command.arguments.reduce(0) { most, argument in
      let (sum, overflow) = most.addingReportingOverflow(argument.count.upperBound)
      return overflow ? Int.max : sum
    }
    if words.count < least {
      var missing = least - words.count
      let names = command.arguments.reversed().prefix { argument in
        defer { missing -= argument.count.lowerBound }
        return missing > 0
      }.map(\.name).reversed().joined(separator: " ")
      throw ZooError(
        .usage, problem: "\(names) is missing", expected: HelpPage.usage(of: command),
        remedy: "See `zoo \(command.name) --help`")
    }
    if words.count > most {
      throw ZooError(
        .usage, problem: "'\(words[most])' is one argument too many", expected: HelpPage.usage(of: command),
        remedy: "See `zoo \(command.name) --help`")
    }
  }

  /// Whether `word` has a key path before its first `=`.
  private static func isOverride(_ word: String) -> Bool {
    guard let equals = word.firstIndex(of: "=") else { return false }
    return word[..<equals].allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
  }
}
