import Foundation
import Testing
import ZooWorkbench

@Suite("The table of keys")
struct SpecSchemaTests {
  @Test("has every stored property of a spec, once")
  func complete() {
    var leaves: Set<String> = []
    func walk(_ value: Any, _ path: String) {
      let mirror = Mirror(reflecting: value)
      let isSection = mirror.displayStyle == .struct && !(value is PartSpec)
      guard isSection else {
        leaves.insert(path)
        return
      }
      for child in mirror.children { walk(child.value, (path.isEmpty ? "" : path + ".") + (child.label ?? "")) }
    }
    walk(Spec(), "")
    // String, array and number are structures without children that reflection shows, or leaves by style.
    #expect(Set(SpecSchema.keys.map(\.path)) == leaves)
    #expect(Set(SpecSchema.keys.map(\.path)).count == SpecSchema.keys.count)
  }

  @Test("keeps what it writes: each key reads back from the canonical form")
  func defaults() throws {
    let spec = try SpecReader().readOne(text: Spec().canonicalText, file: "a.json5")
    // The name comes from the file, and `auto` becomes what it found.
    for key in SpecSchema.keys where !["name", "data.source"].contains(key.path) {
      #expect(key.read(spec) == key.standard, "\(key.path)")
    }
  }
}
