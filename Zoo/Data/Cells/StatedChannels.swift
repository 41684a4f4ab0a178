import ZooFormat
import ZooImages

/// Which channel each file holds by a table that names it, where names of files only number channels.
///
/// A microscope may number its channels otherwise from one plate to the next: what the table says of a file counts, never
/// the number alone.
package struct StatedChannels: Sendable {
  /// All channels in order.
  let channels: [String]
  /// The channel of each file, in the order of the files.
  let names: [String]
  /// What was found, for whoever checks the data.
  let finding: String

  /// What tables say.
  package struct Table: Sendable {
    /// File, relative to the root → channel.
    var names: [String: String] = [:]
    /// The channels in the tables' order.
    var order: [String] = []

    init() {}

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
        problem: "says that this file is \(name), but CellProfiler's tables of images call it \(stated)",
        expected: "one channel for each file",
        remedy: "Remove \(FolderChannels.key): the columns FileName_… name the channel of each file")
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
    if !labels.isEmpty, isOneToOne, agrees { return nil }
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
          "says that files with '\(shown)' are \(label[shown] ?? ""), but CellProfiler's tables of images say: \(said(shown))",
        expected: "one channel for each file",
        remedy: "Remove data.imageChannels: the columns FileName_… name the channel of each file")
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
              "isn't in CellProfiler's tables of images, which call files with '\(token)' \(byToken[token] == nil ? "nothing" : said(token))",
            expected: "files whose channel a column FileName_… names",
            remedy: "Write a pattern that leaves the file out, or name the channels in data.imageChannels"))
      }
    }
    try problems.check()
    self.names = names
    let known = table.order + tokens
    channels = Set(names).sorted { (known.firstIndex(of: $0) ?? 0) < (known.firstIndex(of: $1) ?? 0) }
    let shifting = tokens.filter { (byToken[$0] ?? [:]).count > 1 }
    finding =
      "channels as CellProfiler's tables of images name each file"
      + (shifting.isEmpty ? "" : ", for '\(shifting[0])' is \(said(shifting[0]))")
  }
}
