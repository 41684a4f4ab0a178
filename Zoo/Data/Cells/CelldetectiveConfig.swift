import Foundation
import ZooFormat
import ZooImages

/// What Celldetective's `config.ini` says of an experiment.
package struct CelldetectiveConfig {
  /// Section → key → value.
  private var values: [String: [String: String]] = [:]

  /// The first `config.ini` of the folder; `nil` without one. O(bytes), of which the first MiB is read.
  package init?(_ folder: FieldFolder) {
    guard let path = folder.paths.first(where: { ($0 as NSString).lastPathComponent == "config.ini" }),
      let bytes = try? FileBytes.read(folder.full(path), prefix: 1 << 20)
    else { return nil }
    var section = ""
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let text = line.trimmingCharacters(in: .whitespaces)
      if text.hasPrefix("[") {
        section = text.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
      } else if let equals = text.firstIndex(of: "=") {
        let name = text[..<equals].trimmingCharacters(in: .whitespaces)
        values[section, default: [:]][name] = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
      }
    }
  }

  /// The channels by their numbers; `nil` if these aren't 0, 1, 2 …
  package var channels: [String]? {
    // A channel that isn't there has no number.
    let numbered = (values["Channels"] ?? [:]).compactMap { name, value in
      Double(value).flatMap {
        $0 == $0.rounded() && (0..<1000).contains($0) ? (name: name, number: Int(saturating: $0)) : nil
      }
    }
    let sorted = numbered.sorted { $0.number < $1.number }
    return sorted.isEmpty || sorted.map(\.number) != Array(sorted.indices) ? nil : sorted.map(\.name)
  }

  /// The layout's pattern of films for those that the experiment uses, where other stacks lie beside them: the raw ones beside
  /// those that were aligned.
  func films(_ pattern: String, _ folder: FieldFolder) -> String? {
    guard let prefix = values["MovieSettings"]?["movie_prefix"], !prefix.isEmpty,
      !prefix.contains(where: "*?{}/".contains),
      pattern.hasSuffix("/movie/*.tif")
    else { return nil }
    let own = pattern.replacing("/movie/*.tif", with: "/movie/\(prefix)*.tif")
    guard let all = try? FieldPattern(pattern, key: ""), let chosen = try? FieldPattern(own, key: ""),
      folder.paths.contains(where: { chosen.match($0) != nil }),
      folder.paths.contains(where: { all.match($0) != nil && chosen.match($0) == nil })
    else { return nil }
    return own
  }
}
