/// What people call channels in names of folders and files: dyes, reporters, colours, kinds of light.
enum Stains {
  private static let words: Set<String> = [
    // Light that passes through.
    "bf", "brightfield", "hellfeld", "phase", "phasecontrast", "phasenkontrast", "ph", "dic", "dpc", "tl", "td",
    "trans", "transmitted", "transmittedlight", "transmission", "tpmt", "darkfield", "dunkelfeld", "campoclaro",
    // Nuclei.
    "dapi", "hoechst", "hoechst33342", "hoechst33258", "dna", "draq5", "draq7", "topro3", "7aad",
    // Proteins and filters.
    "gfp", "egfp", "yfp", "cfp", "bfp", "rfp", "mcherry", "tdtomato", "venus", "mkate", "mkate2", "mneongreen",
    "mscarlet", "mruby", "citrine", "mcitrine", "irfp", "fitc", "tritc", "txred", "texasred", "cy3", "cy5", "cy55",
    "cy7", "phalloidin", "wga",
    // Death and stress.
    "pi", "propidium", "propidiumiodide", "propidiumiodid", "ce", "cellevent", "annexin", "annexinv", "sytox",
    "sytoxgreen", "sytoxorange", "sytoxblue", "sytoxred", "casp", "caspase", "caspases", "casp3", "casp7", "casp37",
    "caspase3", "caspase7", "caspase37", "cc3", "nucview", "nucview488", "calcein", "tmrm", "tmre", "mitotracker",
    "mitosox", "cellrox", "lysotracker", "fluo4",
    // Colours.
    "green", "red", "blue", "yellow", "orange", "cyan", "magenta", "farred", "nir", "nearir", "grün", "gruen", "rot",
    "blau", "vert", "rouge", "bleu", "verde", "rojo", "rosso", "fluorescence", "fluoreszenz",
  ]
  /// Pictures that programs put together of channels.
  private static let pictures: Set<String> = ["overlay", "merge", "merged", "composite", "rgb"]

  /// Whether a name is one of a channel, or (`false`) of a picture of several; `nil` for anything else.
  static func kind(_ name: String) -> Bool? {
    // PI+ and PI- are classes.
    guard !name.contains("+"), name.last != "-", name.last != "−" else { return nil }
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    if words.contains(plain) { return true }
    // Few words are tried, for names are many.
    let mayBeDye = plain.last?.isNumber == true && plain.first == "a" || plain.hasSuffix("nm")
    if mayBeDye, plain.wholeMatch(of: /(alexa|alexafluor|af|atto)\d{3}|\d{3}nm/) != nil { return true }
    return pictures.contains(plain) ? false : nil
  }

  /// Whether a word is what a channel is called.
  static func isStain(_ word: String) -> Bool { kind(word) == true }
}
