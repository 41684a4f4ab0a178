import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Groups that a split doesn't keep whole")
struct CoarserGroupTests {
  /// Four plates of two donors with the same four wells each, and in each well two samples of each class.
  private func data(_ files: DataFiles, header: String = "plate,well,donor", single: Bool = false) throws -> Dataset {
    try files.image("cell.png", value: 1)
    var text = "id,path,label,\(header)\n"
    for plate in 0..<4 {
      for well in 0..<4 {
        for cell in 0..<4 {
          let label = single && plate == 0 ? "rare" : cell % 2 == 0 ? "dead" : "healthy"
          text += "\(plate)-\(well)-\(cell),cell.png,\(label),P\(plate),A0\(well + 1),D\(plate / 2)\n"
        }
      }
    }
    try files.text("manifest.csv", text)
    return try Dataset.open(files.spec(.csv), for: .evaluation)
  }

  private func cautions(_ data: Dataset, _ by: [String]) throws -> [String] {
    var spec = DataSpec.Split()
    spec.by = by
    return try data.split(spec).cautions
  }

  @Test("coarser ones that lie on both sides are told once, with figures")
  func coarser() throws {
    try DataFiles.with { files in
      let found = try cautions(data(files), ["plate", "well"])
      #expect(found.count == 1, "\(found)")
      #expect(
        found[0].hasPrefix("2 of 2 values of 'donor' ('D0', 'D1') lie on both sides of the split by plate and well"))
      // Two donors can't fill three subsets: what is advised works.
      let advice = "data.split={by: [donor], train: 0.5, validation: 0, test: 0.5} folds=leave_one_group_out"
      #expect(found[0].contains(advice), "\(found)")
      for donor in ["D0", "D1"] {
        var turns = DataSpec.Split()
        (turns.by, turns.train, turns.validation, turns.test, turns.holdOut) = (["donor"], 0.5, 0, 0.5, [donor])
        #expect(try data(files).split(turns).test.count == 32)
      }
      let foreign = try cautions(data(files, header: "Platte,Puits,Versuch"), ["Platte", "Puits"])
      #expect(
        foreign.count == 1 && foreign[0].contains("values of 'Versuch' ('D0', 'D1') lie on both sides"), "\(foreign)")
      // A treatment is wanted on both sides, and what is finer than the split is whole.
      let plates = try cautions(data(files, header: "plate,well,treatment"), ["plate", "well"])
      #expect(plates.count == 1, "\(plates)")
      #expect(plates[0].contains("values of 'plate' ("), "plates are on both sides though each well of each is whole")
      #expect(!plates[0].contains("treatment"), "\(plates)")
      #expect(try cautions(data(files, header: "plate,well,treatment"), ["plate"]).isEmpty)
      #expect(
        try cautions(data(files, header: "plate,well,treatment"), []).isEmpty, "the note on splits at random says it")
    }
  }

  @Test("classes that go with plates: figures say nothing of the cells, and no advice that can't be followed")
  func confounded() throws {
    try DataFiles.with { files in
      try files.image("cell.png", value: 1)
      var text = "id,path,label,plate,well\n"
      for plate in 0..<2 {
        for index in 0..<32 {
          text += "\(plate)-\(index),cell.png,\(plate == 0 ? "healthy" : "dead"),P\(plate),A0\(index / 4 + 1)\n"
        }
      }
      try files.text("manifest.csv", text)
      let data = try Dataset.open(files.spec(.csv), for: .evaluation)
      var spec = DataSpec.Split()
      spec.by = ["plate", "well"]
      let split = try data.split(spec)
      let head = try #require(data.confounding(split))
      #expect(
        head.hasPrefix(
          "the figures say nothing of the cells: each 'plate' has one class alone ('P0' healthy, 'P1' dead)"),
        "\(head)")
      #expect(data.splitCautions(split, spec).contains { $0.hasPrefix("all 32 of the class 'dead' are of one plate") })
      spec.by = ["well"]
      let coarser = try #require(data.split(spec).cautions.first { $0.contains("values of 'plate'") })
      #expect(coarser.contains("they can't be kept whole: train has no sample of the class"), "\(coarser)")
      #expect(!coarser.contains("data.split"), "\(coarser)")
      // Plates that weren't trained on say something.
      let mixed = try self.data(files)
      #expect(try mixed.confounding(mixed.split(spec)) == nil)
    }
  }

  @Test("a given split that tears cells apart is told with figures, by what they are numbered within")
  func given() throws {
    try DataFiles.with { files in
      try files.image("cell.png", value: 1)
      // Twelve cells of two frames, numbered anew in each of three wells; the last frame of every second cell is for test.
      var text = "id,path,label,well,cell,minute,split\n"
      for well in 0..<3 {
        for cell in 0..<4 {
          for frame in 0..<2 {
            let subset = cell == 3 || cell % 2 == 1 && frame == 1 ? "test" : "train"
            text +=
              "\(well)-\(cell)-\(frame),cell.png,\(cell % 3 == 0 ? "a" : "b"),W\(well),\(cell),\(frame),\(subset)\n"
          }
        }
      }
      try files.text("manifest.csv", text)
      var spec = files.spec(.csv)
      spec.split.column = "split"
      spec.split.validation = 0
      spec.split.train = 0.85
      let data = try Dataset.open(spec, for: .evaluation)
      let cautions = try data.splitCautions(data.split(spec.split), spec.split)
      let found = try #require(cautions.first { $0.contains("flatter") }, "\(cautions)")
      #expect(
        found.hasPrefix("3 of 12 values of 'well / cell' lie in train and test ('W0 / 1', 'W1 / 1', 'W2 / 1')"),
        "\(found)")
      #expect(found.contains("; 3 of 3 values of 'well' lie in train and test"), "\(found)")
      #expect(found.contains("data.split.by=[well, cell]") && found.contains("data.split.column"), "\(found)")
      #expect(!found.contains("minute") && !cautions.contains { $0.contains("isn't known") }, "\(cautions)")
      spec.split.by = ["well", "cell"]
      #expect(throws: ZooError.self) { try data.split(spec.split) }
    }
  }

  @Test("wells that are called alike on several plates are told")
  func wells() throws {
    try DataFiles.with { files in
      let found = try cautions(data(files, header: "plate,well,treatment"), ["well"])
      #expect(found.count == 1, "\(found)")
      #expect(
        found[0].contains("4 of 4 values of 'plate'") && found[0].contains("4 of 4 groups are on several, e.g."),
        "\(found)")
    }
  }

  @Test("so are positions that are, and columns of unknown names, and wells that validation and test share")
  func positions() throws {
    try DataFiles.with { files in
      try files.image("cell.png", value: 1)
      var text = "id,path,label,day,well,pos\n"
      for day in 1...3 {
        for position in 0..<4 {
          for cell in 0..<4 {
            text +=
              "\(day)-\(position)-\(cell),cell.png,\(cell % 2),day\(day),\(position / 2 < 1 ? "A" : "B"),Pos\(position)\n"
          }
        }
      }
      for name in ["pos", "place"] {
        try files.text("manifest.csv", text.replacing(",pos\n", with: ",\(name)\n"))
        let data = try Dataset.open(files.spec(.csv), for: .evaluation)
        var spec = DataSpec.Split()
        spec.by = [name]
        let place = try #require(data.groupColumns.firstIndex(of: name))
        let split = Split(
          data.samples.map { $0.groups[place] == "Pos2" ? .validation : $0.groups[place] == "Pos3" ? .test : .train },
          rule: "")
        let found = try #require(data.coarserGroups(split, spec))
        #expect(
          found.hasPrefix(
            "3 of 3 values of 'day' ('day1', 'day2', 'day3'; 4 of 4 groups are on several, e.g. 'Pos0' on 3) lie on both sides of the split by \(name)"
          ), "\(found)")
        #expect(
          name == "place" || found.hasSuffix("1 of 2 values of 'well' ('B') lie in validation and in test, too"),
          "\(found)")
      }
    }
  }

  @Test("a class of one group is told, and one that training lacks is refused with where it is and what to do")
  func classes() throws {
    try DataFiles.with { files in
      let data = try data(files, header: "plate,well,treatment", single: true)
      #expect(
        data.classesOfOneGroup(by: []) == [
          "all 16 of the class 'rare' are of one plate, 'P0': the class and the plate can't be told apart"
        ])
      var spec = DataSpec.Split()
      spec.by = ["plate"]
      spec.holdOut = ["P0"]
      let error = try #require(throws: ZooError.self) { try data.split(spec) }.description
      #expect(error.contains("train has no sample of the class 'rare': 16 in test (P0)"), "\(error)")
      #expect(error.contains("split by a finer column") && error.contains("data.classes=[dead, healthy]"), "\(error)")
    }
  }

  @Test("a donor of several experiments is told, and a new spec is split by donors")
  func crossing() throws {
    try DataFiles.with { files in
      var text = "path,label,experiment,donor\n"
      for cell in 0..<48 {
        try files.image("\(cell).png", value: Float(cell))
        // The fifth donor is in the first experiment and in the last.
        let experiment = cell / 8
        text +=
          "\(cell).png,\(cell % 2 == 0 ? "dead" : "healthy"),E\(experiment),D\(experiment == 5 ? 0 : experiment)\n"
      }
      try files.text("manifest.csv", text)
      let data = try Dataset.open(files.spec(.csv))
      var spec = DataSpec.Split()
      (spec.by, spec.train, spec.validation, spec.test) = (["experiment"], 0.5, 0.25, 0.25)
      let tears = try (0..<20).contains { seed throws in
        spec.seed = UInt64(seed)
        let told = try data.split(spec).cautions
        return told.contains {
          $0.contains("values of 'donor' ('D0'") && $0.contains("data.split.by=[donor] keeps them whole")
        }
      }
      #expect(tears)
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.text.contains("by: [\"donor\"]"), "\(made.text)")
      // Donors in several experiments and experiments of several donors: either takes the other apart.
      var crossed = "path,label,experiment,donor\n"
      for cell in 0..<48 {
        crossed += "\(cell).png,\(cell % 2 == 0 ? "dead" : "healthy"),E\(cell / 8),D\((cell / 4 + cell / 8) % 6)\n"
      }
      try files.text("manifest.csv", crossed)
      let both = try Dataset.open(files.spec(.csv))
      for by in ["experiment", "donor"] {
        spec.by = [by]
        let told = try both.split(spec).cautions
        #expect(told.contains { $0.contains("of the split by \(by)") }, "\(told)")
      }
    }
  }
}
