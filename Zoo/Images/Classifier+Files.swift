import ZooFormat
import ZooRuntime

extension Classifier {
  /// Classifies the image in a file, brought to the size of the model's card as in training. The same answer as that of
  /// `zoo predict`.
  /// - Throws: ``ZooFormat/ZooError`` as ``ImageFile/pixels(for:)``, and for pixels that the card's camera can't give.
  public func classify(_ file: ImageFile) throws(ZooError) -> Classification { try classify(file.pixels(for: card)) }

  /// Classifies the images in any number of files, `size` in a run; of so many at a time the pixels are in memory. Can be
  /// cancelled between runs.
  /// - Returns: The answers in the order of the files.
  /// - Throws: `CancellationError` if the task is cancelled; ``ZooFormat/ZooError`` as ``classify(_:)-(ImageFile)``.
  public func classify(_ files: [ImageFile], batch size: Int = 16) async throws -> [Classification] {
    var answers: [Classification] = []
    answers.reserveCapacity(files.count)
    for start in stride(from: 0, to: files.count, by: max(1, size)) {
      try Task.checkCancellation()
      let images = try files[start..<min(files.count, start + max(1, size))].map { try $0.pixels(for: card) }
      answers += try await classify(images, batch: size)
    }
    return answers
  }
}
