import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Files of other programs that are given as tables")
struct NoTableTests {
  @Test(
    "what they are is said, with what to do",
    arguments: [
      (
        "{\"images\": [{\"id\": 1}], \"annotations\": []}", "is JSON of boxes, as COCO has it", "data.cells.layout=coco"
      ),
      ("\u{FEFF}{\n  \"info\": {}, \"categories\": []\n}", "is JSON of boxes, as COCO has it", "data.source=cells"),
      ("{\"file_name\": \"a.tif\"}\n{\"file_name\": \"b.tif\"}\n", "is JSON lines", "lines=True"),
      ("[{\"path\": \"a.png\"}]", "is JSON;", "pandas.read_json(\"FILE\")"),
      ("[{\"id\": 1, \"annotations\": [{\"completed_by\": 1}]}]", "is annotations of Label Studio", "as COCO"),
    ])
  func json(text: String, problem: String, remedy: String) throws {
    let error = try #require(throws: ZooError.self) { try CSVTable(Array(text.utf8), file: "t.json") }.description
    #expect(error.contains(problem) && error.contains(remedy), "\(error)")
  }

  @Test("an array of NumPy is called so")
  func array() throws {
    let bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0]
    let error = try #require(throws: ZooError.self) { try CSVTable(bytes, file: "a.npy") }.description
    let cellpose = try #require(throws: ZooError.self) { try CSVTable(bytes, file: "a_seg.npy") }.description
    #expect(cellpose.contains("what Cellpose keeps of an image") && cellpose.contains("[\"masks\"]"), "\(cellpose)")
    #expect(error.contains("is a NumPy array (.npy)"), "\(error)")
  }

  @Test("tables that begin with a bracket are tables")
  func tables() throws {
    for text in ["[um],label\n1,dead\n", "{name},label\na,dead\n", "[0],b\n1,2\n"] {
      #expect(try CSVTable(Array(text.utf8), file: "t.csv").columns.count == 2)
    }
  }
}
