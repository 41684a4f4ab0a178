import ZooRuntime

extension SampleWatch {
  /// What a person should know of a loaded sample of a data set: frames × channels × height × width values.
  /// - Throws: ``ZooError`` about a value that the model's samples can't have.
  package func cautions(_ dataset: Dataset, _ pixels: UnsafePointer<Float>) throws(ZooError) -> [String] {
    let (channels, plane) = (dataset.channels.count, dataset.height * dataset.width)
    var cautions: [String] = []
    for channel in 0..<channels {
      var extent = extent(channel: channel)
      for frame in 0..<(dataset.frames ?? 1) {
        extent.add(UnsafeBufferPointer(start: pixels + (frame * channels + channel) * plane, count: plane))
      }
      if let caution = try caution(channel: channel, extent) { cautions.append(caution) }
    }
    return cautions
  }
}
