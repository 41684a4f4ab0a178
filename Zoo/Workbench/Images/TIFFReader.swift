import ZooFormat

enum TIFFReader {
  static func image(_ bytes: [UInt8], pages: ImageFile.Pages) throws(ZooError) -> Image {
    throw ZooError(.badInput, problem: "TIFF")
  }
  static func header(_ bytes: [UInt8], pages: ImageFile.Pages) throws(ZooError) -> ImageHeader {
    throw ZooError(.badInput, problem: "TIFF")
  }
}
