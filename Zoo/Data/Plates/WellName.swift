/// Names of wells and fields as people write them: `A1`, `A01` and `A-01`, `1` and `0001` are the same.
enum WellName {
  /// The form in which two names are compared: without zeros before a number and dashes between a letter and a number, in
  /// capitals.
  static func normal(_ name: String) -> String {
    var result = ""
    var zeros = 0
    var inNumber = false
    let letters = Array(name.uppercased().filter { !$0.isWhitespace })
    for (place, letter) in letters.enumerated() {
      if letter == "_" || letter == "-", result.last?.isLetter == true, place + 1 < letters.count,
        letters[place + 1].isNumber
      {
        continue
      }
      guard letter.isNumber else {
        if zeros > 0, !inNumber { result += "0" }
        (zeros, inNumber) = (0, false)
        result.append(letter)
        continue
      }
      if letter == "0", !inNumber {
        zeros += 1
      } else {
        inNumber = true
        zeros = 0
        result.append(letter)
      }
    }
    return zeros > 0 && !inNumber ? result + "0" : result
  }
}
