import Testing
import ZooData
import ZooWorkbench

@Suite("JSON5")
struct JSON5Tests {
  private func read(_ text: String) throws -> JSONValue {
    try JSON5Reader.read(Array(text.utf8), file: "a.json5").json
  }

  static let accepted: [(String, JSONValue)] = [
    ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
    ("0", .number(0)), ("-0", .number(0)), ("12", .number(12)), ("1.5", .number(1.5)), (".5", .number(0.5)),
    ("5.", .number(5)), ("+3", .number(3)), ("-3e2", .number(-300)), ("1E-3", .number(1e-3)), ("5.e1", .number(50)),
    ("0xFF", .number(255)), ("-0x10", .number(-16)), ("0Xab", .number(171)),
    ("Infinity", .number(.infinity)), ("-Infinity", .number(-.infinity)), ("+Infinity", .number(.infinity)),
    ("1e999", .number(.infinity)),
    ("\"a\"", .string("a")), ("'a'", .string("a")), ("'say \"hi\"'", .string("say \"hi\"")),
    ("\"it's\"", .string("it's")),
    (#"'\b\f\n\r\t\v\0\\\'\"\/'"#, .string("\u{8}\u{C}\n\r\t\u{B}\0\\'\"/")),
    (#"'\x41\u00e9\uD83D\uDE00\q'"#, .string("Aé😀q")),
    ("'one \\\ntwo'", .string("one two")), ("'one \\\r\ntwo'", .string("one two")),
    ("'one \\\u{2028}two'", .string("one two")),
    ("'a\u{2028}b'", .string("a\u{2028}b")), ("'µm ✓'", .string("µm ✓")),
    ("[]", .array([])), ("[1,]", .array([.number(1)])), ("[1, [2]]", .array([.number(1), .array([.number(2)])])),
    ("{}", .object([:])), ("{a: 1,}", .object(["a": .number(1)])), ("{'a b': 1}", .object(["a b": .number(1)])),
    ("{$_a1: 1, ünïcode: 2}", .object(["$_a1": .number(1), "ünïcode": .number(2)])),
    (#"{\u0061b: 1}"#, .object(["ab": .number(1)])),
    ("{null: 1, true: 2}", .object(["null": .number(1), "true": .number(2)])),
    ("// c\n1 // d", .number(1)), ("/* a * / \n */ 1 /**/", .number(1)),
    ("\u{FEFF}\u{A0}\u{2003}\u{B}\u{C}1\u{2029}", .number(1)),
    ("{a: {b: [{c: 'd'}]}}", .object(["a": .object(["b": .array([.object(["c": .string("d")])])])])),
  ]

  @Test("every form of the language gives its value", arguments: accepted)
  func accepts(text: String, value: JSONValue) throws { #expect(try read(text) == value) }

  @Test("NaN is read as a number that isn't one")
  func notANumber() throws {
    guard case .number(let number) = try read("NaN") else {
      Issue.record("not a number")
      return
    }
    #expect(number.isNaN)
  }

  static let refused: [(String, String)] = [
    ("", "a.json5:1:1: the end of the text where a value is expected."),
    ("{", "a.json5:1:2: the end of the text inside an object; expected '}'."),
    ("[1", "a.json5:1:3: the end of the text in a list; expected ',' or ']'."),
    ("[1 2]", "a.json5:1:4: '2' in a list; expected ',' or ']'."),
    ("[,]", "a.json5:1:2: ',' where a value is expected."),
    ("{,}", "a.json5:1:2: ',' where a key is expected; expected a name or a string."),
    ("{a 1}", "a.json5:1:4: '1' after the key 'a'; expected ':'."),
    ("{a: 1 b: 2}", "a.json5:1:7: 'b' in an object; expected ',' or '}'."),
    ("{a: 1, a: 2}", "a.json5:1:8: the key 'a' stands twice in one object. Remove one of them."),
    ("{\n  a: 1,\n  b: word,\n}", "a.json5:3:6: the word 'word' without quotes. Write 'word' in quotes."),
    ("1 2", "a.json5:1:3: '2' after the end of the value."),
    ("'a", "a.json5:1:1: a string that doesn't end; expected ' before the end of the line."),
    ("'a\nb'", "a.json5:1:1: a string that doesn't end; expected ' before the end of the line."),
    (#"'\1'"#, #"a.json5:1:2: the escape '\1'. Leave out the backslash, or double it."#),
    (#"'\01'"#, "a.json5:1:2: an octal escape."),
    (#"'\x4'"#, "a.json5:1:5: ''' in an escape; expected 2 hexadecimal digits."),
    (#"'\uD800'"#, #"a.json5:1:2: half of a surrogate pair; expected two escapes, \uD800…\uDBFF and \uDC00…\uDFFF."#),
    (#"'\uDC00'"#, #"a.json5:1:2: half of a surrogate pair; expected two escapes, \uD800…\uDBFF and \uDC00…\uDFFF."#),
    (
      "010",
      "a.json5:1:1: what starts here isn't a number. A name of digits that begins with 0 stands in quotes: \"010\"."
    ), ("1a", "a.json5:1:1: what starts here isn't a number."),
    (".", "a.json5:1:1: what starts here isn't a number."), ("1e", "a.json5:1:1: what starts here isn't a number."),
    ("0x", "a.json5:1:1: what starts here isn't a number."), ("--1", "a.json5:1:1: what starts here isn't a number."),
    ("/* a", "a.json5:1:1: a comment that doesn't end; expected '*/'."),
    ("/ 1", "a.json5:1:1: '/' outside of a string; expected '//' or '/*'."),
    ("#", "a.json5:1:1: '#' where a value is expected."), ("\0", "a.json5:1:1: U+0000 where a value is expected."),
    ("{\u{200D}: 1}", "a.json5:1:2: U+200D where a key is expected; expected a name or a string."),
  ]

  @Test("what isn't JSON5 is refused with its place", arguments: refused)
  func refuses(text: String, message: String) {
    let error = #expect(throws: ZooError.self) { try read(text) }
    #expect(error?.description == message)
    #expect(error?.kind == .badInput)
  }

  @Test("nesting, size and number of values are limited")
  func limits() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: ZooError.self) { try read(deep) }
    var limits = JSON5Reader.Limits()
    limits.values = 10
    #expect(throws: ZooError.self) {
      try JSON5Reader.read(Array("[1,1,1,1,1,1,1,1,1,1]".utf8), file: nil, limits: limits)
    }
    limits.bytes = 3
    #expect(throws: ZooError.self) { try JSON5Reader.read(Array("[1]]".utf8), file: nil, limits: limits) }
  }

  @Test("bytes that aren't UTF-8 are refused")
  func badText() {
    #expect(throws: ZooError.self) { try JSON5Reader.read([0x22, 0xFF, 0x22], file: "a.json5") }
  }

  @Test("no cut, flip or doubling of a document's bytes traps")
  func mutations() throws {
    let document = Array(
      #"{a: [1, -0x1F, .5e3, 'x\u0041\uD83D\uDE00'], /* c */ b: {c: null, 'd': true}, "e": Infinity} // e"#.utf8)
    #expect(throws: Never.self) { try JSON5Reader.read(document, file: nil) }
    for index in document.indices {
      _ = try? JSON5Reader.read(Array(document[..<index]), file: nil)
      for byte: UInt8 in [0, 0x22, 0x27, 0x5C, 0x7B, 0x5D, 0x80, 0xFF, 0x2F] {
        var changed = document
        changed[index] = byte
        _ = try? JSON5Reader.read(changed, file: nil)
        changed.insert(byte, at: index)
        _ = try? JSON5Reader.read(changed, file: nil)
      }
    }
  }

  @Test("the canonical form sorts keys, keeps numbers and reads back")
  func canonical() throws {
    let value = try read(#"{b: [1, 0.1, 1e300, -2.5e-7], a: {z: null, y: 'q"\\\n\u0001é'}, c: [{d: 1}], e: {}}"#)
    let text = value.canonicalText()
    #expect(
      text == """
        {
          "a": {
            "y": "q\\"\\\\\\n\\u0001é",
            "z": null
          },
          "b": [1, 0.1, 1e+300, -2.5e-07],
          "c": [
            {
              "d": 1
            }
          ],
          "e": {}
        }
        """)
    #expect(try read(text) == value)
    #expect(try read(value.canonicalText(indented: false)) == value)
  }
}
