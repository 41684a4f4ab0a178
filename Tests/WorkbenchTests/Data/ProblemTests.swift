import Testing
import ZooFormat

@testable import ZooData

@Suite("Many problems")
struct ProblemTests {
  @Test("what is wrong with many files in the same words stands once, with their count")
  func alike() throws {
    var problems = Problems()
    for place in 0..<30 { problems.add(ZooError(.badInput, file: "\(place).png", problem: "has 3 channels")) }
    problems.add(ZooError(.badInput, file: "0.png", line: 2, problem: "has 3 channels"))
    let one = try #require(throws: ZooError.self) { try problems.check() }
    #expect(one.parts.isEmpty && one.location.file == "0.png")
    #expect(one.problem == "has 3 channels (29 more files too, e.g. 1.png)")
    problems.add(ZooError(.badInput, file: "t.csv", line: 3, problem: "no number"))
    problems.add(ZooError(.badInput, file: "t.csv", line: 5, problem: "no number"))
    problems.add(ZooError(.badInput, problem: "no class"))
    let all = try #require(throws: ZooError.self) { try problems.check() }
    #expect(all.problem == "34 problems with the data")
    #expect(all.parts.map(\.problem) == [one.problem, "no number (1 more line too)", "no class"])
    #expect(all.parts[1].location.line == 3)
  }
}
