/// Names of wells and fields as people write them: `A1` and `A01`, `1` and `0001` are the same.
enum WellName {
  /// The form in which two names are compared: without zeros before a number, in capitals.
  static func normal(_ name: String) -> String {
    var result = ""
    var zeros = 0
    var inNumber = false
    for letter in name.uppercased() where !letter.isWhitespace {
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
