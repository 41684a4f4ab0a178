import Foundation
import ZooImages

/// The names of images of fields with a file for each channel or frame, as `data.cells.images` has them: what tells fields
/// apart is a part, and what doesn't is none.
struct FieldNames {
  /// Without folders.
  let pattern: String
  /// Part → its values, of parts that tell fields apart.
  let values: [String: Set<String>]

  /// What words of names mean that `data.cells.columns` calls the field.
  private static let fields: Set<String> = ["field", "position", "site", "image", "scene", "series", "movie"]

  /// `nil` if the names have no one form. O(letters of the paths).
  init?(_ paths: [String], _ tokens: NameTokens) {
    let read = paths.filter { tokens.stems[$0] != nil }.map { path in
      let name = (path as NSString).lastPathComponent
      return (
        path: path, name: name, folder: (path as NSString).deletingLastPathComponent,
        parts: NameParts((name as NSString).deletingPathExtension), ending: (name as NSString).pathExtension
      )
    }
    let forms = Dictionary(grouping: read) { $0.parts.delimiters + [$0.ending] }
    guard let members = forms.values.max(by: { ($0.count, $1[0].path) < ($1.count, $0[0].path) }),
      members.count * 10 >= paths.count * 8
    else { return nil }
    let first = members[0]
    var isByFolder = Dictionary(uniqueKeysWithValues: first.parts.words.indices.map { ($0, true) })
    for own in Dictionary(grouping: members, by: \.folder).values {
      for word in first.parts.words.indices where Set(own.map { $0.parts.words[word] }).count > 1 {
        isByFolder[word] = false
      }
    }
    var taken: Set<String> = ["experiment"]
    var values: [String: Set<String>] = [:]
    // Word → its part and the letters before it.
    var pieces: [Int: (part: String, prefix: String)] = [:]
    var text = ""
    for word in first.parts.words.indices {
      text += first.parts.delimiters[word]
      let here = Set(members.map { $0.parts.words[word] })
      if here.count == 1 {
        text += first.parts.words[word]
        continue
      }
      let letters = Set(here.map { String($0.prefix { $0.isLetter }) })
      let areCounted = here.allSatisfy { word in
        let digits = word.drop { $0.isLetter }
        return !digits.isEmpty && digits.allSatisfy(\.isNumber)
      }
      var prefix = areCounted && letters.count == 1 ? letters.first ?? "" : ""
      let part: String
      if let token = tokens.parts.first(where: { here.isSubset(of: $0.values) }) {
        part = token.part
      } else if isByFolder[word] == true {
        // What goes with the folder says nothing more.
        text += "*"
        continue
      } else {
        let (known, start) = NameParts.meaning(here, after: nil)
        if known != nil { prefix = start }
        var name = known.map { Self.fields.contains($0) ? "field" : $0 } ?? "field"
        var number = 0
        while !taken.insert(name).inserted {
          number += 1
          name = "part\(number)"
        }
        part = name
        values[part] = Set(here.map { String($0.dropFirst(prefix.count)) })
      }
      pieces[word] = (part, prefix)
      text += "\(prefix){\(part)}"
    }
    text += (first.parts.delimiters.last ?? "") + (first.ending.isEmpty ? "" : "." + first.ending)
    guard Set(pieces.values.map(\.part)).isSuperset(of: tokens.parts.map(\.part)),
      let found = try? FieldPattern(text, key: "data.cells.images")
    else { return nil }
    for member in members {
      let match = found.match(member.name)
      for (word, piece) in pieces
      where match?[piece.part] != String(member.parts.words[word].dropFirst(piece.prefix.count)) { return nil }
    }
    pattern = text
    self.values = values
  }
}
