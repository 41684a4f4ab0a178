// A program that predicts and nothing else: it links the runtime, and neither image libraries nor training code.
//
//   swift run -c release embedding MODEL.zoo
import ZooRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

guard CommandLine.arguments.count == 2 else {
  print("usage: embedding MODEL.zoo")
  exit(64)
}

do {
  let classifier = try Classifier(path: CommandLine.arguments[1])
  let card = classifier.card

  // The file brings inputs and the outputs that they gave when it was made. Here they must come out again.
  try classifier.loaded.checkSelfTest()
  print("\(card.name): the self-test passes")

  // Pixels by channel name, row by row, in the units of the camera. Here a made-up spot takes the place of a cell.
  let cell = spot(card)
  let result = try classifier.classify(cell)
  for score in result.scores { print("  \(score.name)  \(score.probability)") }
  print("  → \(result.best.name)")

  // One loaded model serves any number of callers at once.
  let names = try await winners(of: 8, classifier, cell)
  guard names == [result.best.name] else {
    print("eight tasks disagree: \(names.sorted())")
    exit(1)
  }
  print("eight tasks agree")
} catch {
  print("error: \(error)")
  exit(1)
}

/// What `count` tasks at once say of one cell.
func winners(of count: Int, _ classifier: Classifier, _ cell: [String: [Float]]) async throws -> Set<String> {
  try await withThrowingTaskGroup(of: String.self) { group in
    for _ in 0..<count { group.addTask { try classifier.classify(cell).best.name } }
    var names: Set<String> = []
    for try await name in group { names.insert(name) }
    return names
  }
}

/// A bright disk on a dark ground, in every channel and every frame.
func spot(_ card: Card) -> [String: [Float]] {
  let (height, width) = card.imageSize
  let (low, high) = (card.sampleRange.lowerBound, card.sampleRange.upperBound)
  var plane: [Float] = []
  for y in 0..<height {
    for x in 0..<width {
      let (dy, dx) = (Float(2 * y - height) / Float(height), Float(2 * x - width) / Float(width))
      plane.append(low + (high - low) * (dy * dy + dx * dx < 0.25 ? 0.5 : 0.1))
    }
  }
  let frames = (0..<(card.frames ?? 1)).flatMap { _ in plane }
  return Dictionary(uniqueKeysWithValues: card.channels.map { ($0, frames) })
}
