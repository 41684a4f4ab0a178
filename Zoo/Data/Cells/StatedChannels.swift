import ZooFormat
import ZooImages

/// Which channel each file holds by a table that names it, or by what the microscope wrote beside it, where names of files
/// only number channels.
///
/// A microscope may number its channels otherwise from one plate to the next: what is said of a file counts, never the
/// number alone.
package struct StatedChannels: Sendable {
  /// All channels in order.
  let channels: [String]
  /// The channel of each file, in the order of the files.
  let names: [String]
  /// What was found, for whoever checks the data.
  let finding: String

  /// What tables, or the microscope's files, say.
  package struct Table: Sendable {
    /// File, relative to the root → channel.
    var names: [String: String] = [:]
    /// The channels in the tables' order.
    var order: [String] = []
    /// Who says so, of which there are several.
    private(set) var source = "CellProfiler's tables of images"
    /// Where they name the channel of a file.
    private(set) var place = "the columns FileName_…"
    /// Whether they use the words of a microscope rather than a person's.
    private(set) var areForeign = false

    init() {}

    /// - Throws: ``ZooError`` if a name of the microscope's may be that of two channels.
    init(_ index: MicroscopeIndex, _ synonyms: ChannelSynonyms) throws(ZooError) {
      var own: [String: String] = [:]
      for name in index.order { own[name] = try synonyms.resolved([name])[0] }
      names = index.names.compactMapValues { own[$0] }
      for name in index.order.compactMap({ own[$0] }) where !order.contains(name) { order.append(name) }
      let more = index.sources.count - 1
      place = (index.sources.first ?? "").onOneLine + (more > 0 ? " and \(Figures.counted(more, "file")) more" : "")
      source = "the microscope's files (\(place))"
      areForeign = true
    }

    /// What CellProfiler's tables of images say together.
    init(_ tables: [String: CellProfilerImages]) {
      for (_, table) in tables.sorted(by: { $0.key < $1.key }) {
        names.merge(table.channels) { first, _ in first }
        for name in table.channelNames where !order.contains(name) { order.append(name) }
      }
    }
  }

  /// - Throws: ``ZooError`` if the table calls a file by the name of another of the channels that `data.folderChannels` has
  ///   there. `names` are those by `rules`, `nil` of files that aren't in these folders.
  static func check(
    _ table: Table, _ found: [(path: String, values: [String: String])], names: [String?], rules: [Int?],
    _ folders: FolderChannels, folder: FieldFolder
  ) throws(ZooError) {
    for (place, item) in found.enumerated() {
      guard let rule = rules[place].map({ folders.rules[$0] }), let name = names[place],
        let stated = table.names[item.path], stated != name, rule.names.contains(stated)
      else { continue }
      throw ZooError(
        .badInput, file: folder.full(item.path), path: rule.path,
        problem: "says that this file is \(name), but \(table.source) call it \(stated)",
        expected: "one channel for each file",
        remedy:
          "Remove \(FolderChannels.key): \(table.place) name\(table.areForeign ? "s" : "") the channel of each file")
    }
  }

  /// `nil` if names of files, or `given` ones, are to be taken: the table says nothing else.
  /// - Parameters:
  ///   - found: The files with the parts of their paths.
  ///   - tokens: What stands for channels in their names, in order.
  ///   - given: `data.imageChannels`, in the order of the tokens.
  /// - Throws: ``ZooError`` with both sides if `given` names contradict the table, or if a file isn't in the table and its
  ///   name may mean either of two channels.
  init?(
    _ table: Table, _ found: [(path: String, values: [String: String])], tokens: [String], given: [String],
    folder: FieldFolder
  ) throws(ZooError) {
    // Token → what the table calls such files → how many, and one of them.
    var byToken: [String: [String: (count: Int, path: String)]] = [:]
    for item in found {
      guard let token = item.values["channel"], let name = table.names[item.path] else { continue }
      byToken[token, default: [:]][name, default: (0, item.path)].count += 1
    }
    guard !byToken.isEmpty else { return nil }
    let isOneToOne =
      byToken.values.allSatisfy { $0.count == 1 } && Set(byToken.values.map(\.keys.first)).count == byToken.count
    let areWords = !tokens.contains { $0.wholeMatch(of: /[A-Za-z]{0,2}\d+/) != nil }
    let labels = given.isEmpty ? (areWords ? tokens : []) : given
    guard labels.isEmpty || labels.count == tokens.count else { return nil }
    let label = Dictionary(zip(tokens, labels)) { first, _ in first }
    // Other names for the same channels are no contradiction; one of them for another one is.
    let agrees = byToken.allSatisfy { token, names in
      names.keys.allSatisfy { $0 == label[token] || !labels.contains($0) }
    }
    // A wave may be spelled in two ways; what stands under two numbers is another matter.
    let spellings = byToken.values.map { Set($0.keys) }
    let areApart =
      spellings.reduce(0) { $0 + $1.count } == spellings.reduce(into: Set()) { $0.formUnion($1) }.count
    if !labels.isEmpty, isOneToOne || table.areForeign && areApart, agrees { return nil }
    func said(_ token: String) -> String {
      (byToken[token] ?? [:]).sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { name, files in
        "\(name) in \(Figures.counted(files.count, "file")), e.g. \(files.path)"
      }.joined(separator: "; ")
    }
    guard given.isEmpty else {
      let token = tokens.first { token in
        let names = byToken[token] ?? [:]
        return names.count > 1 || names.keys.contains { $0 != label[token] && labels.contains($0) }
      }
      let shown = token ?? tokens[0]
      throw ZooError(
        .badInput, file: folder.root, path: "data.imageChannels",
        problem:
          "says that files with '\(shown)' are \(label[shown] ?? ""), but \(table.source) say: \(said(shown))",
        expected: "one channel for each file",
        remedy: table.areForeign
          ? "Remove data.imageChannels, and say what the names mean: data.channelNames=\(Self.meanings(byToken, tokens, label, order: table.order))"
          : "Remove data.imageChannels: \(table.place) name the channel of each file")
    }
    var names: [String] = []
    var problems = Problems()
    for item in found {
      let token = item.values["channel"] ?? ""
      if let name = table.names[item.path] {
        names.append(name)
      } else if let known = byToken[token], known.count == 1, let name = known.keys.first {
        names.append(name)
      } else if byToken[token] == nil, areWords {
        names.append(token)
      } else {
        names.append("")
        problems.add(
          ZooError(
            .badInput, file: folder.full(item.path), path: "data.cells.images",
            problem:
              "isn't in \(table.source), which call files with '\(token)' \(byToken[token] == nil ? "nothing" : said(token))",
            expected: "files whose channel \(table.areForeign ? "they name" : "a column FileName_… names")",
            remedy: "Write a pattern that leaves the file out, or name the channels in data.imageChannels"))
      }
    }
    try problems.check()
    self.names = names
    let known = table.order + tokens
    channels = Set(names).sorted { (known.firstIndex(of: $0) ?? 0) < (known.firstIndex(of: $1) ?? 0) }
    let shifting = tokens.filter { (byToken[$0] ?? [:]).count > 1 }
    finding =
      "channels as \(table.source) name each file"
      + (shifting.isEmpty ? "" : ", for '\(shifting[0])' is \(said(shifting[0]))")
  }

  /// What names mean that most files with a token have, where the token is a given channel, and those that it has alone.
  private static func meanings(
    _ byToken: [String: [String: (count: Int, path: String)]], _ tokens: [String], _ label: [String: String],
    order: [String]
  ) -> String {
    var taken: Set<String> = []
    let pairs = tokens.compactMap { token -> String? in
      guard let channel = label[token] else { return nil }
      let known = (byToken[token] ?? [:]).sorted { one, other in
        (other.value.count, order.firstIndex(of: one.key) ?? 0) < (
          one.value.count, order.firstIndex(of: other.key) ?? 0
        )
      }.map(\.key)
      guard let most = known.first(where: { !taken.contains($0) }) else { return nil }
      let alone = known.filter { name in name != most && !byToken.contains { $0.key != token && $0.value[name] != nil }
      }
      taken.formUnion([most] + alone)
      return "\(channel): [\(([most] + alone).map { JSONValue.string($0).description }.joined(separator: ", "))]"
    }
    return "'{\(pairs.joined(separator: ", "))}'"
  }

  /// How the microscope calls channels that are given by the numbers in names, for whoever checks the data; `nil` if it says
  /// nothing of them, or the same.
  static func comparison(
    _ table: Table, _ found: [(path: String, values: [String: String])], tokens: [String], given: [String]
  ) -> String? {
    guard table.areForeign, given.count == tokens.count else { return nil }
    var names: [String: String] = [:]
    for item in found {
      if let token = item.values["channel"], let name = table.names[item.path] { names[token] = name }
    }
    let parts = zip(tokens, given).compactMap { token, name in
      names[token].map { (text: "\($0) is \(name)", isSame: $0 == name) }
    }
    guard parts.contains(where: { !$0.isSame }) else { return nil }
    return "of \(table.source) " + parts.map(\.text).joined(separator: ", ") + ", as data.imageChannels has it"
  }
}
