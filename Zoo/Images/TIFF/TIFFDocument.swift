import Foundation
import LibTIFF
import ZooFormat

/// A TIFF file with what its directories say.
final class TIFFDocument {
  let file: TIFFFile
  let bytes: TIFFBytes
  /// All directories of the main chain, by their number.
  let pages: [TIFFPage]
  /// The numbers of those that are neither thumbnails nor masks.
  let images: [Int]

  private static let mostPages = 10_000
  /// Bytes of the texts of all pages but the first. Directories may share what they point at: a small file could say its
  /// description ten thousand times.
  private static let mostText = 16 << 20

  init(_ bytes: TIFFBytes) throws(ZooError) {
    file = try TIFFFile(bytes)
    self.bytes = bytes
    var pages: [TIFFPage] = []
    var textLimit = OMEXML.largest
    repeat {
      guard pages.count < Self.mostPages else {
        throw ZooError(.badInput, problem: "the TIFF file has more than \(Self.mostPages) pages")
      }
      let page = try TIFFPage(file, directory: pages.count, textLimit: textLimit)
      textLimit = pages.isEmpty ? Self.mostText : textLimit - page.textCount
      pages.append(page)
    } while try file.advance()
    self.pages = pages
    images = pages.indices.filter { !pages[$0].isReduced }
    guard !images.isEmpty else { throw ZooError(.badInput, problem: "the TIFF file has no full-size image") }
  }

  /// Of the file: that of its first directory, even if a thumbnail stands there.
  var note: String { pages[0].note.isEmpty ? pages[images[0]].note : pages[0].note }

  /// The tags of the first full-size image.
  var tags: TIFFTags? { TIFFTags(bytes, directory: pages[images[0]].offset) }
}

/// A file and those beside it that it names as parts of one image.
final class TIFFSet {
  /// A file beside the first one; `nil` if it isn't there.
  typealias Neighbour = (String) throws(ZooError) -> TIFFBytes?

  /// The first is the one that was asked for.
  private(set) var documents: [TIFFDocument]
  /// The file's own name, if it is known.
  let name: String?
  private var known: [String: Int] = [:]
  private let neighbour: Neighbour?

  private static let mostFiles = 1000

  init(_ bytes: TIFFBytes, name: String?, neighbour: Neighbour?) throws(ZooError) {
    documents = [try TIFFDocument(bytes)]
    self.name = name
    self.neighbour = neighbour
  }

  var first: TIFFDocument { documents[0] }

  /// The names of the other files that were opened.
  var others: [String] { known.keys.sorted() }

  /// The bytes of a file beside this one; `nil` if it isn't there. Names that lead elsewhere aren't followed.
  func bytes(beside file: String) throws(ZooError) -> TIFFBytes? {
    let name = (file.replacing("\\", with: "/") as NSString).lastPathComponent
    guard !name.isEmpty, name != ".", name != "..", name != "/" else { return nil }
    return try neighbour?(name)
  }

  /// The place in ``documents`` of a file beside this one; `nil` if it isn't there.
  func document(_ file: String) throws(ZooError) -> Int? {
    if let index = known[file] { return index }
    guard documents.count < Self.mostFiles else {
      throw ZooError(.badInput, problem: "the image is a set of more than \(Self.mostFiles) files")
    }
    do throws(ZooError) {
      guard let bytes = try bytes(beside: file) else { return nil }
      documents.append(try TIFFDocument(bytes))
    } catch {
      throw error.at(file: file)
    }
    known[file] = documents.count - 1
    return documents.count - 1
  }
}
