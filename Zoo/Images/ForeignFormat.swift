import Foundation
import ZooFormat

/// Kinds of files that hold images and aren't read: which they are, by content, and what makes readable ones of them.
package struct ForeignFormat: Sendable {
  package let name: String
  package let extensions: [String]
  package let remedy: String
  /// Whether the first bytes of a file are of this kind.
  package let matches: @Sendable ([UInt8]) -> Bool

  private static let microscope = "Convert it to OME-TIFF with Bio-Formats: bfconvert FILE NEW.ome.tif"
  private static let picture = "Convert it to PNG with ImageMagick: magick FILE NEW.png"
  private static let array =
    "Convert it with Python's tifffile, with what its axes are, here channels: tifffile.imwrite(\"NEW.tif\", array, photometric=\"minisblack\", metadata={\"axes\": \"CYX\"}), or \"TCYX\" for frames of channels"

  /// What makes images of arrays in an archive.
  package static let arrays =
    "Write a file for each crop with Python's tifffile, tifffile.imwrite(\"crops/0001.tif\", array, photometric=\"minisblack\"), and a manifest.csv with the columns path,label,group,split"

  /// Whether an archive holds arrays: its first file is called `….npy`.
  package static func isArrays(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 30, bytes.starts(with: [0x50, 0x4B, 3, 4]) else { return false }
    let length = Int(bytes[26]) | Int(bytes[27]) << 8
    return bytes.dropFirst(30).prefix(length).suffix(4).elementsEqual(".npy".utf8)
  }

  /// The first that matches counts.
  package static let all: [ForeignFormat] = [
    ForeignFormat(name: "BMP file", extensions: ["bmp"], remedy: picture) { at(0, "BM", $0) && $0.count > 25 },
    ForeignFormat(name: "GIF file", extensions: ["gif"], remedy: picture) { at(0, "GIF8", $0) },
    ForeignFormat(name: "WebP file", extensions: ["webp"], remedy: picture) { at(0, "RIFF", $0) && at(8, "WEBP", $0) },
    ForeignFormat(
      name: "AVI film", extensions: ["avi"], remedy: "Convert it frame by frame with ffmpeg: ffmpeg -i FILE %05d.png"
    ) {
      at(0, "RIFF", $0) && at(8, "AVI ", $0)
    },
    ForeignFormat(name: "JPEG 2000 file", extensions: ["jp2", "j2k", "jpx"], remedy: picture) {
      at(4, "jP  ", $0) || $0.starts(with: [0xFF, 0x4F, 0xFF, 0x51])
    },
    ForeignFormat(name: "JPEG XL file", extensions: ["jxl"], remedy: picture) {
      $0.starts(with: [0xFF, 0x0A]) || at(4, "JXL ", $0)
    },
    ForeignFormat(name: "HEIF or AVIF file", extensions: ["heic", "heif", "avif"], remedy: picture) {
      at(4, "ftyphei", $0) || at(4, "ftypmif", $0) || at(4, "ftypavi", $0)
    },
    ForeignFormat(
      name: "film (MP4, QuickTime)", extensions: ["mp4", "mov"],
      remedy: "Convert it frame by frame with ffmpeg: ffmpeg -i FILE %05d.png"
    ) { at(4, "ftyp", $0) },
    ForeignFormat(name: "Netpbm file", extensions: ["pgm", "ppm", "pbm", "pnm"], remedy: picture) {
      $0.count > 2 && $0[0] == 0x50 && (0x31...0x36).contains($0[1]) && [0x0A, 0x20, 0x0D, 0x09].contains($0[2])
    },
    ForeignFormat(name: "Zeiss CZI file", extensions: ["czi"], remedy: microscope) { at(0, "ZISRAWFILE", $0) },
    ForeignFormat(name: "Nikon ND2 file", extensions: ["nd2"], remedy: microscope) {
      $0.starts(with: [0xDA, 0xCE, 0xBE, 0x0A]) || at(4, "jP  ", $0) && at(20, "ND2", $0)
    },
    ForeignFormat(name: "Leica LIF file", extensions: ["lif", "lof", "xlef"], remedy: microscope) {
      $0.starts(with: [0x70, 0, 0, 0])
    },
    ForeignFormat(
      name: "compound file (Olympus OIB, Zeiss ZVI)", extensions: ["oib", "oif", "vsi", "zvi"], remedy: microscope
    ) {
      $0.starts(with: [0xD0, 0xCF, 0x11, 0xE0])
    },
    ForeignFormat(name: "DeltaVision or MRC file", extensions: ["dv", "r3d", "mrc"], remedy: microscope) {
      $0.count > 98 && ($0[96...97] == [0xA0, 0xC0] || $0[96...97] == [0xC0, 0xA0])
    },
    ForeignFormat(name: "DICOM file", extensions: ["dcm"], remedy: microscope) { at(128, "DICM", $0) },
    ForeignFormat(
      name: "Imaris, HDF5 or AnnData file", extensions: ["h5", "hdf5", "ims", "h5ad"],
      remedy: "Convert it with Python's h5py and tifffile (Imaris: bfconvert FILE NEW.ome.tif)"
    ) { $0.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) },
    ForeignFormat(
      name: "Parquet file", extensions: ["parquet"],
      remedy:
        "A set of images as nested lists: zoo data import FILE -o crops; another: convert it with Python's pandas and tifffile, an image file for each row and a manifest.csv of the other columns"
    ) { at(0, "PAR1", $0) },
    ForeignFormat(name: "NumPy file", extensions: ["npy"], remedy: array) {
      $0.starts(with: [0x93]) && at(1, "NUMPY", $0)
    },
    ForeignFormat(name: "NumPy archive (.npz)", extensions: ["npz"], remedy: arrays, matches: isArrays),
    ForeignFormat(
      name: "ZIP file (Zarr, spreadsheet)", extensions: ["zip"],
      remedy: "Unpack it; images of a microscope: \(microscope)"
    ) { $0.starts(with: [0x50, 0x4B, 3, 4]) },
    ForeignFormat(name: "gzip file", extensions: ["gz"], remedy: "Unpack it with gunzip") {
      $0.starts(with: [0x1F, 0x8B])
    },
    ForeignFormat(
      name: "Git LFS pointer instead of an image", extensions: [], remedy: "Get the file itself: git lfs pull"
    ) {
      at(0, "version https://git-lfs", $0)
    },
    ForeignFormat(
      name: "web page instead of an image", extensions: ["html"],
      remedy: "Get the file itself: a page was saved in its place, e.g. of a login"
    ) {
      let start = String(decoding: $0.prefix(100), as: UTF8.self).lowercased().trimmingPrefix(while: \.isWhitespace)
      return start.hasPrefix("<!doctype html") || start.hasPrefix("<html")
    },
  ]

  /// Bytes that tell any kind.
  package static let prefixByteCount = 256

  /// The error for a file that starts with `bytes` and isn't an image that is read.
  package static func refusal(_ bytes: [UInt8]) -> ZooError {
    guard let format = all.first(where: { $0.matches(bytes) }) else {
      return ZooError(
        .badInput, problem: bytes.isEmpty ? "the file is empty" : "the file is no image of a kind that is known",
        expected: ImageFile.kinds,
        remedy: bytes.isEmpty ? "Get the file again" : microscope)
    }
    return ZooError(
      .badInput, problem: "is a \(format.name), which isn't read", expected: ImageFile.kinds,
      remedy: format.remedy)
  }

  /// What is wrong with a folder that is itself an image (Zarr); `nil` for any other.
  package static func refusal(folder: String) -> ZooError? {
    let marks = [".zgroup", ".zattrs", ".zarray", "zarr.json"]
    guard marks.contains(where: { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }) else { return nil }
    return ZooError(
      .badInput, file: folder, problem: "is a Zarr image, which is read as whole fields alone",
      expected: ImageFile.kinds,
      remedy: "Set data.source to cells if cells are to be cut from it; else convert it: raw2ometiff FOLDER NEW.ome.tif"
    )
  }

  /// The kind that a file's name tells, for files that are passed over; `nil` for readable and unknown ones.
  package static func named(_ path: String) -> String? {
    let ending = (path as NSString).pathExtension.lowercased()
    return all.first { $0.extensions.contains(ending) }?.name
  }

  private static func at(_ offset: Int, _ text: String, _ bytes: [UInt8]) -> Bool {
    bytes.dropFirst(offset).starts(with: text.utf8)
  }
}
