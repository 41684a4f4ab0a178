import Testing
import ZooWorkbench

@Suite struct MarkupTests {
  @Test func stringsAreEscapedAndMarkupIsNot() {
    let name = "<script>alert('x')</script> & \"co\"\u{0}\u{1B}"
    let inner: Markup = "<b title=\"\(name)\">\(name)</b>"
    let outer: Markup = "<p>\(inner)\([inner])</p>"
    #expect(!outer.text.contains("<script"))
    #expect(
      inner.text
        == "<b title=\"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;&lt;U+0000&gt;&lt;U+001B&gt;\">"
        + "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;&lt;U+0000&gt;&lt;U+001B&gt;</b>")
    #expect(outer.text == "<p>\(inner.text)\(inner.text)</p>")
  }

  @Test func figuresAreWrittenForPeople() {
    #expect(Figures.fixed(0.91249) == "0.912")
    #expect(Figures.fixed(-0.0001) == "0.000")
    #expect(Figures.fixed(-1.5, 1) == "−1.5")
    #expect(Figures.fixed(nil) == "–")
    #expect(Figures.fixed(.nan) == "not a number")
    #expect(Figures.signed(0.0123) == "+0.012")
    #expect(Figures.signed(0) == "0.000")
    #expect(Figures.names((1...81).map { "channel\($0)" }) == "channel1 … channel81")
    #expect(Figures.names(["BF", "", "PI"]) == "BF, (unnamed), PI")
    #expect(Figures.names((0..<12).map { "c\($0 * 2)" }) == "c0, c2, c4, c6, c8, c10, c12, c14 … (12)")
    #expect(Figures.count(999) == "999")
    #expect(Figures.count(11_689_512) == "11.7 M")
    #expect(Figures.count(999_999) == "1.00 M")
    #expect(Figures.bytes(44_800_000) == "44.8 MB")
    #expect(Figures.bytes(12) == "12 B")
    #expect(Figures.duration(0.0081) == "8.10 ms")
    #expect(Figures.duration(185) == "3 min 05 s")
    #expect(Figures.duration(7800) == "2 h 10 min")
    #expect(Figures.duration(.infinity) == "–")
    #expect(Figures.pValue(0.0004) == "< 0.001")
    #expect(Figures.coordinate(.nan) == "0")
    #expect(Figures.coordinate(1e300) == "0")
  }

  @Test func textTablesAlign() {
    var table = TextTable([("name", .left), ("value", .right)])
    table.add(["a", "1"])
    table.addRule()
    table.add(["long name", "12345"])
    #expect(
      table.text == """
        name       value
        ────────────────
        a              1
        ────────────────
        long name  12345

        """)
  }
}
