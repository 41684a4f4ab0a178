import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Rows of a table that lack a file, and paths of another computer.
@Suite("Missing channels and foreign paths in tables")
struct MissingChannelTests {
  private func table(_ files: DataFiles) throws {
    var rows = "label,bf,pi\n"
    for index in 0..<6 {
      try files.image("bf\(index).png", value: Float(10 + index))
      if index > 1 { try files.image("pi\(index).png", value: Float(20 + index)) }
      rows += "\(index % 2 == 0 ? "a" : "b"),bf\(index).png,\(index > 1 ? "pi\(index).png" : index == 0 ? "" : "NA")\n"
    }
    try files.text("manifest.csv", rows)
  }

  private func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.csv)
    spec.columns.channelPaths = ["BF": "bf", "PI": "pi"]
    return spec
  }

  private func values(_ data: Dataset, _ sample: Int) throws -> [Float] {
    let pixels = try data.load(sample)
    return stride(from: 0, to: pixels.count, by: 30).map { pixels[$0] }
  }

  @Test("a new spec keeps a channel that a few rows lack, and takes columns that somebody names")
  func proposed() throws {
    try DataFiles.with { files in
      var rows = "cell,label,donor,bf,pi\n"
      for index in 0..<40 {
        try files.image("bf\(index).png", value: Float(10 + index))
        try files.image("pi\(index).png", value: Float(100 + index))
        rows +=
          "\(index),\(index % 2 == 0 ? "a" : "b"),\(index / 10),bf\(index).png,\(index == 7 ? "" : "pi\(index).png")\n"
      }
      // A table of another name: what it is called is found out, whatever keys are given.
      try files.text("cells.csv", rows)
      let made = try SpecSkeleton(summary: "", root: files.folder, overrides: ["data.height=5"])
      #expect(made.text.contains("missingChannel: \"drop\"") && made.text.contains("channels: [\"bf\", \"pi\"]"))
      #expect(made.remarks.contains { $0.contains("1 of 40 rows lack pi, and are left out") }, "\(made.remarks)")
      for id in [[], ["data.columns.id=cell"]] {
        let named = try SpecSkeleton(
          summary: "", root: files.folder, overrides: ["data.columns.channelPaths={BF: bf, PI: pi}"] + id
        ).text
        #expect(named.contains("channelPaths: {\"BF\": \"bf\", \"PI\": \"pi\"}"), "\(named)")
        #expect(named.contains("channels: [\"BF\", \"PI\"]") && named.contains("missingChannel: \"drop\""), "\(named)")
      }
    }
  }

  @Test("refused, zeros with a channel that says so, or left out")
  func policies() throws {
    try DataFiles.with { files in
      try table(files)
      var spec = spec(files)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("data.columns.missingChannel"), "\(error)")
      spec.columns.missingChannel = .zero
      let zeros = try Dataset.open(spec)
      #expect(zeros.channels == ["BF", "PI", "PI mask"] && zeros.samples.count == 6)
      #expect(try values(zeros, 0) == [10, 0, 0] && values(zeros, 2) == [12, 22, 1])
      #expect(
        zeros.remarks.contains(
          "2 of 6 samples lack 'PI': zeros, and a channel 'PI mask' (data.columns.missingChannel)"),
        "\(zeros.remarks)")
      spec.channels = ["PI mask", "BF", "PI"]
      #expect(try values(Dataset.open(spec, for: .evaluation), 3) == [1, 13, 23])
      spec.channels = []
      spec.columns.missingChannel = .drop
      let dropped = try Dataset.open(spec)
      #expect(dropped.channels == ["BF", "PI"] && dropped.samples.count == 4)
      #expect(dropped.remarks.contains("2 of 6 samples lack 'PI': left out (data.columns.missingChannel)"))
    }
  }

  @Test("a row without any channel is refused in any case")
  func nothing() throws {
    try DataFiles.with { files in
      try table(files)
      try files.text("manifest.csv", "id,label,bf,pi\n1,a,bf2.png,pi2.png\n2,b,,\n")
      var spec = spec(files)
      spec.columns.missingChannel = .zero
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("the column 'bf' is empty in 1 row"), "\(error)")
    }
  }

  @Test(
    "what paths begin with on another computer is replaced, and told",
    arguments: [
      (#"D:\scope\2024\"#, #"D:\scope\2024"#, "", ""), (#"d:\Scope\2024\"#, #"D:\scope\2024\"#, "", ""),
      ("/scans/may/", "/scans/may", "img/", "img"), ("", "", "img/", "img"), (#"\\nas\lab\"#, #"\\nas\lab"#, "", ""),
    ])
  func prefixes(written: String, prefix: String, folder: String, place: String) throws {
    try DataFiles.with { files in
      var rows = "path,label\n"
      for index in 0..<6 {
        try files.image("\(folder)day1/\(index).png", value: Float(index))
        let separator = written.contains("\\") ? "\\" : "/"
        rows += "\(written)day1\(separator)\(index).png,\(index % 2 == 0 ? "a" : "b")\n"
      }
      try files.text("manifest.csv", rows)
      var spec = files.spec(.csv)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      if folder.isEmpty { #expect(error.description.contains("data.columns.pathPrefixes={"), "\(error)") }
      spec.columns.pathPrefixes = [prefix: place, "/nowhere": "x"]
      let data = try Dataset.open(spec)
      #expect(data.samples.count == 6)
      #expect(data.remarks.contains { $0.contains("6 paths") }, "\(data.remarks)")
      #expect(data.remarks.contains("data.columns.pathPrefixes: no path begins with '/nowhere'"))
    }
  }
}
