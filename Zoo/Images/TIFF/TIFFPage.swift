import LibTIFF
import ZooFormat

/// What one directory of a TIFF file says.
struct TIFFPage: CustomStringConvertible {
  let directory: Int
  /// Where the directory stands in the file.
  let offset: Int
  let width: Int
  let height: Int
  let samplesPerPixel: Int
  let isPlanar: Bool
  /// A thumbnail, a level of a pyramid, or a mask: beside an image, not one of its planes.
  let isReduced: Bool
  let compression: Int
  /// The image description.
  let note: String
  /// The page's name; empty without one.
  let name: String
  private let bits: Int
  private let format: Int
  private let photometric: Int
  private let depth: Int
  /// How rows and columns are to be turned: 1 for not at all.
  let orientation: Int

  /// The compressions that lose nothing, with the most that they expand by. JPEG and its kin would give samples that no
  /// camera saw.
  private static let compressions: [Int: (name: String, ratio: Int)] = [
    1: ("none", 1), 5: ("LZW", 2800), 8: ("deflate", 1032), 32946: ("deflate", 1032), 32773: ("PackBits", 128),
    34925: ("LZMA", 1 << 14), 50000: ("Zstandard", 1 << 16),
  ]

  /// - Throws: ``ZooError`` if its texts are longer than `textLimit`.
  init(_ file: TIFFFile, directory: Int, textLimit: Int) throws(ZooError) {
    self.directory = directory
    offset = Int(truncatingIfNeeded: TIFFCurrentDirOffset(file.handle))
    bits = file.short(TIFFTAG_BITSPERSAMPLE)
    format = file.short(TIFFTAG_SAMPLEFORMAT)
    photometric = file.short(TIFFTAG_PHOTOMETRIC)
    width = file.long(TIFFTAG_IMAGEWIDTH)
    height = file.long(TIFFTAG_IMAGELENGTH)
    depth = file.long(TIFFTAG_IMAGEDEPTH)
    orientation = file.short(TIFFTAG_ORIENTATION)
    samplesPerPixel = file.short(TIFFTAG_SAMPLESPERPIXEL)
    isPlanar = file.short(TIFFTAG_PLANARCONFIG) == 2
    isReduced = file.long(TIFFTAG_SUBFILETYPE) & 5 != 0 || photometric == 4
    compression = file.short(TIFFTAG_COMPRESSION)
    note = try file.text(TIFFTAG_IMAGEDESCRIPTION, limit: textLimit) ?? ""
    name = try file.text(TIFFTAG_PAGENAME, limit: textLimit) ?? ""
  }

  /// Bytes of its texts.
  var textCount: Int { note.utf8.count + name.utf8.count }

  var isColour: Bool { photometric == 2 }

  /// Whether 0 is white.
  var isInverted: Bool { photometric == 0 }

  /// - Throws: ``ZooError`` for a type that isn't read.
  var sampleType: SampleType {
    get throws(ZooError) {
      let types: [[Int]: SampleType] = [
        [8, 1]: .uint8, [8, 2]: .int8, [16, 1]: .uint16, [16, 2]: .int16, [32, 1]: .uint32, [32, 2]: .int32,
        [32, 3]: .float32,
      ]
      // Format 4 is “undefined”, which some writers put for plain integers.
      if let type = types[[bits, format == 4 ? 1 : format]] { return type }
      let kind = [1: "unsigned", 2: "signed", 3: "floating-point", 5: "complex", 6: "complex"][format] ?? "unknown"
      throw ZooError(
        .badInput, problem: "the TIFF file has \(kind) samples of \(bits) bits",
        expected: "integers of 8, 16 or 32 bits or 32-bit floats",
        remedy:
          "Save it as 8, 16 or 32 bits, e.g. with Fiji (Image > Type) or tifffile.imwrite(\"NEW.tif\", array.astype(\"float32\"))"
      )
    }
  }

  /// The most bytes of samples that a byte of the file can stand for.
  var largestRatio: Int { Self.compressions[compression]?.ratio ?? 1 }

  /// Whether its samples are ones that are read.
  func check() throws(ZooError) {
    let type = try sampleType
    guard photometric <= 3 else {
      throw ZooError(
        .badInput, problem: "the TIFF file has photometric interpretation \(photometric)", expected: "gray or RGB",
        remedy: "Save it as gray or RGB without lossy compression")
    }
    guard Self.compressions[compression] != nil, TIFFIsCODECConfigured(UInt16(compression)) != 0 else {
      throw ZooError(
        .badInput, problem: "the TIFF file is compressed by method \(compression)",
        expected:
          "a method that loses nothing: \(Set(Self.compressions.values.map(\.name)).sorted().joined(separator: ", "))",
        remedy: "Save it anew with deflate or LZW: bfconvert -compression zlib FILE NEW.ome.tif")
    }
    guard depth <= 1 else {
      throw ZooError(
        .badInput, problem: "a page of the TIFF file is a volume of \(depth) slices", expected: "flat pages",
        remedy: "Project or choose a slice first")
    }
    _ = try ImageHeader(width: width, height: height, channels: samplesPerPixel, sampleType: type).sampleCount()
  }

  func matches(_ other: TIFFPage) -> Bool {
    width == other.width && height == other.height && samplesPerPixel == other.samplesPerPixel && bits == other.bits
      && format == other.format && isInverted == other.isInverted && orientation == other.orientation
  }

  var description: String {
    "\(width)×\(height) pixels of \(samplesPerPixel) samples of \(bits) bits"
      + (isInverted ? ", 0 for white" : "") + (orientation > 1 ? ", turned (orientation \(orientation))" : "")
  }
}
