import Foundation
import ZooImages

extension Spelling {
  private static let wordsForNoVerdict: Set<String> = [
    "unsure", "not sure", "uncertain", "unclear", "not clear", "unknown", "undetermined", "not determined",
    "indeterminate", "undecided", "undefined", "ambiguous", "doubtful", "dubious", "questionable", "tbd",
    "to be determined", "todo", "to do", "pending", "unscored", "not scored", "unlabeled", "unlabelled", "not labeled",
    "not labelled", "unannotated", "not annotated", "unassigned", "unclassified", "not classified", "unrated", "empty",
    "blank", "no label", "no class", "no verdict", "no idea", "don't know", "dont know", "can't tell", "cant tell",
    "cannot tell", "not looked at", "unk", "undef",
    // German, French, Italian and Spanish.
    "unsicher", "nicht sicher", "unklar", "unbekannt", "leer", "incertain", "pas sûr", "inconnu", "indéterminé", "vide",
    "incerto", "incerti", "incerta", "incerte", "dubbio", "dubbi", "dubbia", "dubbie", "sconosciuto", "vuoto",
    "incierto",
    "incierta", "inciertos", "inciertas", "desconocido", "desconocida", "dudoso", "dudosa", "dudosos", "dudosas",
    "vacío",
    "vacía", "sin clasificar", "no clasificado", "douteux", "douteuse", "douteuses", "incertaine", "incertaines",
    "zweifelhaft",
    "fraglich", "unbestimmt", "duvidoso", "duvidosa",
  ]

  /// Whether `text` says that somebody looked and couldn't tell, or that nobody looked: `unsure`, `not scored`, `dead?`.
  package static func isNoVerdict(_ text: String) -> Bool {
    let plain = text.trimmed.lowercased()
    if plain.hasSuffix("?") || plain.hasSuffix("(?)") { return true }
    let spaced = plain.replacing("_", with: " ").replacing("-", with: " ").replacing("’", with: "'")
    return wordsForNoVerdict.contains(spaced)
  }
}
