import Foundation
import Testing
import ZooWorkbench

@Suite("Whole files")
struct FileBytesTests {
  @Test("a file over the limit is refused, whole or in part, instead of being cut")
  func limit() throws {
    try ImageFixtures.withFolder { folder in
      let path = "\(folder)/large.tif"
      try Data("start".utf8).write(to: URL(fileURLWithPath: path))
      // Sparse: it takes no room on the disk.
      try #require(truncate(path, off_t(FileBytes.largest + 1)) == 0)
      for prefix in [FileBytes.largest, 5] {
        let error = try #require(throws: ZooError.self) { try FileBytes.read(path, prefix: prefix) }
        #expect(error.description == "\(path): has 4294967297 bytes; expected at most 4294967296 bytes.")
      }
    }
  }

  @Test("a prefix is what the file starts with, or all of a shorter one")
  func prefix() throws {
    try ImageFixtures.withFolder { folder in
      let path = "\(folder)/a"
      try Data("start".utf8).write(to: URL(fileURLWithPath: path))
      #expect(try FileBytes.read(path, prefix: 2) == Array("st".utf8))
      #expect(try FileBytes.read(path, prefix: 9) == Array("start".utf8))
    }
  }
}
