import Foundation
import Testing
import ZooCommand
import ZooWorkbench

@Suite("list and check")
struct ListAndCheckTests {
  @Test("list shows every spec and every part")
  func list() {
    let output = Transcript("list").output
    for name in SpecCatalogue.standard.names + Registry.standard.plugins.map(\.name) {
      #expect(output.contains("  \(name) "), "\(name)")
    }
  }

  @Test("list --json has the settings of each part and the resolved specs")
  func listJSON() throws {
    let data = Data(Transcript("list --json").output.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [[String: Any]]])
    #expect(object["specs"]?.compactMap { $0["name"] as? String } == SpecCatalogue.standard.names)
    #expect(object.keys.sorted() == ["backbones", "heads", "specs", "temporal"])
  }

  @Test("check tells what a run would be")
  func check() {
    let call = Transcript("check quickstart")
    #expect(call.status == 0, "\(call.messages)")
    #expect(call.output.contains("a simulation, not microscope data"))
    #expect(call.output.contains("resnet10_tiny → linear"))
  }

  @Test("check finds channels that the data lack, with the nearest name")
  func channels() {
    let call = Transcript("check quickstart data.channels=[BF,PJ]")
    #expect(call.status == 65 && call.output.isEmpty)
    #expect(call.messages.contains("command line: data.channels: "), "\(call.messages)")
  }
}
