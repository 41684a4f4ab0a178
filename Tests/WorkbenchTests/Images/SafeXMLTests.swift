import Testing

@testable import ZooImages

@Suite("XML of strangers")
struct SafeXMLTests {
  @Test(
    "instructions without data, which Foundation's parser traps on, are blanks; other letters and entities are refused")
  func instructions() throws {
    for text in [
      "<OME><?x?></OME>", "<?x?><OME/>", "<OME><<?a?>?x?></OME>", "<OME>\n<?x?>\n<?y z?></OME>", "<OME><?x?",
    ] {
      #expect(throws: (any Error).self) { try OMEXML(text) }
    }
    let image =
      "<OME><?x?><Image Name=\"a\"><Pixels SizeX=\"4\" SizeY=\"3\"><Channel Name=\"BF\"/></Pixels></Image></OME>"
    #expect(try OMEXML(image).images.first?.channels.map(\.name) == ["BF"])
    #expect(SafeXML.parser("<a><?x?></a>")?.parse() == true)
    for text in ["<a>\0</a>", "<!doctype a><a/>", "<a><!ENTITY b 'c'></a>"] { #expect(SafeXML.parser(text) == nil) }
  }
}
