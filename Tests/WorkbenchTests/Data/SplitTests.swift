import Foundation
import Testing
import ZooData
import ZooWorkbench

@Suite("Split")
struct SplitTests {
  /// Wells of very different sizes and class mixtures, as screens have them.
  private static func wells(_ count: Int) throws -> Dataset {
    try DataFiles.with { files in
      try files.image("cell.png", value: 1)
      var text = "id,path,label,plate,well\n"
      var random = KeyedRandom(seed: 3)
      for well in 0..<count {
        for cell in 0..<5 + random.below(40) {
          let label = random.chance(well % 2 == 0 ? 0.8 : 0.3) ? "common" : random.chance(0.3) ? "rare" : "other"
          text += "\(well)-\(cell),cell.png,\(label),P\(well / 6),W\(well % 6)\n"
        }
      }
      try files.text("manifest.csv", text)
      // One picture for all, which training would take for copies.
      return try Dataset.open(files.spec(.csv), for: .evaluation)
    }
  }

  private static func spec(by columns: [String], seed: UInt64 = 1) -> DataSpec.Split {
    var spec = DataSpec.Split()
    spec.by = columns
    spec.seed = seed
    return spec
  }

  @Test("numbers by key are the same in every version")
  func keyedNumbers() {
    var random = KeyedRandom(seed: 5, KeyedRandom.key("order"), 9)
    #expect([random.next(), random.next()] == [2_925_799_264_544_292_033, 3_024_497_226_038_830_530])
  }

  @Test("groups stay together, and every class gets nearly its share in every subset", arguments: 1...5)
  func groups(seed: UInt64) throws {
    let data = try Self.wells(36)
    let split = try data.split(Self.spec(by: ["plate", "well"], seed: seed))
    #expect((split.train + split.validation + split.test).sorted() == Array(data.samples.indices))
    var owner: [[String]: Subset] = [:]
    for subset in Subset.allCases {
      for index in split[subset] {
        let group = data.samples[index].groups
        #expect(owner[group] ?? subset == subset, "\(group) is in two subsets")
        owner[group] = subset
      }
    }
    for (subset, share) in zip(Subset.allCases, [0.7, 0.15, 0.15]) {
      for label in data.classes.indices {
        let all = data.samples.filter { $0.label == label }.count
        let part = split[subset].filter { data.samples[$0].label == label }.count
        let found = Double(part) / Double(all)
        #expect(abs(found - share) < 0.05, "\(subset) has \(found) of class \(label)")
      }
    }
  }

  @Test("a seed gives one split, and another seed another")
  func seeds() throws {
    let data = try Self.wells(36)
    let first = try data.split(Self.spec(by: ["plate", "well"]))
    #expect(try data.split(Self.spec(by: ["plate", "well"])) == first)
    #expect(try data.split(Self.spec(by: ["plate", "well"], seed: 2)).test != first.test)
  }

  @Test("at random, classes are split to the sample")
  func random() throws {
    let data = try Self.wells(20)
    let split = try data.split(Self.spec(by: []))
    for label in data.classes.indices {
      let all = data.samples.filter { $0.label == label }.count
      let test = split.test.filter { data.samples[$0].label == label }.count
      #expect(abs(Double(test) - 0.15 * Double(all)) <= 1)
    }
  }

  @Test("what is written down reads back as the same split")
  func file() throws {
    let data = try Self.wells(24)
    let split = try data.split(Self.spec(by: ["plate", "well"]))
    try DataFiles.with { files in
      try files.text("split.csv", SplitRow.csv(data.rows(split, by: ["plate", "well"])))
      var spec = Self.spec(by: ["plate", "well"])
      spec.file = files.folder + "/split.csv"
      let read = try data.split(spec)
      #expect(read.train == split.train && read.validation == split.validation && read.test == split.test)
      // A group torn apart, a sample that is missing, and a word that is no subset.
      var rows = data.rows(split, by: [])
      rows[0].subset = rows[0].subset == "test" ? "train" : "test"
      rows[5].subset = "tset"
      rows.removeLast()
      rows.append(rows[1])
      rows[rows.count - 1].id = "stranger"
      try files.text("split.csv", SplitRow.csv(rows))
      let error = try #require(throws: ZooError.self) { try data.split(spec) }
      for part in ["the group 'P0 / W0' is in", "isn't assigned", "Did you mean 'test'?"] {
        #expect(error.description.contains(part), "missing '\(part)' in \(error)")
      }
      var more = data.rows(split, by: ["plate", "well"])
      more.append(more[1])
      more[more.count - 1].id = "stranger"
      try files.text("split.csv", SplitRow.csv(more))
      #expect(try data.split(spec).cautions.contains { $0.contains("of no sample that is used, e.g. 'stranger'") })
    }
  }

  @Test("figures take the groups of the split as independent, by the names that are written down")
  func independence() throws {
    let data = try Self.wells(4)
    let split = try data.split(Self.spec(by: ["plate", "well"]))
    let rows = data.rows(split, by: ["plate", "well"])
    let name = data.independentNames(by: ["plate", "well"])
    #expect(data.samples.indices.map(name) == rows.map(\.group))
    #expect(name(0) == "P0 / W0" && data.independentNames(by: [])(0).isEmpty)
  }

  @Test("too few groups, training without a class and shares that don't sum to 1 are refused")
  func refusals() throws {
    let data = try Self.wells(2)
    #expect(throws: ZooError.self) { try data.split(Self.spec(by: ["well"])) }
    var spec = Self.spec(by: [])
    spec.train = 0.9
    #expect(throws: ZooError.self) { try data.split(spec) }
    try DataFiles.with { files in
      try files.image("cell.png", value: 1)
      try files.text(
        "manifest.csv", "id,path,label,well\n1,cell.png,a,1\n2,cell.png,b,2\n3,cell.png,a,3\n4,cell.png,a,4\n")
      let few = try Dataset.open(files.spec(.csv), for: .evaluation)
      // One well has all of class b, and is trained on: the others can't have it.
      let split = try few.split(Self.spec(by: ["well"]))
      #expect(split.train.contains(1))
      #expect(
        split.cautions == [
          "validation has no sample of the class 'b'", "test has no sample of the class 'b'",
        ])
      var without = Self.spec(by: ["well"])
      without.holdOut = ["2"]
      let error = try #require(throws: ZooError.self) { try few.split(without) }
      #expect(error.description.contains("train has no sample of the class 'b'"), "\(error)")
    }
  }

  @Test("each group is in one fold, folds are alike, and validation comes from the rest")
  func folds() throws {
    let data = try Self.wells(36)
    var tested: [Int] = []
    for fold in 1...4 {
      var spec = Self.spec(by: ["plate", "well"])
      spec.folds = 4
      spec.fold = fold
      let split = try data.split(spec)
      #expect((split.train + split.validation + split.test).sorted() == Array(data.samples.indices))
      let groups = [split.train, split.validation, split.test].map { part in Set(part.map { data.samples[$0].groups }) }
      #expect(groups[0].isDisjoint(with: groups[1]) && groups[0].union(groups[1]).isDisjoint(with: groups[2]))
      #expect(abs(Double(split.test.count) / Double(data.samples.count) - 0.25) < 0.03)
      #expect(!split.validation.isEmpty)
      #expect(split.rule.contains("fold \(fold) of 4"))
      tested += split.test
    }
    #expect(tested.sorted() == Array(data.samples.indices))
  }

  @Test("named groups are held out; a name that no group has is refused with the nearest")
  func holdOut() throws {
    let data = try Self.wells(36)
    var spec = Self.spec(by: ["plate"])
    spec.holdOut = ["P2"]
    let split = try data.split(spec)
    #expect(split.test == data.samples.indices.filter { data.samples[$0].groups[0] == "P2" })
    spec.holdOut = ["P22"]
    let error = #expect(throws: ZooError.self) { try data.split(spec) }
    #expect(error?.description.contains("Did you mean 'P2'?") == true, "\(error?.description ?? "")")
    spec.holdOut = []
    spec.folds = 7
    #expect(throws: ZooError.self) { try data.split(spec) }
  }
}
