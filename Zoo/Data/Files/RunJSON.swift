import Foundation
import ZooFormat

/// How the JSON of runs and of `--json` is written and read: keys in snake case and sorted, so that the same values
/// are the same bytes. Numbers that JSON lacks are the strings `NaN`, `Infinity` and `-Infinity`.
package enum RunJSON {
  /// The value on many lines with a line feed at the end, or (`lines: false`) on one line without.
  package static func encode(_ value: some Encodable, lines: Bool = true) throws(ZooError) -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if lines { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      var data = try encoder.encode(value)
      if lines { data.append(10) }
      return data
    } catch {
      throw ZooError(.failed, problem: "\(type(of: value)) can't be written as JSON: \(error)")
    }
  }

  /// - Parameter largest: what no whole number may be beyond; `nil` if there are some with which nothing is reckoned.
  /// - Throws: ``ZooError`` if it isn't JSON of such a value, an object in it has a key twice, or a number is too large.
  package static func decode<T: Decodable>(
    _ data: Data, file: String, largest: UInt64? = 1 << 53
  ) throws(ZooError) -> T {
    try JSONCheck.check(data, largest: largest, file: file)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return try decoder.decode(T.self, from: data)
    } catch let error as DecodingError {
      throw zooError(error, file: file)
    } catch {
      throw ZooError(.badInput, file: file, problem: "is not JSON: \(error)")
    }
  }

  private static func zooError(_ error: DecodingError, file: String) -> ZooError {
    func path(_ context: DecodingError.Context) -> String? {
      let path = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
      return path.isEmpty ? nil : path.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return ZooError(.badInput, file: file, path: path(context), problem: "'\(key.stringValue)' is missing")
    case .typeMismatch(let type, let context):
      return ZooError(.badInput, file: file, path: path(context), problem: "is of another type", expected: "\(type)")
    case .valueNotFound(let type, let context):
      return ZooError(.badInput, file: file, path: path(context), problem: "is null", expected: "\(type)")
    case .dataCorrupted(let context):
      return ZooError(.badInput, file: file, path: path(context), problem: context.debugDescription)
    @unknown default:
      return ZooError(.badInput, file: file, problem: "can't be read: \(error)")
    }
  }
}
