import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// The import of Parquet up to what its program prints; the program itself is held against files of `datasets` and
/// pyarrow by `Benchmarks/parquet.py`.
@Suite("Import of Parquet")
struct ParquetImportTests {
  /// Rows as the program prints them.
  private struct Output {
    var bytes: [UInt8] = []
    var rows = 0

    init(rows: Int, columns: [String] = ["date", "x"], channels: [String] = ["bf", "dpc", "pi"]) {
      line(
        """
        {"parquet": 1, "files": ["data/train-00000.parquet"], "rows": \(rows), "image": "image", "channels": \(channels), \
        "columns": \(["label"] + columns), "classes": []}
        """)
    }

    mutating func line(_ text: String) { bytes += Array((text + "\n").utf8) }

    mutating func row(
      _ pixels: [Float], shape: [Int], channels: [String: Int]? = nil, label: String = "Alive",
      values: [String: String] = ["date": "2024-05-03", "x": "1.5"], subset: String = "train"
    ) {
      var all = values
      all["label"] = label
      let named = channels.map {
        ", \"channels\": {\($0.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}"
      }
      let text = all.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
      line(
        """
        {"file": "data/train-00000.parquet", "row": \(rows), "subset": "\(subset)", "shape": \(shape), \
        "bytes": \(4 * pixels.count)\(named ?? ""), "values": {\(text)}}
        """)
      pixels.withUnsafeBytes { bytes += $0 }
      rows += 1
    }

    mutating func end() { line("{\"end\": \(rows)}") }
  }

  /// Smooth along y and x, `channel · 50` apart between channels; whole numbers.
  private static func value(_ row: Int, _ channel: Int, _ y: Int, _ x: Int) -> Float {
    Float((channel * 50 + 3 * y + 2 * x + row % 7) % 256)
  }

  private static func planar(_ row: Int, _ channels: Int, side: Int = 12) -> [Float] {
    var pixels = (0..<channels).flatMap { c in (0..<side).flatMap { y in (0..<side).map { value(row, c, y, $0) } } }
    // No two rows are alike.
    pixels[0] = Float(row)
    return pixels
  }

  /// Runs the import with a shell script in place of Python.
  private static func imported(
    _ output: [UInt8], _ folder: String, ending: String = "exit 0",
    options: ParquetImport.Options = .init(), isInterrupted: @escaping () -> Bool = { false }
  ) throws -> ParquetImport {
    try Data(output).write(to: URL(fileURLWithPath: folder + "/stream"))
    // It is given the script of the tool and what to read.
    let script =
      "#!/bin/sh\ngrep -q 'import pyarrow' \"$1\" && [ \"$2\" = \(folder) ] || exit 9\ncat \(folder)/stream\n\(ending)\n"
    let program = folder + "/python"
    try Data(script.utf8).write(to: URL(fileURLWithPath: program))
    chmod(program, 0o755)
    var options = options
    options.python = program
    return try ParquetImport(folder, to: folder + "/out", options: options, isInterrupted: isInterrupted)
  }

  @Test("writes each row's own channels by name, whole numbers as bytes, and all columns")
  func rows() throws {
    try ImageFixtures.withFolder { folder in
      var output = Output(rows: 80)
      for row in 0..<80 {
        let channels = row % 2 == 0 ? ["bf": 1, "pi": 0] : ["pi": 1, "dpc": 0]
        output.row(
          Self.planar(row, 2), shape: [2, 12, 12], channels: channels, label: row % 3 == 0 ? "Dying" : "Alive",
          values: ["date": "2024-05-0\(row % 4)", "x": "\(row)"], subset: row < 60 ? "train" : "test")
      }
      output.end()
      let done = try Self.imported(output.bytes, folder)
      #expect(done.rows == 80 && !done.isNormalized)
      #expect(done.findings.contains { $0.hasPrefix("axes CYX of 2×12×12") }, "\(done.findings)")
      #expect(
        done.findings.contains("channels of all rows: PI") && done.findings.contains("of some: BF in 40, DPC in 40"))
      #expect(done.findings.contains { $0.contains("4 experiments of the training set") })
      let image = try ImageFile.read(folder + "/out/images/data-train-00000/000002.tif")
      #expect(image.sampleType == .uint8 && image.channelNames == ["DPC", "PI"] && image.samples == Self.planar(1, 2))
      let table = try CSVTable(FileBytes.read(folder + "/out/manifest.csv"), file: "manifest.csv")
      #expect(table.columns == ["path", "label", "channels", "date", "x", "subset"])
      #expect(table.rows[3] == ["images/data-train-00000/000004.tif", "Dying", "DPC PI", "2024-05-03", "3", "train"])
      // A spec of the folder takes the channels that all have.
      let spec = try SpecSkeleton(summary: "", root: folder + "/out").text
      #expect(spec.contains(#"channels: ["PI"],"#), "\(spec)")
    }
  }

  @Test("takes a wider type for all rows where a later one needs it")
  func types() throws {
    for (odd, type) in [(Float(300), SampleType.uint16), (0.5, .float32), (70000, .float32)] {
      try ImageFixtures.withFolder { folder in
        var output = Output(rows: 90)
        for row in 0..<90 {
          var pixels = Self.planar(row, 1)
          if row == 77 { pixels[5] = odd }
          output.row(pixels, shape: [12, 12])
        }
        output.end()
        let done = try Self.imported(output.bytes, folder)
        #expect(done.rows == 90)
        for (name, expected) in [("000001", Self.planar(0, 1)[5]), ("000078", odd)] {
          let image = try ImageFile.read(folder + "/out/images/data-train-00000/\(name).tif")
          #expect(image.sampleType == type && image.samples[5] == expected)
        }
      }
    }
  }

  @Test("notices values that are normalised already, and has them stay so")
  func normalized() throws {
    try ImageFixtures.withFolder { folder in
      var output = Output(rows: 6, columns: ["experiment"])
      for row in 0..<6 {
        let pixels = Self.planar(row, 1).map { ($0 - 30) / 12 }
        output.row(
          pixels, shape: [1, 12, 12], label: row % 2 == 0 ? "a" : "b", values: ["experiment": "e\(row / 2)"], subset: ""
        )
      }
      output.end()
      var options = ParquetImport.Options()
      options.channelNames = ["PI"]
      let done = try Self.imported(output.bytes, folder, options: options)
      #expect(done.isNormalized)
      let spec = try SpecSkeleton(summary: "", root: folder + "/out").text
      #expect(spec.contains(#"normalization: "none""#), "\(spec)")
    }
  }

  @Test("finds the order of the axes by sizes and smoothness, and asks where it can't")
  func axes() throws {
    let side = 12
    func array(_ order: String, _ sizes: [Character: Int]) -> (shape: [Int], values: [Float]) {
      let letters = Array(order)
      let shape = letters.map { sizes[$0] ?? 1 }
      let count = shape.reduce(1, *)
      let values = (0..<count).map { place -> Float in
        var rest = place
        var at: [Character: Int] = [:]
        for (letter, size) in zip(letters, shape).reversed() {
          (rest, at[letter]) = rest.quotientAndRemainder(dividingBy: size)
        }
        // Channels differ by much, frames by little.
        return Self.value(at["T"] ?? 0, (at["C"] ?? 0) * 2, at["Y"] ?? 0, at["X"] ?? 0)
      }
      return (shape, values)
    }
    let sizes: [Character: Int] = ["T": 5, "C": 5, "Y": side, "X": side]
    for order in ["CYX", "YXC", "TCYX", "CTYX", "TYXC"] {
      let (shape, values) = array(order, sizes)
      let axes = try ArrayAxes(nil, shape: shape, channels: 5, rows: [values])
      #expect(String(axes.letters) == order, "\(axes)")
      let planes = try axes.planes(values, shape: shape, channels: [3, 0])
      let frames = order.contains("T") ? 5 : 1
      let found: [Int] = [planes.frames, planes.channels, planes.height, planes.width]
      #expect(found == [frames, 2, side, side])
      #expect(planes.samples[0] == Self.value(0, 6, 0, 0))
      #expect(planes.samples[side * side + 2 * side + 1] == Self.value(0, 0, 2, 1))
    }
    var random = KeyedRandom(seed: 1, 1)
    let noise = (0..<5 * side * side).map { _ in Float(random.uniform()) }
    #expect(throws: ZooError.self) { _ = try ArrayAxes(nil, shape: [5, side, side], channels: 5, rows: [noise]) }
    #expect(throws: ZooError.self) {
      _ = try ArrayAxes(nil, shape: [5, side, side], channels: 4, rows: [array("CYX", sizes).values])
    }
    #expect(try String(ArrayAxes("yxc", shape: [5, side, side], channels: nil, rows: []).letters) == "YXC")
    #expect(throws: ZooError.self) { _ = try ArrayAxes("CYY", shape: [5, side, side], channels: nil, rows: []) }
    #expect(throws: ZooError.self) {
      _ = try ArrayAxes("CYX", shape: [5, side, side], channels: nil, rows: []).planes(
        noise, shape: [5, side, side], channels: [5])
    }
  }

  @Test("without pyarrow, or with a program that isn't what it should be, says what to do and leaves nothing")
  func refusals() throws {
    var whole = Output(rows: 3)
    for row in 0..<3 { whole.row(Self.planar(row, 1), shape: [12, 12]) }
    var ended = whole
    ended.end()
    let cases: [(output: [UInt8], ending: String, says: String)] = [
      ([], "echo 'there is no module pyarrow' >&2; exit 3", "parquet/bin/pip install pyarrow"),
      ([], "echo 'data/x.parquet: ArrowInvalid: magic bytes' >&2; exit 4", "ArrowInvalid"),
      (Array("hello\n".utf8), "exit 0", "something else"),
      (whole.bytes, "exit 0", "ended early"),
      (Array(ended.bytes.dropLast(200)), "exit 0", "ended early"),
      (Array(Output(rows: 3).bytes + Array("{\"end\": 3}\n".utf8)), "exit 0", "0 rows"),
      (Array(Output(rows: 0).bytes + Array("{\"end\": 0}\n".utf8)), "exit 0", "has no rows"),
      (ended.bytes, "echo 'no memory' >&2; exit 1", "no memory"),
      (
        Output(rows: 1).bytes
          + Array(
            "{\"file\": \"a\", \"row\": 0, \"subset\": \"\", \"shape\": [4611686018427387904, 4], \"bytes\": 0, \"values\": {}}\n"
              .utf8), "exit 0", "axes"
      ),
    ]
    for (output, ending, says) in cases {
      try ImageFixtures.withFolder { folder in
        let error = #expect(throws: ZooError.self) { _ = try Self.imported(output, folder, ending: ending) }
        #expect(error.map { "\($0)".contains(says) } == true, "\(says): \(String(describing: error))")
        #expect(FileKind(folder + "/out") == .nothing)
      }
    }
    try ImageFixtures.withFolder { folder in
      let error = #expect(throws: ZooError.self) {
        _ = try Self.imported(ended.bytes, folder, ending: "sleep 60", isInterrupted: { true })
      }
      #expect(error?.kind == .interrupted && FileKind(folder + "/out") == .nothing)
      var options = ParquetImport.Options()
      options.python = folder + "/no-such-python"
      let missing = #expect(throws: ZooError.self) {
        _ = try ParquetImport(folder, to: folder + "/out", options: options)
      }
      #expect(missing.map { "\($0)".contains("python3 -m venv parquet") } == true)
    }
  }
}
