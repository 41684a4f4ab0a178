import ZooData
import ZooPlugins

/// What has to hold between the keys of a spec.
enum SpecRules {
  struct Finding {
    var path: String
    var problem: String
    var expected: String?
    var remedy: String?
  }

  static func findings(_ spec: Spec) -> [Finding] {
    source(spec.data) + paths(spec.data) + events(spec.data) + names(spec.data) + split(spec.data) + model(spec)
      + train(spec)
  }

  /// A run's folder has the name of its spec, and must not lie elsewhere or in another run.
  static func folderName(_ name: String) -> [Finding] {
    let separators = Set("/\\\0".utf8)
    guard ["", ".", ".."].contains(name) || name.utf8.contains(where: separators.contains) else { return [] }
    return [
      Finding(
        path: "name", problem: "'\(name)' can't be the name of a folder", expected: "a name without / and \\",
        remedy: "Choose where the run goes by --run-dir")
    ]
  }

  private static func source(_ data: DataSpec) -> [Finding] {
    switch (data.source, data.root) {
    case (_, ""):
      [Finding(path: "data.root", problem: "is empty", remedy: "Set it to the folder of the data, or to null")]
    case (.csv, nil) where data.manifest != DataSpec().manifest: []
    case (.folder, nil), (.csv, nil), (.idx, nil), (.cells, nil):
      [
        Finding(
          path: "data.source", problem: "a source '\(data.source.rawValue)' without data.root",
          remedy: "Set data.root to the folder of the data")
      ]
    case (.simulated, .some):
      [
        Finding(
          path: "data.root", problem: "simulated cells have no folder",
          remedy: "Remove data.root, or set data.source to folder, csv or idx")
      ]
    default: []
    }
  }

  /// Keys that say what paths and tables of images mean, for sources that have neither.
  private static func paths(_ data: DataSpec) -> [Finding] {
    guard data.source == .cells || data.source == .idx else { return [] }
    var findings: [Finding] = []
    if data.cells.sliceTable != nil, data.slices != nil {
      findings.append(
        Finding(
          path: "data.cells.sliceTable", problem: "says which slices are used, and so does data.slices",
          expected: "one of them", remedy: "Set data.slices=null"))
    }
    if data.cells.images != nil, !data.cells.channelImages.isEmpty {
      findings.append(
        Finding(
          path: "data.cells.channelImages", problem: "says where the images are, and so does data.cells.images",
          expected: "one of them", remedy: "Set data.cells.images=null"))
    }
    if data.images != nil {
      findings.append(
        Finding(
          path: "data.images",
          problem: "is for folders and tables of images, not for a source '\(data.source.rawValue)'",
          remedy: data.source == .cells ? "Set data.cells.images" : "Remove it"))
    }
    if !data.join.isEmpty, data.source != .cells {
      findings.append(
        Finding(
          path: "data.join",
          problem: "is for folders and tables of images and for fields, not for a source '\(data.source.rawValue)'",
          remedy: "Remove it"))
    }
    return findings
  }

  /// What is said of events in films.
  private static func events(_ data: DataSpec) -> [Finding] {
    let events = data.events
    var findings: [Finding] = []
    if events.column == nil, events != DataSpec.Events() {
      findings.append(
        Finding(
          path: "data.events", problem: "says nothing without data.events.column",
          expected: "the column with the time of the event"))
    }
    if events.column != nil, data.columns.sequence != nil {
      findings.append(
        Finding(
          path: "data.events.column",
          problem: "is for rows that are films, but data.columns.sequence makes them frames",
          expected: "a label in the row of each frame", remedy: "Remove data.columns.sequence, or data.events.column"))
    }
    if events.unit == .frame, events.interval != nil {
      findings.append(
        Finding(
          path: "data.events.interval", problem: "says nothing of times that are counted in frames",
          remedy: "Set data.events.unit to min, h or s"))
    }
    return findings
  }

  /// Simulated cells never stand in for a table.
  static func simulatedTable(_ data: DataSpec) -> [Finding] {
    guard data.source == .simulated else { return [] }
    var spec = Spec()
    spec.data = data
    return SpecSchema.keys.filter { key in
      tableKeys.contains { key.path == $0 || key.path.hasPrefix($0 + ".") } && key.read(spec) != key.standard
    }.map { key in
      Finding(
        path: key.path, problem: "is set, but no data: it says nothing of simulated cells",
        remedy: SourceInference.simulationRemedy)
    }
  }

  /// What says something of files alone.
  private static let tableKeys = [
    "data.manifest", "data.join", "data.images", "data.columns", "data.events", "data.imageChannels",
    "data.folderChannels", "data.channelNames", "data.slices", "data.exclude", "data.accept", "data.split.column",
    "data.split.folders",
  ]

  private static func names(_ data: DataSpec) -> [Finding] {
    var findings: [Finding] = []
    for (path, names) in [
      ("data.channels", data.channels), ("data.classes", data.classes), ("data.idx.labelNames", data.idx.labelNames),
    ] {
      var seen: Set<String> = []
      for name in names {
        if name.isEmpty { findings.append(Finding(path: path, problem: "an empty name")) }
        if !seen.insert(name).inserted { findings.append(Finding(path: path, problem: "'\(name)' stands there twice")) }
      }
    }
    if let place = data.imageChannels.dropLast().firstIndex(of: ChannelNaming.further) {
      findings.append(
        Finding(
          path: "data.imageChannels[\(place)]", problem: "'*' stands for further channels", expected: "it at the end"))
    } else if data.imageChannels == [ChannelNaming.further] {
      findings.append(Finding(path: "data.imageChannels", problem: "names no channel", expected: "names before '*'"))
    }
    findings += folderChannels(data)
    for (name, synonyms) in data.channelNames.sorted(by: { $0.key < $1.key })
    where name.isEmpty || synonyms.contains("") {
      findings.append(Finding(path: "data.channelNames.\(name)", problem: "an empty name"))
    }
    if data.exclude.contains(where: { $0.allSatisfy { $0 == "/" } }) {
      findings.append(Finding(path: "data.exclude", problem: "an empty pattern", expected: "e.g. \"*_overlay*\""))
    }
    if data.source == .csv, !data.exclude.isEmpty {
      findings.append(
        Finding(
          path: "data.exclude", problem: "leaves out files of folders, but a table lists the images itself",
          expected: "a folder, or fields of cells", remedy: "Remove the rows from the table, or set data.source=folder")
      )
    }
    if data.columns.missingChannel != .refuse, data.columns.channelPaths.isEmpty,
      data.source != .folder || data.images?.contains("{\(ChannelFiles.part)}") != true
    {
      findings.append(
        Finding(
          path: "data.columns.missingChannel", problem: "says nothing without data.columns.channelPaths",
          expected: "a column with a path for each channel, or files with {channel} in data.images"))
    }
    if let range = data.range, range.count != 2 || range[0] >= range[1] {
      findings.append(
        Finding(path: "data.range", problem: "isn't a range", expected: "two numbers, the lower first, e.g. [0, 4095]"))
    }
    if data.classes.count == 1 {
      findings.append(Finding(path: "data.classes", problem: "one class alone", expected: "at least two classes"))
    }
    let classes = Set(data.classes)
    let wrong = data.classes.isEmpty ? [:] : data.relabel.filter { !classes.contains($0.value) }
    for (from, to) in wrong.sorted(by: { $0.key < $1.key }).prefix(SpecProblems.most) {
      findings.append(
        Finding(
          path: "data.relabel.\(from)", problem: "the class '\(to)' isn't one of data.classes",
          expected: SpecKind.listed(data.classes),
          remedy: NearestName.of(to, in: data.classes).map { "Did you mean '\($0)'?" }))
    }
    return findings
  }

  /// Names by folder, which are for files that don't name their channels.
  private static func folderChannels(_ data: DataSpec) -> [Finding] {
    guard !data.folderChannels.isEmpty else { return [] }
    var findings: [Finding] = []
    for (key, isSet) in [
      ("data.cells.channelImages", !data.cells.channelImages.isEmpty),
      ("data.columns.channelPaths", !data.columns.channelPaths.isEmpty),
      ("data.source", data.source == .idx),
    ] where isSet {
      findings.append(
        Finding(
          path: FolderChannels.key,
          problem: key == "data.source"
            ? "is for images, not for a source 'idx'" : "says which channel files are, and so does \(key)",
          expected: key == "data.source" ? nil : "one of them", remedy: "Remove it"))
    }
    for (pattern, names) in data.folderChannels.sorted(by: { $0.key < $1.key }) {
      let path = "\(FolderChannels.key).\(pattern)"
      let own = names.last == ChannelNaming.further ? names.dropLast() : names[...]
      if pattern.allSatisfy({ $0 == "/" }) {
        findings.append(Finding(path: path, problem: "an empty pattern", expected: "e.g. \"P2/\""))
      }
      if own.isEmpty || own.contains("") {
        findings.append(
          Finding(
            path: path, problem: own.isEmpty ? "names no channel" : "an empty name", expected: "names of channels"))
      } else if own.contains(ChannelNaming.further) {
        findings.append(Finding(path: path, problem: "'*' stands for further channels", expected: "it at the end"))
      } else if let twice = own.indices.first(where: { own[..<$0].contains(own[$0]) }) {
        findings.append(Finding(path: path, problem: "'\(own[twice])' stands there twice", expected: "each name once"))
      }
    }
    return findings
  }

  private static func split(_ data: DataSpec) -> [Finding] {
    let split = data.split
    var findings: [Finding] = []
    let sum = split.train + split.validation + split.test
    if split.file == nil, abs(sum - 1) > 1e-6 {
      let rounded = (sum * 10000).rounded() / 10000
      findings.append(
        Finding(
          path: "data.split", problem: "train, validation and test add up to \(rounded)", expected: "1",
          remedy: "Set all three"))
    }
    if split.folds == 1 {
      findings.append(Finding(path: "data.split.folds", problem: "one fold alone", expected: "at least two, or 0"))
    } else if split.folds > 0, split.fold > split.folds {
      findings.append(
        Finding(path: "data.split.fold", problem: "is \(split.fold)", expected: "1…\(split.folds), the number of folds")
      )
    }
    let ways = [
      ("folds", split.folds > 0), ("holdOut", !split.holdOut.isEmpty), ("file", split.file != nil),
    ].filter(\.1).map(\.0)
    if ways.count > 1 {
      findings.append(
        Finding(
          path: "data.split.\(ways[1])",
          problem: "says which samples are the test set, and so does data.split.\(ways[0])",
          expected: "one of them"))
    }
    return findings
  }

  private static func model(_ spec: Spec) -> [Finding] {
    switch (spec.data.frames, spec.model.temporal) {
    case (nil, .some):
      [
        Finding(
          path: "model.temporal", problem: "single images have no temporal part",
          remedy: "Set data.frames, or model.temporal=null")
      ]
    case (.some, nil):
      [
        Finding(
          path: "data.frames", problem: "a sequence needs model.temporal", remedy: "Set model.temporal, e.g. to lstm")
      ]
    default: []
    }
  }

  private static func train(_ spec: Spec) -> [Finding] {
    var findings: [Finding] = []
    let train = spec.train
    let trained = SpecSchema.parts.filter { $0 != "temporal" || spec.model.temporal != nil }
    if !train.freeze.isEmpty, trained.allSatisfy(train.freeze.contains) {
      findings.append(
        Finding(path: "train.freeze", problem: "every part is frozen, so nothing is left to train"))
    }
    for (path, named) in [
      ("train.init", Set(train.`init`.keys)), ("train.freeze", Set(train.freeze)),
      ("train.learningRates", Set(train.learningRates.keys)),
    ] where named.contains("temporal") && spec.model.temporal == nil {
      findings.append(Finding(path: path, problem: "the model has no temporal part"))
    }
    if spec.model.testTimeAugmentation == .flipsAndTurns, spec.data.height != spec.data.width {
      findings.append(
        Finding(
          path: "model.testTimeAugmentation",
          problem: "turns images, but they have \(spec.data.width)×\(spec.data.height) pixels",
          expected: "square images",
          remedy: "Set model.testTimeAugmentation=flips"))
    }
    do {
      try train.augment.check(height: spec.data.height, width: spec.data.width)
    } catch {
      findings.append(
        Finding(
          path: error.location.path ?? "train.augment", problem: error.problem, expected: error.expected,
          remedy: error.remedy))
    }
    return findings
  }
}
