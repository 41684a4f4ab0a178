import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Images that can't be read are left out of a new spec only where they are few and of no one group")
struct UnreadableGroupTests {
  /// Forty images of four donors and two classes; those of `broken` are no PNG.
  private func table(_ files: DataFiles, broken: Set<Int>) throws {
    var text = "path,label,donor\n"
    for place in 0..<40 {
      if broken.contains(place) {
        try files.text("\(place).png", "none")
      } else {
        try files.image("\(place).png", value: Float(place + 1))
      }
      text += "\(place).png,\(["dead", "live"][place % 2]),D\(place / 10)\n"
    }
    try files.text("manifest.csv", text)
  }

  @Test("a whole group is refused by its name, many by their number; a few are left out, and all if somebody says so")
  func groups() throws {
    let cases: [(Set<Int>, String?)] = [
      (Set(10..<20), "all 10 of donor 'D1' can't be read"), ([1, 11, 21, 31, 32], "5 of 40 images can't be read"),
      ([1, 11], nil),
    ]
    for (broken, text) in cases {
      try DataFiles.with { files in
        try table(files, broken: broken)
        if let text {
          let error = try #require(throws: ZooError.self) { try SpecSkeleton(summary: "", root: files.folder) }
            .description
          #expect(error.contains(text) && error.contains("data.onError=skip"), "\(error)")
        } else {
          #expect(try SpecSkeleton(summary: "", root: files.folder).text.contains("onError: \"skip\""))
        }
        let made = try SpecSkeleton(summary: "", root: files.folder, overrides: ["data.onError=skip"])
        #expect(made.text.contains("onError: \"skip\""), "\(made.text)")
      }
    }
  }
}
