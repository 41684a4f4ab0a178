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

  @Test("list shows what has all words, and refuses what nothing has")
  func listOfWords() {
    let output = Transcript("list backbones ResNet bottleneck").output
    #expect(output.contains("resnet50") && output.contains("resnet101") && !output.contains("resnet18"))
    #expect(!output.contains("Heads"))
    let call = Transcript("list resent50")
    #expect(call.status == 64 && call.messages.contains("Did you mean 'resnet50'?"), "\(call.messages)")
  }

  @Test("show takes a backbone by its name")
  func showBackbone() {
    let call = Transcript("show mobilenetv3_small_100")
    // 1 518 881 weights and biases of the features, and 2 · 1024 + 2 of the classifier.
    #expect(call.status == 0 && call.output.contains("1 519 906") || call.output.contains("1519906"), "\(call.output)")
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
