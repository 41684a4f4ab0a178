import Foundation

extension JSONValue: CustomStringConvertible {
  /// The value as compact JSON with sorted keys. O(values), and the sorting.
  public var description: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "a value" }
    return String(decoding: data, as: UTF8.self)
  }
}
