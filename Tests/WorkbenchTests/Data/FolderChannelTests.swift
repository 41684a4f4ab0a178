import Foundation
import Testing
import ZooPlugins

@testable import ZooData
@testable import ZooWorkbench

/// A microscope that numbers its channels otherwise from one plate to the next; BF is 1, CE 2, PI 3 everywhere.
@Suite("Channels in another order from folder to folder")
struct FolderChannelTests {
  private static let orders = ["P1/": ["BF", "CE", "PI"], "P2/": ["PI", "BF", "CE"]]
  private static let values: [String: Float] = ["BF": 1, "CE": 2, "PI": 3]

  /// A stack of constant planes; `says` whether it says how many channels and frames there are.
  private static func stack(
    _ channels: [String], frames: Int = 1, plus: Float = 0, says: Bool = true, names: [String] = []
  ) throws -> [UInt8] {
    let pages = (0..<frames).flatMap { frame in channels.map { (values[$0] ?? 0) + plus + Float(10 * frame) } }
    let image = try Image(
      width: 12, height: 12, channels: channels.count, frames: frames, sampleType: .uint16, channelNames: names,
      samples: pages.flatMap { [Float](repeating: $0, count: 144) })
    let bytes = try TIFFWriter.encode(image)
    return says ? bytes : bytes.replacing("ImageJ=".utf8, with: "Imager=".utf8)
  }

  private static func cells(_ files: DataFiles, images: String) throws -> DataSpec {
    for plate in ["P1", "P2"] {
      try files.text("\(plate)/A01.csv", "ID,T,Y,X,label\n1,0,5,5,alive\n2,0,8,8,dead\n")
    }
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .napari
    spec.cells.images = images
    spec.cells.tables = "{plate}/{well}.csv"
    spec.cells.units = .pixel
    spec.cells.columns = ["label": "label"]
    return spec
  }

  /// The first pixel of each channel of each sample.
  private static func pixels(_ data: Dataset) throws -> [[Float]] {
    let plane = data.height * data.width
    return try data.samples.indices.map { index in
      let values = try data.load(index)
      return stride(from: 0, to: values.count, by: plane).map { values[$0] }
    }
  }

  private static func numbered(_ files: DataFiles) throws -> DataSpec {
    for (folder, names) in orders {
      for (place, name) in names.enumerated() {
        try files.image("\(folder)A01_c\(place + 1).png", value: values[name] ?? 0, width: 12, height: 12)
      }
    }
    return try cells(files, images: "{plate}/{well}_c{channel}.png")
  }

  @Test("fields with numbers for channels: each plate's own names count, and other names are other data")
  func numbers() throws {
    try DataFiles.with { files in
      var spec = try Self.numbered(files)
      let unnamed = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(
        unnamed.description.contains("if the order differs from folder to folder, data.folderChannels"), "\(unnamed)")
      spec.folderChannels = Self.orders
      spec.channels = ["PI", "BF", "CE"]
      let data = try Dataset.open(spec)
      #expect(try Self.pixels(data) == [[Float]](repeating: [3, 1, 2], count: 4))
      #expect(
        data.remarks.contains(
          "channels by data.folderChannels: 'P1/' BF, CE, PI (3 files); 'P2/' PI, BF, CE (3 files)"),
        "\(data.remarks)")
      // Files elsewhere go by data.imageChannels.
      spec.folderChannels["P1/"] = nil
      spec.imageChannels = ["BF", "CE", "PI"]
      #expect(try Self.pixels(Dataset.open(spec)) == [[Float]](repeating: [3, 1, 2], count: 4))
      spec.folderChannels["P2/"] = ["PI", "CE", "BF"]
      let other = try Dataset.open(spec)
      #expect(try Self.pixels(other) == [[3, 1, 2], [3, 1, 2], [3, 2, 1], [3, 2, 1]])
      #expect(try other.fingerprint() != data.fingerprint())
      #expect(try other.pixelKey(spec, contents: []) != data.pixelKey(Self.numbered(files), contents: []))
    }
  }

  @Test("the longest pattern counts; one without files, two that contradict and too few names are refused by name")
  func patterns() throws {
    try DataFiles.with { files in
      var spec = try Self.numbered(files)
      spec.folderChannels = ["P?/": ["x", "y", "z"]].merging(Self.orders) { $1 }
      spec.channels = ["PI", "BF", "CE"]
      #expect(try Self.pixels(Dataset.open(spec)) == [[Float]](repeating: [3, 1, 2], count: 4))
      func error(_ table: [String: [String]]) throws -> ZooError {
        spec.folderChannels = table
        return try #require(throws: ZooError.self) { try Dataset.open(spec) }
      }
      let unused = try error(Self.orders.merging(["P9/": ["BF", "CE", "PI"]]) { $1 })
      #expect(unused.location.path == "data.folderChannels.P9/")
      #expect(
        unused.description.contains("no image fits the pattern 'P9/'") && unused.description.contains("'P1/', 'P2/'")
          && unused.description.contains("data.folderChannels={\"P9/\": null}"), "\(unused)")
      let several = try error(Self.orders.merging(["P8/": ["BF"], "Q9/": ["BF"]]) { $1 })
      #expect(several.description.contains("data.folderChannels={\"P8/\": null, \"Q9/\": null}"), "\(several)")
      let twice = try error(["P*/": ["BF", "CE", "PI"], "P?/": ["PI", "CE", "BF"]])
      #expect(twice.description.contains("which is as long and says something else"), "\(twice)")
      let few = try error(["P1/": ["BF", "CE", "PI"], "P2/": ["BF", "CE"]])
      #expect(few.location.path == "data.folderChannels.P2/")
      #expect(
        few.description.contains("names 2 channels (BF, CE)") && few.description.contains("have 3 (1, 2, 3)"), "\(few)")
    }
  }

  @Test("a channel that a folder doesn't have is missing there")
  func missing() throws {
    try DataFiles.with { files in
      var spec = try Self.numbered(files)
      try FileManager.default.removeItem(atPath: files.folder + "/P2/A01_c1.png")
      spec.folderChannels = ["P1/": ["BF", "CE", "PI"], "P2/": ["BF", "CE"]]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.cells.missingChannel" && error.description.contains("has no PI"), "\(error)")
      spec.cells.missingChannel = .zero
      let data = try Dataset.open(spec)
      #expect(data.channels == ["BF", "CE", "PI", "PI mask"])
      #expect(try Self.pixels(data) == [[1, 2, 3, 1], [1, 2, 3, 1], [1, 2, 0, 0], [1, 2, 0, 0]])
    }
  }

  @Test("stacks without names: in each folder the order and the number of channels that it says, also of pages alone")
  func stacks() throws {
    try DataFiles.with { files in
      var spec = try Self.cells(files, images: "{plate}/{well}.tif")
      try files.file("P1/A01.tif", Self.stack(["BF", "CE", "PI"], frames: 2))
      try files.file("P2/A01.tif", Self.stack(["PI", "BF"], frames: 2))
      spec.folderChannels = ["P1/": ["BF", "CE", "PI"], "P2/": ["PI", "BF"]]
      spec.channels = ["PI", "BF"]
      #expect(try Self.pixels(Dataset.open(spec)) == [[Float]](repeating: [3, 1], count: 4))
      for plate in ["P1", "P2"] {
        try files.file(
          "\(plate)/A01.tif", Self.stack(plate == "P1" ? ["BF", "CE", "PI"] : ["PI", "BF"], frames: 2, says: false))
        try files.text("\(plate)/A01.csv", "ID,T,Y,X,label\n1,0,5,5,alive\n2,1,8,8,dead\n")
      }
      spec.axes = .framesOfChannels
      #expect(try Self.pixels(Dataset.open(spec)) == [[3, 1], [13, 11], [3, 1], [13, 11]])
      spec.axes = .auto
      try files.file("P1/A01.tif", Self.stack(["BF", "CE", "PI"], frames: 2))
      try files.file("P2/A01.tif", Self.stack(["PI", "BF"], frames: 2, names: ["BF", "PI"]))
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(
        error.location.path == "data.folderChannels.P2/" && error.description.contains("but the file BF, PI"),
        "\(error)")
    }
  }

  @Test("folders of classes: files of single channels, and files of all, also in a table")
  func classes() throws {
    try DataFiles.with { files in
      var table = "path,label\n"
      for (folder, names) in Self.orders {
        for (number, label) in ["dead", "healthy"].enumerated() {
          let plus = Float(10 * number + (folder == "P1/" ? 0 : 20))
          for (place, name) in names.enumerated() {
            try files.image(
              "one/\(folder)\(label)/c\(number)_\(place).png", value: (Self.values[name] ?? 0) + plus)
          }
          try files.file("all/\(folder)\(label)/c\(number).tif", Self.stack(names, plus: plus))
          table += "all/\(folder)\(label)/c\(number).tif,\(label)\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.folder)
      spec.channels = ["PI", "BF", "CE"]
      spec.folderChannels = Self.orders
      let expected: [[Float]] = [[3, 1, 2], [13, 11, 12], [23, 21, 22], [33, 31, 32]]
      spec.root = files.folder + "/one"
      spec.images = "{plate}/{class}/*_{channel}.png"
      #expect(try Self.pixels(Dataset.open(spec)) == expected)
      spec.root = files.folder + "/all"
      spec.images = "{plate}/{class}/*.tif"
      #expect(try Self.pixels(Dataset.open(spec)) == expected)
      spec = files.spec(.csv)
      spec.folderChannels = ["all/P2/": ["PI", "BF", "CE"]]
      spec.channels = ["CE", "PI"]
      let unnamed = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(unnamed.description.contains("data.folderChannels"), "\(unnamed)")
      spec.imageChannels = ["BF", "CE", "PI"]
      #expect(Set(try Self.pixels(Dataset.open(spec))) == [[2, 3], [12, 13], [22, 23], [32, 33]])
      spec.folderChannels = ["all/P2/": ["PI", "BF", "DNA"]]
      let lacking = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(lacking.description.contains("has no 'CE', but PI, BF, DNA"), "\(lacking)")
    }
  }

  @Test("a model whose training had several orders takes no file without names for one of them")
  func prediction() throws {
    try DataFiles.with { files in
      try files.file("new/a.tif", Self.stack(["PI", "BF", "CE"]))
      var card = Card()
      (card.channels, card.classes, card.imageSize) = (["BF", "CE", "PI"], ["a", "b"], (12, 12))
      var training = DataSpec()
      training.folderChannels = Self.orders
      let paths = [files.folder + "/new"]
      let error = try #require(throws: ZooError.self) { try Dataset.images(paths, for: card, trainedWith: training) }
      #expect(error.description.contains("the model was trained with have them in several orders"), "\(error)")
      var given = DataSpec()
      given.imageChannels = ["PI", "BF", "CE"]
      #expect(try Self.pixels(Dataset.images(paths, for: card, given: given, trainedWith: training)) == [[1, 2, 3]])
      // One order alone holds for new files, too; the card's own spec says the same as a spec does.
      training.folderChannels = ["P2/": ["PI", "BF", "CE"]]
      #expect(try Self.pixels(Dataset.images(paths, for: card, trainedWith: training)) == [[1, 2, 3]])
      card.spec = #"{"data": {"folderChannels": {"P1/": ["BF", "CE"], "P2/": ["CE", "BF"]}}}"#
      #expect(Set(FileDescription(trained: card).folderChannels) == [["BF", "CE"], ["CE", "BF"]])
    }
  }

  @Test("a spec keeps the table, a new one writes it, and what contradicts other keys is refused")
  func specs() throws {
    let reader = SpecReader()
    func read(_ data: String, _ overrides: String...) throws -> Spec {
      try reader.readOne(text: "{data: {root: 'x', \(data)}}", file: "my.json5", overrides: overrides)
    }
    let spec = try read("source: 'cells', folderChannels: {'P1/': ['BF', 'PI'], 'P2/': ['PI', 'BF', '*']}")
    #expect(spec.data.folderChannels == ["P1/": ["BF", "PI"], "P2/": ["PI", "BF", "*"]])
    #expect(try reader.readOne(text: spec.canonicalText, file: "my.json").data == spec.data)
    let changed = try read(
      "source: 'cells', folderChannels: {'P1/': ['BF', 'PI']}", "data.folderChannels={\"P1/\": null, \"P3/\": [PI, BF]}"
    )
    #expect(changed.data.folderChannels == ["P3/": ["PI", "BF"]])
    for (data, words) in [
      (
        "source: 'cells', cells: {channelImages: {BF: 'a{frame}.tif'}}, folderChannels: {'P1/': ['BF']}",
        "channelImages"
      ),
      ("columns: {channelPaths: {BF: 'bf'}}, folderChannels: {'P1/': ['BF']}", "channelPaths"),
      ("source: 'idx', folderChannels: {'P1/': ['BF']}", "not for a source 'idx'"),
      ("folderChannels: {'P1/': ['BF', 'BF']}", "'BF' stands there twice"),
      ("folderChannels: {'P1/': ['*', 'BF']}", "it at the end"), ("folderChannels: {'/': ['BF']}", "an empty pattern"),
      ("folderChannels: {'P1/': []}", "names no channel"),
    ] {
      let problems = try #require(throws: SpecProblems.self) { try read(data) }
      #expect(problems.description.contains(words), "\(problems)")
    }
    try DataFiles.with { files in
      _ = try Self.numbered(files)
      let text = try SpecSkeleton(
        summary: "", root: files.folder,
        overrides: [
          "data.source=cells", "data.cells.layout=napari", "data.cells.images={plate}/{well}_c{channel}.png",
          "data.cells.tables={plate}/{well}.csv", "data.cells.columns.label=label", "data.cells.units=pixel",
          "data.folderChannels={\"P1/\": [BF, CE, PI], \"P2/\": [PI, BF, CE]}",
        ]
      ).text
      #expect(
        text.contains("folderChannels: {\"P1/\": [\"BF\", \"CE\", \"PI\"], \"P2/\": [\"PI\", \"BF\", \"CE\"]}"),
        "\(text)")
      #expect(!text.contains("imageChannels:"), "\(text)")
    }
  }
}
