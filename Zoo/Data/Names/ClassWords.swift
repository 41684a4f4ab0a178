import Foundation
import ZooFormat

/// Looks in names of files for a word that may be the class: letters alone, of several values, which nothing says are
/// wells, channels or times.
enum ClassWords {
  private static let mostClasses = 20

  /// The file's name as `data.images` has it, with `{class}` where it may stand; `nil` if no word looks like one.
  /// - Parameter names: Of files, with their endings.
  static func pattern(_ names: [String]) -> String? {
    let parts = names.map { NameParts(($0 as NSString).deletingPathExtension) }
    let shapes = Dictionary(grouping: parts, by: \.delimiters)
    guard let (_, members) = shapes.max(by: { ($0.value.count, $1.key.joined()) < ($1.value.count, $0.key.joined()) }),
      let first = members.first
    else { return nil }
    let place = first.words.indices.first { place in
      let values = Set(members.map { $0.words[place] })
      let before = place > 0 ? first.words[place - 1] : nil
      return (2...mostClasses).contains(values.count) && values.allSatisfy(mayBeClass)
        && !members.allSatisfy({ isStain($0.words, place) }) && NameParts.meaning(values, after: before).name == nil
        && !values.allSatisfy { SubsetWords.subset($0) != nil }
    }
    guard let place else { return nil }
    let start = first.delimiters.prefix(place + 1).enumerated().map { $0 == place ? $1 : $1 + "*" }.joined()
    let isLast = place == first.words.count - 1
    let end = isLast ? first.delimiters[place + 1] + ".*" : first.delimiters[place + 1] + "*"
    return "\(start){\(FolderSource.classPart)}\(end)"
  }

  /// Whether a word is what a channel is called, alone or with its neighbour: `Bright Field`.
  private static func isStain(_ words: [String], _ place: Int) -> Bool {
    Stains.kind(words[place]) != nil || place + 1 < words.count && Stains.isStain(words[place] + words[place + 1])
      || place > 0 && Stains.isStain(words[place - 1] + words[place])
  }

  private static func mayBeClass(_ word: String) -> Bool { word.count > 1 && word.allSatisfy(\.isLetter) }

  /// Whether nearly all names begin with a well.
  static func areWells(_ names: [String]) -> Bool {
    let firsts = Set(names.compactMap { NameParts(($0 as NSString).deletingPathExtension).words.first })
    return NameParts.meaning(firsts, after: nil).name == "well"
  }
}
