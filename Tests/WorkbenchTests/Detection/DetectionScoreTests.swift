import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Average precision of found cells")
struct DetectionScoreTests {
  private static func score(_ found: String, _ truth: String, _ distances: [Double] = [5]) throws -> DetectionScore {
    func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), file: "t.csv") }
    return try DetectionScore(
      found: table("well,frame,x,y,score,predicted,p_dead,p_alive\n" + found), foundFile: "found.csv",
      truth: table("well,frame,x,y,label\n" + truth), truthFile: "truth.csv", distances: distances)
  }

  @Test("is the area under the highest precision at each recall or above")
  func averagePrecision() throws {
    // Right, wrong, right, and a third point that nobody found: 1/3 · 1 + 1/3 · 2/3.
    let score = try Self.score(
      "A1,0,10,10,0.9,dead,1,0\nA1,0,50,50,0.8,dead,1,0\nA1,0,30,33,0.7,dead,1,0\n",
      "A1,0,11,10,dead\nA1,0,30,30,dead\nA1,0,80,80,dead\n")
    let dead = try #require(score.classes.first { $0.name == "dead" })
    #expect(abs((dead.averagePrecision ?? 0) - 5.0 / 9) < 1e-12 && dead.points == 3)
    #expect(dead.curve.map(\.recall) == [1.0 / 3, 1.0 / 3, 2.0 / 3] && dead.curve[2].precision == 2.0 / 3)
    #expect(score.classes.first { $0.name == "alive" }?.averagePrecision == nil)
    #expect(score.counts.moments == 1 && score.counts.bias == 0)
  }

  @Test("counts a point once, a detection in its own frame alone, and takes the nearest point")
  func matching() throws {
    let found = "A1,0,10,10,0.9,dead,1,0\nA1,0,12,10,0.8,dead,1,0\nA1,1,30,30,0.7,dead,1,0\nA2,0,60,60,0.6,dead,1,0\n"
    let once = try Self.score(found, "A1,0,11,10,dead\nA1,0,30,30,dead\nA2,0,61,60,dead\n")
    // 0.9 right; 0.8 is of the same point; 0.7 is in another frame; 0.6 right: 1/3 · 1 + 1/3 · 2/4.
    #expect(abs((once.classes[0].averagePrecision ?? 0) - 0.5) < 1e-12)
    let two = try Self.score("A1,0,12,10,0.9,dead,1,0\nA1,0,10,10,0.8,dead,1,0\n", "A1,0,10,10,dead\nA1,0,13,10,dead\n")
    #expect(two.classes[0].averagePrecision == 1)
    let near = try Self.score("A1,0,10,10,0.9,dead,1,0\n", "A1,0,10,18,dead\n", [5, 10])
    #expect(near.classes.filter { $0.name == "dead" }.map(\.averagePrecision) == [0, 1])
    #expect(near.csv.split(separator: "\n").count == 3 && near.text.contains("Bland–Altman"))
  }

  @Test("cells are held against points whatever their classes, and counted by class and frame")
  func confusion() throws {
    // Right; found as another class; where nothing is; improbable, so not counted. A point that nobody found.
    let found =
      "A1,0,10,10,0.9,dead,1,0\nA1,0,30,30,0.8,dead,0.6,0.4\nA1,0,60,60,0.7,alive,0,1\nA1,1,10,10,0.3,dead,1,0\n"
    func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), file: "t.csv") }
    let score = try DetectionScore(
      found: table("well,frame,x,y,score,predicted,p_dead,p_alive\n" + found), foundFile: "found.csv",
      truth: table("well,frame,x,y,label\nA1,0,11,10,dead\nA1,0,30,31,alive\nA1,1,10,10,dead\n"),
      truthFile: "truth.csv", distances: [0.5, 5], countingFrom: 0.5)
    let (near, far) = (score.confusions[0], score.confusions[1])
    #expect(
      near.found == [[0, 0], [0, 0]] && near.missed == [2, 1] && near.extra == [2, 1] && near.accuracy == nil)
    #expect(far.classes == ["dead", "alive"] && far.found == [[1, 0], [1, 0]])
    #expect(far.missed == [1, 0] && far.extra == [0, 1])
    #expect(far.recall == 2.0 / 3 && far.precision == 2.0 / 3 && far.accuracy == 0.5)
    // Dead: 2 for 1 in frame 0, none for 1 in frame 1; alive: 1 for 1, and none for none.
    #expect(score.counts.bias == 0.5 - 0.5 && score.countsByClass.map(\.name) == ["dead", "alive"])
    #expect(score.countsByClass.map(\.bias) == [0, 0] && score.countsByClass[1].upper == 0)
    #expect(abs(score.countsByClass[0].upper - 1.96 * 2.0.squareRoot()) < 1e-12)
    #expect(score.text.contains("no point") && score.text.contains("missed"))
  }

  @Test("a table that can't be right is refused with what is wrong")
  func refusals() {
    let cell = "A1,0,10,10,0.9,dead,1,0\n"
    for (found, truth, message) in [
      (cell, "B7,0,1,1,dead\n", "none of its 1 points"), (cell, "A1,0,x,1,dead\n", "the position is 'x'"),
    ] {
      let error = #expect(throws: ZooError.self) { try Self.score(found, truth) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
  }
}
