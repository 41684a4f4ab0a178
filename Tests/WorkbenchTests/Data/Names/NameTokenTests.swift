import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Channels and frames within names")
struct NameTokenTests {
  private func names(_ name: (Int, Int, Int) -> String, channels: Int = 3) -> [String] {
    (1...2).flatMap { field in (1...channels).flatMap { c in (1...4).map { "a/\(name(field, c, $0))" } } }
  }

  @Test("letters with numbers anywhere in a name, with the pattern that reads them")
  func found() throws {
    let random = "C68E875E-E716-08BE-B0E4-09CA46EA896"
    let cases: [((Int, Int, Int) -> String, String, String)] = [
      (
        { "v1xy0\($0)c\($1)t00\($2).tif" }, "c1, c2, c3 (channel) and t001, t002, t003, t004 (frame)",
        "'{class}/*c{channel}t{frame}.tif'"
      ),
      (
        { "img_channel00\($1)_position00\($0)_time00\($2)_z000.tif" }, "channel001, channel002, channel003 (channel)",
        "{channel}_position*_time{frame}_z*.tif"
      ),
      ({ "P_B0\($0)_s\($2)_w\($1)\(random)\($1).TIF" }, "w1, w2, w3 (channel)", "'{class}/*_w{channel}*.TIF'"),
      ({ "r0\($0)c02f0\($2)p01-ch\($1)sk1fk1.tiff" }, "ch1, ch2, ch3 (channel)", "{channel}sk"),
      (
        { "V_\(["Green", "Red", "Phase"][$1 - 1])_\($0 == 1 ? "B" : "C")2_\($2)_00d04h.tif" },
        "Green, Phase, Red (channel)",
        "'{class}/V_{channel}_*.tif'"
      ),
    ]
    for (name, words, pattern) in cases {
      let tokens = try #require(NameTokens(names(name)), "\(name(1, 1, 1))")
      let text = tokens.told(in: "{class}")
      #expect(text.contains(words), "\(text)")
      #expect(text.contains(pattern), "\(text)")
    }
    #expect(NameTokens(names { "v1xy0\($0)c\($1)t00\($2).tif" })?.stems["a/v1xy01c2t003.tif"] == "a/v1xy01c#t#.tif")
  }

  @Test("cells, wells and numbers aren't taken for channels")
  func others() {
    #expect(NameTokens(names { "P\($0)_B02_c0\($1)\($2).png" }) == nil)
    #expect(NameTokens(names { "P\($0)_w0\($1)_\($2).png" }) == nil)
    #expect(NameTokens(names { "\($0)\($1)\($2).png" }) == nil)
    #expect(NameTokens((1...20).map { "a/t\($0).png" }) == nil)
    #expect(NameTokens([]) == nil)
  }

  @Test("data and new specs say so, and files of one image stay on one side of the split")
  func told() throws {
    try DataFiles.with { files in
      var value: Float = 1
      for name in ["dead", "healthy"] {
        for field in 1...3 {
          for channel in 1...2 {
            for frame in 1...3 {
              try files.image("\(name)/v1xy\(name == "dead" ? 1 : 2)\(field)c\(channel)t00\(frame).png", value: value)
              value += 1
            }
          }
        }
      }
      let data = try Dataset.open(files.spec(.folder))
      #expect(Set(data.samples.compactMap(\.unit)).count == 6)
      #expect(
        data.remarks.contains { $0.contains("names in 'dead' and others differ in c1, c2 (channel)") },
        "\(data.remarks)")
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.remarks.contains { $0.contains("'{class}/*c{channel}t{frame}.png'") }, "\(made.remarks)")
      var spec = files.spec(.folder)
      spec.images = "{class}/*c{channel}t{frame}.png"
      #expect(try Dataset.open(spec).samples.count == 18)
    }
    // Where a pattern of the names is found, too.
    try DataFiles.with { files in
      var value: Float = 1
      for (name, row) in [("dead", "B"), ("healthy", "C")] {
        for well in 2...4 {
          for channel in 1...2 {
            for site in 1...2 {
              try files.image("\(name)/P1_\(row)0\(well)_w\(channel)_s\(site).png", value: value)
              value += 1
            }
          }
        }
      }
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.remarks.contains { $0.contains("Unsure: names differ in w1, w2 (channel)") }, "\(made.remarks)")
    }
  }
}
