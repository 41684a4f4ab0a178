import Foundation
import ZooFormat
import ZooImages

/// The JSON files of Zarr groups and arrays, versions 2 and 3.
enum ZarrMetadata {
  /// The attributes of a group or an array; `nil` if the folder is neither. What `zarr.json` says goes before `.zattrs`.
  static func attributes(_ folder: String) throws(ZooError) -> JSONValue? {
    if let document = try read(folder, "zarr.json") {
      let attributes = document["attributes"] ?? .object([:])
      // OME-Zarr 0.5 has a key of its own.
      return attributes["ome"] ?? attributes
    }
    if let attributes = try read(folder, ".zattrs") { return attributes }
    return isZarr(folder) ? .object([:]) : nil
  }

  static func isZarr(_ folder: String) -> Bool {
    [".zgroup", ".zattrs", ".zarray", "zarr.json"].contains { FileKind("\(folder)/\($0)") == .file }
  }

  /// - Throws: ``ZooError`` if the file is there and isn't JSON.
  static func read(_ folder: String, _ name: String) throws(ZooError) -> JSONValue? {
    let path = "\(folder)/\(name)"
    guard FileKind(path) == .file else { return nil }
    return try JSON5Reader.read(FileBytes.read(path, prefix: JSON5Reader.Limits().bytes + 1), file: path).json
  }

  /// A path inside of a folder, as metadata name one; `nil` if it leads out of it.
  static func inside(_ path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
    guard !path.hasPrefix("/"), !parts.isEmpty, !parts.contains(".."), !path.contains("\0") else { return nil }
    return parts.joined(separator: "/")
  }
}

extension JSONValue {
  subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  var text: String? { if case .string(let text) = self { text } else { nil } }

  var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

  var double: Double? { if case .number(let number) = self { number } else { nil } }

  /// A whole number that isn't negative.
  var size: Int? {
    guard let double, double >= 0, double == double.rounded(), double < 0x1p53 else { return nil }
    return Int(saturating: double)
  }
}
