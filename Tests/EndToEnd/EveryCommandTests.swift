@testable import ZooData

#if os(Linux)
  import Foundation
  import Synchronization
  import Testing

  @testable import ZooCommand
  @testable import ZooWorkbench

  /// What holds of every command that writes, whatever it writes: closed descriptors, full disks and kills, links, pipes and
  /// folders where files are read or written. A command that isn't in the table fails the first test.
  @Suite("Every command that writes", .serialized)
  struct EveryCommandTests {
    /// A call of the tool. In its words `IN` is the folder of what is read, `OUT` that of what is written.
    struct Call: CustomTestStringConvertible, Sendable {
      let words: [String]
      /// Whether the bytes that it writes are the same whenever it is called.
      var isSame = true

      init(_ line: String, isSame: Bool = true) {
        words = line.split(separator: " ").map(String.init)
        self.isSame = isSame
      }

      var testDescription: String { words.joined(separator: " ") }
      func words(_ input: String, _ output: String) -> [String] {
        words.map { $0.replacing("IN/", with: input + "/").replacing("OUT/", with: output + "/") }
      }
      /// The words without what stands before an equals sign.
      private var paths: [String] { words.map { $0.split(separator: "=").last.map(String.init) ?? $0 } }
      /// The names in `OUT` that it writes.
      var outputs: [String] { paths.filter { $0.hasPrefix("OUT/") }.map { String($0.dropFirst(4)) } }
      /// The files in `IN` that it names.
      var inputs: [String] { paths.filter { $0.hasPrefix("IN/") && $0.contains(".") }.map { String($0.dropFirst(3)) } }
    }

    static let calls = [
      Call("data look IN/cells.json5 --html OUT/look.html"),
      Call("data annotate IN/cells.json5 --limit 5 --html OUT/label.html"),
      Call("data agree IN/first.csv IN/second.csv -o OUT/disputes.csv"),
      Call("data label IN/cells.json5 data.labels.from=pi -o OUT/pi.csv --html OUT/pi.html"),
      Call("data import IN/stream --python IN/python --axes CYX -o OUT/imported"),
      Call("data export IN/cells.json5 --unlabelled --limit 4 --threads 2 -o OUT/crops"),
      Call("data cells IN/film -o OUT/cells.csv"),
      Call("simulate OUT/cells --experiments 2 --cells 1 --size 32 --format tiff"),
      Call("simulate fields OUT/plate --experiments 1 --wells 2 --frames 2 --size 64 --cells 2 --threads 2"),
      Call("embed IN/quick -o OUT/embedding.csv"),
      Call("card IN/quick -o OUT/card.md"),
      Call("report IN/quick -o OUT/report.html"),
      Call("report IN/quick --checklist OUT/checklist.md"),
      Call("graft IN/quick --head mlp -o OUT/graft.zoo"),
      Call(
        "deaths IN/predictions.csv --frame-interval 0.25 --plate IN/film/plate_map.csv -o OUT/deaths.csv "
          + "--curves OUT/curves.csv --html OUT/deaths.html"),
      Call("predict IN/run IN/film -o OUT/p.csv --geojson OUT/p.geojson --napari OUT/napari --overlay OUT/rings"),
      Call("predict IN/dense IN/film --find --threshold 0 -o OUT/found.csv"),
      Call(
        "predict IN/quick data.simulation.cellsPerClass=1 data.simulation.experiments=2 -o OUT/p.csv --explain OUT/why"),
      Call("evaluate IN/quick --predictions OUT/p.csv"),
      Call("evaluate IN/dense --fields IN/film --truth IN/film/annotations.csv --curve OUT/curve.csv"),
      Call("export IN/quick --calibrate validation -o OUT/model.zoo --onnx OUT/model.onnx"),
      Call("export IN/quick --safetensors OUT/model.safetensors"),
      Call("export IN/quick --quantize int8 --samples 4 -o OUT/small.zoo"),
      Call("export IN/suite --ensemble -o OUT/ensemble.zoo --onnx OUT/ensemble.onnx"),
      Call("import IN/model.onnx -o OUT/model.zoo"),
      Call(
        "compare IN/quick IN/other --html OUT/c.html --csv OUT/c.csv --latex OUT/c.tex --disagreements OUT/d.csv "
          + "--subgroups OUT/s.csv"),
      Call("show IN/quick --svg OUT/graph.svg"),
      Call("bench IN/quick/model.zoo --seconds 0.05 --batch 1 --threads 1 --trace OUT/trace.json", isSame: false),
      Call("new OUT/spec.json5 --data IN/film"),
      Call("run IN/quick/model.zoo --input image=IN/images.npy --output probabilities=OUT/p.npy"),
    ]

    private static let files = FileManager.default

    /// What the calls read, made once.
    private static let input: String = {
      let folder = NSTemporaryDirectory() + "zoo-every-\(getpid())"
      try? files.removeItem(atPath: folder)
      atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "zoo-every-\(getpid())") }
      let made = Result { try makeInput(folder) }
      if case .failure(let error) = made { Issue.record("\(error)") }
      return URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    }()

    private static func makeInput(_ folder: String) throws {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      func zoo(_ line: String) throws {
        let done = Transcript(line.split(separator: " ").map { String($0).replacing("IN/", with: folder + "/") })
        try #require(done.status == 0, "\(line): \(done.messages)")
      }
      let whole = "data.split.by=[] data.split.train=1 data.split.validation=0 data.split.test=0"
      let small = "train.epochs=1 train.batch=8 model.backbone={name:'resnet10_tiny',width:4,stem:'small'} --threads 2"
      let quick =
        "train quickstart data.height=16 data.width=16 data.simulation.cellsPerClass=4 "
        + "data.simulation.experiments=6 data.split={by:[experiment],train:0.4,validation:0.3,test:0.3} \(small)"
      try zoo(
        "simulate fields IN/film --layout trackmate --experiments 1 --wells 2 --frames 3 --size 80 --cells 10 --seed 3")
      try zoo("new IN/cells.json5 --data IN/film")
      try zoo("train IN/cells.json5 --run-dir IN/run data.height=24 data.width=24 \(small) \(whole)")
      try zoo(
        "train IN/cells.json5 --run-dir IN/dense data.height=64 data.width=64 model.head=dense "
          + "data.cells.background=2 data.classes=[] \(small) \(whole)")
      try zoo("predict IN/run IN/film -o IN/predictions.csv")
      try zoo("\(quick) --run-dir IN/quick")
      try zoo("\(quick) model.head=mlp --run-dir IN/other")
      try zoo("\(quick) seeds=2 --run-dir IN/suite")
      try zoo("export IN/quick --onnx IN/model.onnx")
      let labels = "id,label\na,alive\nb,dead\nc,alive\n"
      for (name, text) in [
        ("first.csv", labels), ("second.csv", labels.replacing("c,alive", with: "c,dead")),
        // What the program on pyarrow prints of two rows.
        ("python", "#!/bin/sh\ncat \"$2\"\n"),
        (
          "stream",
          "{\"parquet\": 1, \"files\": [\"a.parquet\"], \"rows\": 2, \"image\": \"image\", \"channels\": [\"bf\"], "
            + "\"columns\": [\"label\"], \"classes\": []}\n"
            + (0..<2).map { row in
              "{\"file\": \"a.parquet\", \"row\": \(row), \"subset\": \"train\", \"shape\": [1, 12, 12], \"bytes\": 576, "
                + "\"values\": {\"label\": \"\(row)\"}}\n" + String(repeating: "\0\0\0\0", count: 144)
            }.joined() + "{\"end\": 2}\n"
        ),
      ] { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      let images = try Tensor(zeros: TensorType(.float32, [2, 3, 16, 16]))
      try Data(NumPyFile.encode(images)).write(to: URL(fileURLWithPath: "\(folder)/images.npy"))
      chmod("\(folder)/python", 0o755)
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
      let folder = NSTemporaryDirectory() + "zoo-out-\(UUID().uuidString)"
      try Self.files.createDirectory(atPath: folder, withIntermediateDirectories: false)
      defer { try? Self.files.removeItem(atPath: folder) }
      try body(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path)
    }

    /// All files below a folder.
    private func tree(_ folder: String) throws -> [String: Data] {
      var files: [String: Data] = [:]
      for name in try Self.files.subpathsOfDirectory(atPath: folder) {
        if let bytes = Self.files.contents(atPath: "\(folder)/\(name)"), FileKind("\(folder)/\(name)") == .file {
          files[name] = bytes
        }
      }
      return files
    }

    private static let known = Mutex<[[String]: [String: Data]]>([:])

    /// What a call that nothing happens to writes.
    private func expected(_ call: Call) throws -> [String: Data] {
      if let known = Self.known.withLock({ $0[call.words] }) { return known }
      var files: [String: Data] = [:]
      try withFolder { folder in
        let done = try Tool(call.words(Self.input, folder)).result(within: 120)
        try #require(done.status == 0, "\(done.text)")
        files = try tree(folder)
      }
      #expect(!files.isEmpty)
      Self.known.withLock { $0[call.words] = files }
      return files
    }

    private func expectSame(_ folder: String, _ expected: [String: Data], _ call: Call, _ what: String) throws {
      let found = try tree(folder)
      #expect(found.keys.sorted() == expected.keys.sorted(), "\(what)")
      guard call.isSame else { return }
      for (name, bytes) in expected where found[name] != nil { #expect(found[name] == bytes, "\(what): \(name)") }
    }

    @Test("is tried here")
    func complete() {
      for command in ZooCommand.commands {
        let own = Self.calls.filter { $0.words.joined(separator: " ").hasPrefix(command.name + " ") }
        for option in command.options where option.output != nil {
          let spellings = ["--\(option.name)"] + (option.letter.map { ["-\($0)"] } ?? [])
          #expect(own.contains { !Set($0.words).isDisjoint(with: spellings) }, "zoo \(command.name) --\(option.name)")
        }
      }
    }

    @Test("writes the same with closed standard streams", arguments: calls)
    func closed(_ call: Call) throws {
      let expected = try expected(call)
      for closing in ["0<&-", "1>&-", "2>&-"] {
        try withFolder { folder in
          let done = try Tool(call.words(Self.input, folder), setUp: "exec \(closing)").result(within: 120)
          #expect(done.status == 0, "\(closing): \(done.text)")
          try expectSame(folder, expected, call, closing)
        }
      }
    }

    /// Each call meets some of the kinds, and all of them together meet all.
    @Test(
      "leaves what was there or what it makes, after a failure and after a kill, and the same command mends it",
      arguments: calls.indices)
    func faults(_ index: Int) throws {
      let call = Self.calls[index]
      let expected = try expected(call)
      var counts: [String: Int] = [:]
      try withFolder { counts = try Faults.counts(call.words(Self.input, $0), under: $0) }
      let kinds = ["write", "open", "rename", "flush"]
      for (place, kind) in kinds.enumerated() where Faults.share != nil || (place + index) % 2 == 0 {
        for fault in Faults.tried(kind, counts[kind] ?? 0, place + index) {
          try withFolder { folder in
            // Files that are replaced; folders mustn't be there.
            let old = Data("what was there".utf8)
            let names = expected.keys.filter { call.outputs.contains($0) && call.words.first != "new" }
            for name in names { try old.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            let trial = try Faults.run(call.words(Self.input, folder), under: folder, fault: fault)
            trial.expectMessages(1...1)
            let left = try tree(folder)
            for name in names {
              let isWhole = !call.isSame || left[name] == expected[name]
              #expect(left[name] == old || isWhole, "after \(fault): \(name)")
            }
            for name in call.outputs where !names.contains(name) {
              // What appears is whole.
              let inside = expected.filter { $0.key == name || $0.key.hasPrefix(name + "/") }
              let found = left.filter { $0.key == name || $0.key.hasPrefix(name + "/") }
              #expect(
                found.isEmpty || !call.isSame || found == inside, "after \(fault): \(name): \(found.keys.sorted())")
              // A folder that is whole isn't written again.
              if !found.isEmpty { try Self.files.removeItem(atPath: "\(folder)/\(name)") }
            }
            let again = try Tool(call.words(Self.input, folder)).result(within: 120)
            #expect(again.status == 0, "after \(fault): \(again.text)\nbefore: \(trial.text)")
            try expectSame(folder, expected, call, "after \(fault)")
          }
        }
      }
    }

    @Test(
      "never writes through a link, and refuses pipes and folders in the place of its files at once", arguments: calls)
    func outputs(_ call: Call) throws {
      let expected = try expected(call)
      try withFolder { folder in
        let names = expected.keys.filter { call.outputs.contains($0) }
        // A new spec never takes the place of anything.
        guard !names.isEmpty, call.words.first != "new" else { return }
        let victim = Data("ssh-ed25519 AAAA\n".utf8)
        try Self.files.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: false)
        for name in names {
          try victim.write(to: URL(fileURLWithPath: "\(folder)/\(name)-victim"))
          try Self.files.createSymbolicLink(
            atPath: "\(folder)/out/\(name)", withDestinationPath: "\(folder)/\(name)-victim")
        }
        let done = try Tool(call.words(Self.input, "\(folder)/out")).result(within: 120)
        #expect(done.status == 0, "\(done.text)")
        for name in names { #expect(Self.files.contents(atPath: "\(folder)/\(name)-victim") == victim, "\(name)") }
        try expectSame("\(folder)/out", expected, call, "through links")
      }
      for name in call.outputs where call.words.first != "new" {
        let isFile = expected[name] != nil
        for kind in ["pipe", isFile ? "folder" : "file"] {
          try withFolder { folder in
            let path = "\(folder)/\(name)"
            switch kind {
            case "pipe": #expect(mkfifo(path, 0o600) == 0)
            case "folder": try Self.files.createDirectory(atPath: path, withIntermediateDirectories: false)
            default: try Data().write(to: URL(fileURLWithPath: path))
            }
            let done = try Tool(call.words(Self.input, folder)).result(within: 60)
            #expect([1, 64].contains(done.status), "\(name) is a \(kind): \(done.text)")
            #expect(done.text.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 1, "\(done.text)")
            // Before anything else was written.
            #expect(try Self.files.contentsOfDirectory(atPath: folder) == [name], "\(name) is a \(kind)")
          }
        }
      }
    }

    /// What would fail in the end, when hours of work are done.
    @Test("refuses names that are too long and places where nothing can be made at once", arguments: calls)
    func places(_ call: Call) throws {
      let expected = try expected(call)
      for name in call.outputs {
        let isFile = expected[name] != nil
        for kind in ["long", "below a file", isFile ? "no folder" : "dangling"] {
          try withFolder { folder in
            let place: String
            switch kind {
            case "long": place = String(repeating: "x", count: 260) + (name as NSString).lastPathComponent
            case "no folder": place = "nowhere/\(name)"
            case "below a file":
              try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
              place = "file/\(name)"
            default:
              place = name
              try Self.files.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: "\(folder)/nowhere")
            }
            let before = try Self.files.contentsOfDirectory(atPath: folder)
            let words = call.words(Self.input, folder).map { word in
              word.hasSuffix("\(folder)/\(name)") ? word.dropLast(name.count) + place : word
            }
            let done = try Tool(words).result(within: 60)
            #expect([1, 64].contains(done.status), "\(kind): \(done.text)")
            #expect(done.text.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 1, "\(done.text)")
            #expect(try Self.files.contentsOfDirectory(atPath: folder) == before, "\(kind)")
          }
        }
      }
    }

    @Test("refuses one place for two outputs, and never replaces what it reads", arguments: calls)
    func samePlaces(_ call: Call) throws {
      let expected = try expected(call)
      let files = call.outputs.filter { expected[$0] != nil && call.words.first != "new" }
      if files.count > 1 {
        try withFolder { folder in
          try Self.files.createSymbolicLink(atPath: "\(folder)/here", withDestinationPath: ".")
          let words = call.words(Self.input, folder).map { word in
            word.hasSuffix("\(folder)/\(files[1])") ? word.dropLast(files[1].count) + "here/here/" + files[0] : word
          }
          let done = try Tool(words).result(within: 60)
          #expect(done.status == 64 && done.text.contains("are to go"), "\(done.text)")
          #expect(try Self.files.contentsOfDirectory(atPath: folder) == ["here"])
        }
      }
      guard let name = files.first, let input = call.inputs.first(where: { $0 != "python" }) else { return }
      try withFolder { folder in
        let copy = "\(folder)/\((input as NSString).lastPathComponent)"
        let bytes = Self.files.contents(atPath: "\(Self.input)/\(input)")
        try Self.files.copyItem(atPath: "\(Self.input)/\(input)", toPath: copy)
        let words = call.words(Self.input, folder).map { word in
          word.replacing("\(Self.input)/\(input)", with: copy).replacing("\(folder)/\(name)", with: copy)
        }
        let done = try Tool(words).result(within: 60)
        #expect(done.status == 64 && done.text.contains("is read, and"), "\(done.text)")
        #expect(Self.files.contents(atPath: copy) == bytes)
      }
    }

    @Test("reads through links, and refuses pipes in the place of its files", arguments: calls)
    func inputs(_ call: Call) throws {
      let expected = try expected(call)
      for name in call.inputs where name != "python" {
        try withFolder { folder in
          let other = "\(folder)/\((name as NSString).lastPathComponent)"
          let out = "\(folder)/out"
          try Self.files.createDirectory(atPath: out, withIntermediateDirectories: false)
          let words = call.words(Self.input, out).map { word in
            let path = "\(Self.input)/\(name)"
            return word == path || word.hasSuffix("=" + path) ? word.dropLast(path.count) + other : word
          }
          #expect(mkfifo(other, 0o600) == 0)
          let refused = try Tool(words).result(within: 60)
          #expect([64, 65].contains(refused.status), "\(name): \(refused.text)")
          #expect(refused.text.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 1, "\(refused.text)")
          #expect(try Self.files.contentsOfDirectory(atPath: out).isEmpty)
          try Self.files.removeItem(atPath: other)
          try Self.files.createSymbolicLink(atPath: other, withDestinationPath: "\(Self.input)/\(name)")
          // A spec stands for the folder that it lies in.
          guard !name.hasSuffix(".json5") else { return }
          let done = try Tool(words).result(within: 120)
          #expect(done.status == 0, "\(name): \(done.text)")
          #expect(try tree(out).keys.sorted() == expected.keys.sorted())
        }
      }
    }

    /// The files of a film, one of them a pipe.
    @Test("refuses pipes among the files of a folder", arguments: ["table", "image", "map"])
    func pipesInside(_ kind: String) throws {
      try withFolder { folder in
        let film = "\(folder)/film"
        try Self.files.copyItem(atPath: "\(Self.input)/film", toPath: film)
        let names = try Self.files.subpathsOfDirectory(atPath: film).sorted()
        let name = try #require(
          names.first { name in
            switch kind {
            case "table": name.contains("/") && name.hasSuffix(".csv")
            case "image": name.hasSuffix(".tif")
            default: name == "plate_map.csv"
            }
          }, "\(names)")
        try Self.files.removeItem(atPath: "\(film)/\(name)")
        #expect(mkfifo("\(film)/\(name)", 0o600) == 0)
        let out = "\(folder)/p.csv"
        let done = try Tool(["predict", "\(Self.input)/run", film, "-o", out]).result(within: 60)
        #expect(done.status == 65, "\(name): \(done.text)")
        #expect(FileKind(out) == .nothing)
      }
    }

    /// Links in a folder that lead back to it, or to each other: followed without end they would be thousands of folders.
    @Test("comes to an end in folders that lead round")
    func circles() throws {
      try withFolder { folder in
        let film = "\(folder)/film"
        try Self.files.copyItem(atPath: "\(Self.input)/film", toPath: film)
        for name in ["a", "b"] {
          try Self.files.createDirectory(atPath: "\(film)/\(name)", withIntermediateDirectories: false)
        }
        for (link, target) in [("here", "."), ("there", "."), ("a/b", "../b"), ("b/a", "../a"), ("b/up", "..")] {
          try Self.files.createSymbolicLink(atPath: "\(film)/\(link)", withDestinationPath: target)
        }
        let found = try Tool(["data", "cells", film, "-o", "\(folder)/cells.csv"]).result(within: 60)
        #expect(found.status == 0, "\(found.text)")
        let whole = try Tool(["data", "cells", "\(Self.input)/film", "-o", "\(folder)/whole.csv"]).result(within: 60)
        #expect(whole.status == 0, "\(whole.text)")
        #expect(
          Self.files.contents(atPath: "\(folder)/cells.csv") == Self.files.contents(atPath: "\(folder)/whole.csv"))
      }
    }

    /// Names that would begin another line, turn the direction of writing, or fill the terminal.
    private static let hostile = [
      "a\u{202E}b", "=cmd()", "<script>alert(1)</script>", "\u{2066}x", "x\ny", "x\u{1B}[2Jy",
    ]
    private static let huge = String(repeating: "x", count: 4_000_000)

    private func expectHarmless(_ text: String, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(text.utf8.count < 20_000, "\(what): \(text.utf8.count) bytes", sourceLocation: sourceLocation)
      let obeyed = text.unicodeScalars.filter { Escape.isObeyed($0) && $0 != "\n" }
      #expect(obeyed.isEmpty, "\(what): \(obeyed)", sourceLocation: sourceLocation)
    }

    @Test(
      "shows names of tables as what they are, a line each, and quotes no more than a line", arguments: hostile + [huge]
    )
    func names(_ name: String) throws {
      let what = String(name.prefix(20))
      let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
      try withFolder { folder in
        func file(_ name: String, _ text: String) throws -> String {
          try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
          return "\(folder)/\(name)"
        }
        let head = "experiment,well,track,frame,p_alive,p_dead\n"
        func rows(_ experiment: String, _ well: String, _ track: String) -> String {
          (0..<4).map { "\(experiment),\(well),\(track),\($0),\($0 < 2 ? "0.9,0.1" : "0.1,0.9")\n" }.joined()
        }
        let plain = rows("e", "A1", "1") + rows("e", "A2", "1")
        let map = "well,condition\nA1,control\nA2,treated\n"
        let labels = "id,label\na,alive\nb,dead\n"
        let tables: [[String]] = [
          ["deaths", try file("1.csv", head + plain + rows(quoted, "A1", "2"))],
          ["deaths", try file("2.csv", head + plain + rows("e", "A1", quoted))],
          [
            "deaths", try file("3.csv", head + plain), "--plate",
            try file("p.csv", map.replacing("treated", with: quoted)),
          ],
          ["deaths", try file("4.csv", head.replacing("p_dead", with: "\"p_\(name)\"") + plain)],
          ["deaths", try file("5.csv", head + plain + "e,A1,3,\(quoted),0.5,0.5\n")],
          [
            "data", "agree", try file("6.csv", labels + "\(quoted),alive\n"),
            try file("7.csv", labels + "\(quoted),dead\n"),
          ],
          ["data", "agree", try file("8.csv", labels + "c,\(quoted)\n"), try file("9.csv", labels + "c,dead\n")],
        ]
        for (number, words) in tables.enumerated() {
          let isDeaths = words[0] == "deaths"
          let outputs =
            isDeaths
            ? ["-o", "\(folder)/d.csv", "--html", "\(folder)/d.html", "--curves", "\(folder)/c.csv"]
            : ["-o", "\(folder)/d.csv"]
          let done = try Tool(words + outputs).result(within: 60)
          expectHarmless(done.text, "\(what), table \(number)")
          #expect([0, 64, 65].contains(done.status), "\(what), table \(number): \(done.text.prefix(500))")
          let isRefused = name.hasControls || name.utf8.count > 5000
          #expect(done.status != 0 || !isRefused, "\(what), table \(number)")
          for output in ["d.csv", "d.html", "c.csv"] {
            guard let bytes = Self.files.contents(atPath: "\(folder)/\(output)") else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            let obeyed = text.unicodeScalars.filter { Escape.isObeyed($0) && $0 != "\n" && $0 != "\t" }
            #expect(obeyed.isEmpty, "\(what), table \(number), \(output): \(obeyed)")
            if output.hasSuffix(".csv") {
              #expect(!text.contains("\n=") && !text.contains(",="), "\(what), table \(number), \(output)")
            } else {
              #expect(!text.contains("<script>alert"), "\(what), table \(number), \(output)")
            }
            try Self.files.removeItem(atPath: "\(folder)/\(output)")
          }
        }
      }
    }
  }
#endif
